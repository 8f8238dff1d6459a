"""A question of the catalogue that is opened in the workbench, with its parameters as fields.

`/sparql?question=due-dates&months=12` binds the parameter to its variable, as the question's own
page does; the query may be another one by then, if the reader has changed it. Without the
parameter ``query`` it is the question's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from pledgegraph.catalogue import KnownValues, Parameter, Question
from pledgegraph.store import Engine
from pledgegraph_api.catalogue.choices import RecordLists
from pledgegraph_api.catalogue.form_fields import Field, fields_of
from pledgegraph_api.catalogue.parameters import Binding, bind
from pledgegraph_api.errors import Fault, QuestionMissing
from pledgegraph_api.http.query_params import Options
from pledgegraph_api.http.request_limits import NOT_ASKED
from pledgegraph_api.sparql.opened import Opened
from pledgegraph_api.sparql.protocol import OWN, QueryRequest, refuse_unknown
from pledgegraph_api.web.translations import Wording


class OpenedQuestions:
    """Opens questions. Its methods block: they are to be called in a thread."""

    def __init__(
        self,
        questions: Sequence[Question],
        engine: Engine,
        known: KnownValues,
        records: RecordLists,
        base: str,
    ) -> None:
        self._all = tuple(questions)
        self._questions = {each.id: each for each in questions}
        self._engine = engine
        self._known = known
        self._records = records
        self._base = base

    @property
    def all(self) -> Sequence[Question]:
        """Every question that can be opened."""
        return self._all

    def opened(self, query: QueryRequest) -> Opened | None:
        """The question that the request opens, if it does.

        Raises:
            QuestionMissing: there is no such question; with the ids that look like it.
            WrongParameters: the request has a parameter that neither it nor the question knows.
        """
        if query.question is None:
            return None
        question = self._questions.get(query.question)
        if question is None:
            near = get_close_matches(query.question[:100], self._questions, cutoff=0.5)
            raise QuestionMissing(
                f"There is no question {query.question[:100]!r} in the catalogue.", near=near
            )
        names = [each.name for each in question.parameters]
        refuse_unknown(list(query.more.items()), (*OWN, *names))
        given = {name: query.more[name] for name in names if query.more.get(name)}
        return Opened(question, given)

    def bound(self, query: QueryRequest, opened: Opened, language: str) -> QueryRequest:
        """The query with the terms that take the place of the parameters.

        Raises:
            WrongParameters: some cannot be used; all of them are told.
        """
        binding = self._binding(opened, language)
        text = query.text or opened.question.query
        # Of another query it is not known that it asks the clock for the day only.
        day = binding.day if text == opened.question.query else None
        return replace(query, text=text, substitutions=binding.terms, day=day)

    def fields(
        self, opened: Opened, faults: Sequence[Fault], language: str, words: Wording
    ) -> tuple[Field, ...]:
        """The fields of the form."""
        return fields_of(
            opened.question,
            _options(opened, language),
            faults,
            records=self._records,
            base=self._base,
            words=words,
        )

    def _binding(self, opened: Opened, language: str) -> Binding:
        options = _options(opened, language)
        with self._engine.snapshot() as snapshot:

            def find(parameter: Parameter, text: str) -> str:
                return self._known.value(parameter, text, snapshot=snapshot)

            return bind(opened.question, options, self._base, find)


def _options(opened: Opened, language: str) -> Options:
    return Options(
        given=dict(opened.given),
        faults=(),
        format=None,
        limits=NOT_ASKED,
        language=language,
        language_asked=False,
    )
