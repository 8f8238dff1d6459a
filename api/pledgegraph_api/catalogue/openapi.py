"""The questions of the catalogue in OpenAPI's words, made from their front matter.

All of them are answered at one route; each has an operation and a type of answer of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import Field
from starlette.responses import Response

from pledgegraph.catalogue import AFTER, MORE_AFTER, TODAY, Parameter, Question
from pledgegraph.media_types import CSV_SAFE, GRAPH_FORMATS, JSON, RESULT_FORMATS, Format
from pledgegraph_api.http.languages import DEFAULT, LANGUAGES
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.http.openapi import JsonAnswer, content_of, json_of, reference
from pledgegraph_api.problems.openapi import LIMIT_PARAMETERS, problem_response
from pledgegraph_api.sparql.openapi import ResultsHead, ResultTerm


class QuestionParameter(JsonAnswer):
    """A parameter of a question."""

    name: str
    label: dict[str, str] = Field(description="What forms call it, by language.")
    type: str = Field(description="`iri`, `date`, `integer` or `string`.")
    kind: str | None = Field(
        serialization_alias="class", description="For a record: its class, such as `Commitment`."
    )
    namespace: str | None = Field(description="What a short name is appended to.")
    default: str | None
    example: str | None
    choices: list[str] = Field(description="The only values; empty for any of the type.")
    description: dict[str, str] = Field(description="By language.")


class QuestionCard(JsonAnswer):
    """A question of the catalogue."""

    id: str
    title: dict[str, str] = Field(description="By language.")
    question: dict[str, str] = Field(description="By language.")
    limits: dict[str, str] = Field(description="What the data cannot answer, by language.")
    competency: int | None
    answer: Literal["graph", "table"]
    columns: list[str] = Field(description="The columns of the answer; none for a graph.")
    headings: dict[str, dict[str, str]] = Field(description="Of the columns, by language.")
    parameters: list[QuestionParameter]
    query: str = Field(description="The question in SPARQL.")
    links: dict[str, str] = Field(description="`self`, and the answer in each format.")


class QuestionCards(JsonAnswer):
    """The questions of the catalogue."""

    questions: list[QuestionCard]


def question_operations(questions: Sequence[Question], path: str) -> dict[str, Any]:
    """The operations of all questions by address, where ``path`` leads to the list of them."""
    return {f"{path}/{each.id}": {"get": _operation(each)} for each in questions}


def answer_schemas(questions: Sequence[Question]) -> dict[str, Any]:
    """The schemas of the answers that are tables, by name: a row has a term for each column."""
    schemas = {}
    for each in questions:
        if not each.answers_with_a_graph:
            name = _name(each)
            terms = {column: reference(ResultTerm.__name__) for column in each.columns}
            rows = {"type": "array", "items": reference(f"{name}Row")}
            schemas[f"{name}Row"] = {
                "type": "object",
                "title": f"{name}Row",
                "description": "A row has the columns that have a value in it.",
                "properties": terms,
            }
            schemas[f"{name}Rows"] = {
                "type": "object",
                "title": f"{name}Rows",
                "required": ["bindings"],
                "properties": {"bindings": rows},
            }
            schemas[f"{name}Answer"] = {
                "type": "object",
                "title": f"{name}Answer",
                "description": "SPARQL Results JSON.",
                "required": ["head", "results"],
                "properties": {
                    "head": reference(ResultsHead.__name__),
                    "results": reference(f"{name}Rows"),
                },
            }
    return schemas


def _name(question: Question) -> str:
    """The question's id in camel case."""
    return "".join(part.capitalize() for part in question.id.split("-"))


def _operation(question: Question) -> dict[str, Any]:
    formats = GRAPH_FORMATS if question.answers_with_a_graph else (*RESULT_FORMATS, CSV_SAFE)
    table = {JSON.media_type: {"schema": reference(f"{_name(question)}Answer")}}
    limits = question.limits.get(DEFAULT)
    return {
        "tags": ["Questions"],
        "summary": question.title[DEFAULT],
        "description": "\n\n".join(
            [question.question[DEFAULT], *([f"Limits: {limits}"] if limits else [])]
        ),
        "operationId": f"ask_{question.id.replace('-', '_')}",
        "parameters": [
            *(_parameter(each) for each in question.parameters),
            *([] if question.portions is None else [_AFTER]),
            *_common(formats),
        ],
        "responses": {
            "200": {
                "description": "The answer. `Pledgegraph-Snapshot` says which numbered state of "
                "the data it was computed from.",
                "content": content_of(formats, table),
            },
            "400": problem_response("A parameter cannot be used; `parameters` says which and why."),
            "406": problem_response("None of the formats asked for can carry the answer."),
            "503": problem_response("Too many queries at once; see `Retry-After`."),
            "504": problem_response("The query takes longer than a query may."),
            "507": problem_response("The query needs more memory than a query may use."),
        },
    }


def list_description(formats: Sequence[Format]) -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for the list of questions."""
    return {
        "summary": "List the questions of the catalogue",
        "operation_id": "list_questions",
        "tags": ["Questions"],
        "description": "Every question with its words, parameters and columns. As RDF, each is a "
        "SHACL `sh:SPARQLExecutable` with its parameters.",
        "response_class": Response,
        "responses": {
            200: {"description": "The list.", "content": content_of(formats, _CARDS)},
            400: problem_response("A parameter cannot be used."),
            406: problem_response("There is no such format."),
        },
        "openapi_extra": {"parameters": _common(formats)},
    }


_CARDS: Final = {"application/json": json_of(QuestionCards)}


_AFTER: Final = {
    "name": AFTER,
    "in": "query",
    "required": False,
    "description": "The answer comes in portions where no parameter narrows it. Where there are "
    f"further rows, each row has a value in `{MORE_AFTER}`, and the header `Link` an address with "
    '`rel="next"`; give that value here for the rows that follow.',
    "schema": {"type": "string", "format": "iri-reference"},
}


def _common(formats: Sequence[Format]) -> list[dict[str, Any]]:
    return [
        {
            "name": "format",
            "in": "query",
            "description": "The format of the answer by name; goes before the Accept header. "
            f"{PAGE} makes a page.",
            "schema": {"type": "string", "enum": [*(each.name for each in formats), PAGE]},
        },
        {
            "name": "lang",
            "in": "query",
            "description": "The language of the page; goes before the Accept-Language header.",
            "schema": {"type": "string", "enum": list(LANGUAGES)},
        },
        *LIMIT_PARAMETERS,
    ]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.description[DEFAULT],
        "schema": _schema(parameter),
    }
    if parameter.example is not None:
        example = parameter.example
        described["example"] = int(example) if parameter.type == "integer" else example
    return described


def _schema(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if parameter.type == "integer":
        schema["type"] = "integer"
    elif parameter.type == "date":
        # The present day may be asked for by its name, and is what most defaults are.
        schema = {"anyOf": [{"type": "string", "format": "date"}, {"const": TODAY}]}
    elif parameter.type == "iri" and not parameter.choices:
        schema["format"] = "iri-reference"
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    if parameter.default is not None:
        default = parameter.default
        schema["default"] = int(default) if parameter.type == "integer" else default
    return schema
