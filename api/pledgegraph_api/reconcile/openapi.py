"""The Reconciliation Service API, in OpenAPI's words."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from pledgegraph_api.problems.openapi import problem_response

_ANY: Final[dict[str, Any]] = {"application/json": {"schema": {"type": "object"}}}
_QUERIES: Final = 'A batch of queries in JSON, such as {"q0": {"query": "UNSD", "type": "actor"}}.'
_PARAMETER: Final[dict[str, Any]] = {
    "name": "queries",
    "in": "query",
    "description": _QUERIES,
    "schema": {"type": "string"},
}


def _operation(summary: str, name: str, *parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "summary": summary,
        "operation_id": name,
        "tags": ["Reconciliation"],
        "description": "See the W3C Community Group's Reconciliation Service API, version 0.2.",
        "response_class": Response,
        "responses": {
            200: {"description": "As that says.", "content": _ANY},
            400: problem_response("The queries or a parameter cannot be used."),
            **more.pop("responses", {}),
        },
        "openapi_extra": {"parameters": list(parameters), **more},
    }


def manifest_description() -> dict[str, Any]:
    """Of GET ``/reconcile``."""
    return _operation("Manifest, or the results of queries", "get_reconcile", _PARAMETER)


def batch_description() -> dict[str, Any]:
    """Of POST ``/reconcile``."""
    form = {
        "schema": {
            "type": "object",
            "required": ["queries"],
            "properties": {"queries": {"type": "string", "description": _QUERIES}},
        }
    }
    return _operation(
        "Results of queries",
        "post_reconcile",
        responses={
            413: problem_response("The batch is too long."),
            415: problem_response("The body is no form."),
        },
        requestBody={
            "required": True,
            "content": {"application/x-www-form-urlencoded": form},
        },
    )


def suggest_description(what: str) -> dict[str, Any]:
    """Of ``/reconcile/suggest/...``."""
    prefix = {
        "name": "prefix",
        "in": "query",
        "required": True,
        "description": "What somebody has typed.",
        "schema": {"type": "string"},
    }
    return _operation(f"Suggestions: {what}", f"get_reconcile_{what}", prefix)
