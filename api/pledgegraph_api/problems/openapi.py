"""Problem documents in OpenAPI's words, and the answers that every operation may give."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from pledgegraph.media_types import GRAPH_FORMATS
from pledgegraph_api.http.openapi import JsonAnswer, content_of, json_of
from pledgegraph_api.problems.mapping import PROBLEM_JSON


class AvailableFormat(JsonAnswer):
    """A format that could carry the answer."""

    format: str
    media_type: str
    title: str


class ParameterFault(JsonAnswer):
    """What is wrong with one parameter, and what would be right."""

    name: str
    detail: str
    type: str | None = None
    choices: list[str] | None = None
    near: list[str] | None = Field(default=None, description="Values that look like it.")
    example: str | None = None


class ShapeResult(JsonAnswer):
    """One breach of a shape, in words."""

    detail: str | None = None
    focus: str | None = None
    path: str | None = None
    value: str | None = None
    constraint: str | None = None
    shape: str | None = None
    severity: str | None = None


class ProblemDocument(JsonAnswer):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field(description="Leads to an explanation.", json_schema_extra={"format": "uri"})
    title: str
    status: int
    detail: str = Field(description="What was wrong this time.")
    instance: str = Field(
        description="This occurrence, under which the operator finds it in the log.",
        json_schema_extra={"format": "uri"},
    )
    remedy: str | None = Field(default=None, description="What to do.")
    limit: str | None = Field(default=None, description="The setting or parameter that was met.")
    limit_value: float | None = None
    limit_unit: str | None = None
    line: int | None = Field(default=None, description="Of a syntax error; counted from 1.")
    column: int | None = Field(default=None, description="Of a syntax error; counted from 1.")
    available: list[AvailableFormat] | None = Field(
        default=None, description="The formats that could carry the answer."
    )
    parameters: list[ParameterFault] | None = Field(
        default=None, description="The parameters that cannot be used."
    )
    results: list[ShapeResult] | None = Field(
        default=None, description="What breaks which shape; up to 100 results."
    )
    near: list[str] | None = Field(
        default=None, description="Names that look like the one asked for."
    )


LIMIT_PARAMETERS: Final[list[dict[str, Any]]] = [
    {
        "name": name,
        "in": "query",
        "description": f"{what} Lowers what the service allows; once.",
        "schema": {"type": kind, **bound},
    }
    for name, kind, bound, what in (
        ("timeout", "number", {"exclusiveMinimum": 0}, "Seconds that the query may take."),
        ("limit", "integer", {"minimum": 1}, "Rows or statements after which the answer is cut."),
    )
]
"""The limits that a request may set itself."""

_CONTENT: Final = {
    PROBLEM_JSON: json_of(ProblemDocument),
    **content_of(GRAPH_FORMATS),
}


def problem_response(description: str) -> dict[str, Any]:
    """A response that tells of a problem: a document, RDF for clients of RDF, or a page."""
    return {"description": description, "content": _CONTENT}


def is_problem(response: dict[str, Any]) -> bool:
    """Whether a response was made by `problem_response`."""
    return PROBLEM_JSON in response.get("content", {})


def name_of(status: str, number: int) -> str:
    """What the response of that number with that status is called among the components."""
    return f"Problem{status}" if number == 1 else f"Problem{status}No{number}"


ALWAYS: Final[dict[int | str, dict[str, Any]]] = {
    429: problem_response("The client has used up its budget; see `Retry-After`."),
    431: problem_response("A header is longer than the service reads."),
    500: problem_response("The service failed; the operator finds `instance` in the log."),
    503: problem_response("The service is busy, or is stopping; see `Retry-After`."),
}
"""What every operation may answer."""
