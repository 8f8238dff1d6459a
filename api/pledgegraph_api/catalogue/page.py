"""The page of a question: its words, its form, its answer and its query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.catalogue import Portion, Question
from pledgegraph.media_types import CSV_SAFE, GRAPH_FORMATS, RESULT_FORMATS
from pledgegraph_api.catalogue.choices import RecordLists
from pledgegraph_api.catalogue.form_fields import fields_of
from pledgegraph_api.catalogue.index import PATH
from pledgegraph_api.catalogue.parameters import Binding
from pledgegraph_api.catalogue.portion_finder import next_path
from pledgegraph_api.errors import Fault, WrongParameters
from pledgegraph_api.http.languages import PageLanguage
from pledgegraph_api.http.query_params import Options
from pledgegraph_api.problems.mapping import problem_of
from pledgegraph_api.sparql.preview import Excerpt
from pledgegraph_api.web.links import PageLink, format_links
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.prefixed_names import short_name
from pledgegraph_api.web.translations import worded


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter with the term that took its place in the query."""

    name: str
    label: str
    text: str
    term: str
    """As SPARQL writes it."""
    is_today: bool


class QuestionPage:
    """Makes the pages of questions. Its methods block: they are to be called in a thread."""

    def __init__(self, pages: Pages, records: RecordLists, base: str) -> None:
        self._pages = pages
        self._records = records
        self._base = base

    def answered(
        self,
        request: Request,
        question: Question,
        options: Options,
        binding: Binding,
        excerpt: Excerpt,
        *,
        portion: Portion | None,
        headers: Mapping[str, str],
    ) -> Response:
        """The page with the answer."""
        formats = GRAPH_FORMATS if question.answers_with_a_graph else (*RESULT_FORMATS, CSV_SAFE)
        return self._render(
            request,
            question,
            options,
            (),
            headers=headers,
            excerpt=excerpt,
            portion=portion,
            values=self._values(question, options.language, binding),
            downloads=format_links(_path(question), list(options.given.items()), formats),
        )

    def refused(
        self, request: Request, question: Question, options: Options, error: WrongParameters
    ) -> Response:
        """The page without an answer, and with what is wrong beside the fields."""
        return self._render(
            request,
            question,
            options,
            error.faults,
            status=problem_of(error).type.status,
            headers={"Cache-Control": "no-store"},
        )

    def _render(
        self,
        request: Request,
        question: Question,
        options: Options,
        faults: Sequence[Fault],
        *,
        headers: Mapping[str, str],
        status: int = 200,
        excerpt: Excerpt | None = None,
        portion: Portion | None = None,
        values: Sequence[Value] = (),
        downloads: Sequence[PageLink] = (),
    ) -> Response:
        language = options.language
        fields = fields_of(
            question,
            options,
            faults,
            records=self._records,
            base=self._base,
            words=self._pages.wording[language],
        )
        named = {each.name for each in fields}
        content: dict[str, Any] = {
            "question": question,
            "title": worded(question.title, language),
            "text": worded(question.question, language),
            "limits": worded(question.limits, language),
            "fields": fields,
            "headings": {
                name: worded(words, language) for name, words in question.headings.items()
            },
            "faults": [each for each in faults if each.name not in named],
            "excerpt": excerpt,
            "portion": portion,
            "further": next_path(question, options, portion),
            "values": values,
            "downloads": downloads,
            "given": urlencode(list(options.given.items())),
        }
        return self._pages.render(
            request,
            "question.html",
            language=PageLanguage(language, asked=options.language_asked),
            status=status,
            headers=headers,
            **content,
        )

    def _values(self, question: Question, language: str, binding: Binding) -> list[Value]:
        labels = {each.name: worded(each.label, language) for each in question.parameters}
        return [
            Value(
                name=variable.value,
                label=labels.get(variable.value, variable.value),
                text=short_name(term.value, self._base),
                term=str(term),
                is_today=variable.value in binding.today,
            )
            for variable, term in binding.terms.items()
        ]


def _path(question: Question) -> str:
    return f"{PATH}/{question.id}"
