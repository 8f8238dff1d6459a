"""Parts of the OpenAPI description that several operations share."""

from __future__ import annotations

from typing import Any, Final

from pledgegraph_api.problems.mapping import PROBLEM_JSON

_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
_OF_RESULTS: Final = ("detail", "focus", "path", "value", "constraint", "shape", "severity")
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A problem document, RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Leads to an explanation."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong this time."},
        "remedy": {"type": "string", "description": "What to do."},
        "instance": {
            "type": "string",
            "format": "uri",
            "description": "This occurrence, under which the operator finds it in the log.",
        },
        "limit": {"type": "string", "description": "The setting or parameter that was met."},
        "limitValue": {"type": "number"},
        "limitUnit": {"type": "string"},
        "line": {"type": "integer", "description": "Of a syntax error; counted from 1."},
        "column": {"type": "integer", "description": "Of a syntax error; counted from 1."},
        "available": {
            "type": "array",
            "description": "The formats that could carry the answer.",
            "items": {
                "type": "object",
                "properties": {
                    "format": {"type": "string"},
                    "mediaType": {"type": "string"},
                    "title": {"type": "string"},
                },
            },
        },
        "parameters": {
            "type": "array",
            "description": "The parameters that cannot be used.",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "detail": {"type": "string"},
                    "type": {"type": "string"},
                    "choices": _TEXTS,
                    "near": _TEXTS,
                    "example": {"type": "string"},
                },
            },
        },
        "results": {
            "type": "array",
            "description": "What breaks which shape, in words; up to 100 results.",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in _OF_RESULTS},
            },
        },
        "near": {**_TEXTS, "description": "Ids that look like the one asked for."},
    },
}
"""The schema of problem documents."""


LIMIT_PARAMETERS: Final[list[dict[str, Any]]] = [
    {
        "name": name,
        "in": "query",
        "description": f"{what} Lowers what the service allows; once.",
        "schema": {"type": kind, "exclusiveMinimum": 0},
    }
    for name, kind, what in (
        ("timeout", "number", "Seconds that the query may take."),
        ("limit", "integer", "Rows or statements after which the answer is cut."),
    )
]
"""The limits that a request may set itself."""


def problem_response(description: str) -> dict[str, Any]:
    """A response that is a problem document."""
    return {"description": description, "content": {PROBLEM_JSON: {"schema": PROBLEM}}}
