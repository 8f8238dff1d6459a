"""The catalogue of questions, `/queries`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.catalogue import Parameter, Question, catalogue_graph
from pledgegraph.media_types import GRAPH_FORMATS, RESULT_FORMATS, Carries, Format
from pledgegraph.results import graph_bytes
from pledgegraph_api.catalogue.openapi import (
    QuestionCard,
    QuestionCards,
    QuestionParameter,
    list_description,
)
from pledgegraph_api.http.languages import PageLanguage
from pledgegraph_api.http.negotiation import page_or_format
from pledgegraph_api.http.query_params import OPTIONS, Options, read_options, refuse
from pledgegraph_api.http.respond import respond
from pledgegraph_api.web.links import format_links
from pledgegraph_api.web.pages import Pages

PATH: Final = "/queries"

_JSON: Final = Format("json", "JSON", "application/json", "json", Carries.SOLUTIONS, "", text=False)
LIST_FORMATS: Final = (_JSON, *GRAPH_FORMATS)
"""What the list comes in beside the page, the default first."""

_GROUPS: Final = (("group_research", 12), ("group_systems", 20), ("group_progress", 25))
"""Who asks, and the number of the last competency question of theirs."""
_REST: Final = "group_rest"


class QuestionList:
    """Lists the questions, for people by who asks them."""

    def __init__(self, questions: Sequence[Question], pages: Pages, base: str) -> None:
        self._questions = questions
        self._pages = pages
        self._base = base
        self._groups = _grouped(questions)

    def install(self, app: FastAPI) -> None:
        """Put the list at its address, with its description for OpenAPI."""
        description = list_description(LIST_FORMATS)
        app.add_api_route(PATH, self.answer, methods=["GET"], **description)
        app.add_api_route(PATH, self.answer, methods=["HEAD"], include_in_schema=False)

    async def answer(self, request: Request) -> Response:
        """The list in the format that the client likes best."""
        options = read_options(request)
        refuse(options.faults, OPTIONS)
        form = page_or_format(request, LIST_FORMATS, options.format, what="the list of questions")
        if form is None:
            return self._page(request, options)
        return respond(
            request,
            lambda: self._written(form),
            content_type=form.content_type,
            state=(),
            headers={
                "Vary": "Accept",
                "Content-Disposition": f'inline; filename="questions.{form.extension}"',
            },
        )

    def _written(self, form: Format) -> bytes:
        if form is _JSON:
            cards = [_card(each, self._base) for each in self._questions]
            return QuestionCards(questions=cards).encoded()
        return graph_bytes(catalogue_graph(self._base, self._questions), form)

    def _page(self, request: Request, options: Options) -> Response:
        return self._pages.render(
            request,
            "questions.html",
            language=PageLanguage(options.language, asked=options.language_asked),
            state=(),
            groups=self._groups,
            formats=format_links(PATH, (), LIST_FORMATS),
        )


def _grouped(questions: Sequence[Question]) -> dict[str, list[Question]]:
    """The questions by the name of their group, in order; no group is empty."""
    groups: dict[str, list[Question]] = {name: [] for name in (*dict(_GROUPS), _REST)}
    for each in sorted(questions, key=lambda each: (each.competency or 0, each.id)):
        number = each.competency
        name = next((n for n, last in _GROUPS if number is not None and number <= last), _REST)
        groups[name].append(each)
    return {name: members for name, members in groups.items() if members}


def _card(question: Question, base: str) -> QuestionCard:
    address = f"{base}{PATH}/{question.id}"
    formats = GRAPH_FORMATS if question.answers_with_a_graph else RESULT_FORMATS
    return QuestionCard(
        id=question.id,
        title=dict(question.title),
        question=dict(question.question),
        limits=dict(question.limits),
        competency=question.competency,
        answer="graph" if question.answers_with_a_graph else "table",
        columns=list(question.columns),
        headings={name: dict(words) for name, words in question.headings.items()},
        parameters=[_parameter(each) for each in question.parameters],
        query=question.query,
        links={
            "self": address,
            **{each.name: f"{address}?format={each.name}" for each in formats},
        },
    )


def _parameter(parameter: Parameter) -> QuestionParameter:
    return QuestionParameter(
        name=parameter.name,
        label=dict(parameter.label),
        type=parameter.type,
        kind=parameter.kind,
        namespace=parameter.namespace,
        default=parameter.default,
        example=parameter.example,
        choices=list(parameter.choices),
        description=dict(parameter.description),
    )
