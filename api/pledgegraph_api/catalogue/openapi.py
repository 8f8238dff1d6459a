"""The questions of the catalogue in OpenAPI's words, made from their front matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from pledgegraph.catalogue.questions import TODAY, Parameter, Question
from pledgegraph.media_types import CSV_SAFE, GRAPH_FORMATS, RESULT_FORMATS, Format
from pledgegraph_api.http.languages import DEFAULT, LANGUAGES
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.problems.openapi import LIMIT_PARAMETERS, problem_response

_TEXT = {"schema": {"type": "string"}}


def question_description(question: Question) -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for a question."""
    formats = GRAPH_FORMATS if question.answers_with_a_graph else (*RESULT_FORMATS, CSV_SAFE)
    limits = question.limits.get(DEFAULT)
    return {
        "summary": question.title[DEFAULT],
        "operation_id": f"ask_{question.id.replace('-', '_')}",
        "tags": ["Questions"],
        "description": "\n\n".join(
            [question.question[DEFAULT], *([f"Limits: {limits}"] if limits else [])]
        ),
        "response_class": Response,
        "responses": {
            200: {
                "description": "The answer. `Pledgegraph-Snapshot` says which numbered state of "
                "the data it was computed from.",
                "content": _content(formats),
            },
            400: problem_response("A parameter cannot be used; `parameters` says which and why."),
            406: problem_response("None of the formats asked for can carry the answer."),
            503: problem_response("Too many queries at once; see `Retry-After`."),
            504: problem_response("The query takes longer than a query may."),
            507: problem_response("The query needs more memory than a query may use."),
        },
        "openapi_extra": {
            "parameters": [
                *(_parameter(each) for each in question.parameters),
                *_common(formats),
            ]
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
            200: {"description": "The list.", "content": _content(formats)},
            400: problem_response("A parameter cannot be used."),
            406: problem_response("There is no such format."),
        },
        "openapi_extra": {"parameters": _common(formats)},
    }


def _content(formats: Sequence[Format]) -> dict[str, Any]:
    return {each.media_type: _TEXT for each in formats} | {"text/html": _TEXT}


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
