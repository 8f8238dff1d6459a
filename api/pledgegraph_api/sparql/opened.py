"""A question of the catalogue that is opened at the endpoint, as far as the endpoint knows it.

What opens it is in the package of the catalogue, which builds on this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pledgegraph.catalogue import Question
from pledgegraph_api.errors import Fault
from pledgegraph_api.sparql.protocol import QueryRequest
from pledgegraph_api.web.translations import Wording


@dataclass(frozen=True, slots=True)
class Opened:
    """A question, and what the request gives for its parameters."""

    question: Question
    given: Mapping[str, str]

    def parameters(self) -> list[tuple[str, str]]:
        """What a request has that opens it again."""
        return [("question", self.question.id), *self.given.items()]


class OpensQuestions(Protocol):
    """Opens questions. Its methods block: they are to be called in a thread."""

    @property
    def all(self) -> Sequence[Question]:
        """Every question that can be opened."""
        ...

    def opened(self, query: QueryRequest) -> Opened | None:
        """The question that the request opens, if it does.

        Raises:
            QuestionMissing: there is no such question; with the ids that look like it.
            WrongParameters: the request has a parameter that neither it nor the question knows.
        """
        ...

    def bound(self, query: QueryRequest, opened: Opened, language: str) -> QueryRequest:
        """The query with the terms that take the place of the parameters.

        Raises:
            WrongParameters: some cannot be used; all of them are told.
        """
        ...

    def fields(
        self, opened: Opened, faults: Sequence[Fault], language: str, words: Wording
    ) -> Sequence[object]:
        """The fields of the form, as its template takes them."""
        ...
