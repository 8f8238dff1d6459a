"""The graph store in OpenAPI's words."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Security
from starlette.responses import Response

from pledgegraph.media_types import GRAPH_FORMATS
from pledgegraph_api.http.openapi import content_of
from pledgegraph_api.problems.openapi import problem_response
from pledgegraph_api.write.openapi import (
    BEARER,
    DOCUMENTS_BODY,
    GRAPH_BODY,
    IF_MATCH_HEADER,
    IF_NONE_MATCH_HEADER,
    PATCH_BODY,
    REASON_HEADER,
    receipt_response,
    refusals,
)

_SUMMARIES: Final = {
    "GET": "Read a graph",
    "PUT": "Let a graph hold what is sent, and nothing else",
    "POST": "Let a graph hold what is sent as well",
    "PATCH": "Update one graph",
    "DELETE": "Delete a graph",
}
_PROTOCOL: Final = (
    "Of the SPARQL 1.1 Graph Store HTTP Protocol. What stands behind /graphs/ stands behind "
    "{base}/id/ in the IRI of the graph."
)
_NAMES: Final[list[dict[str, Any]]] = [
    {
        "name": "graph",
        "in": "query",
        "description": "The IRI of the graph.",
        "schema": {"type": "string", "format": "iri"},
    },
    {
        "name": "default",
        "in": "query",
        "description": "Stands for the default graph, the union of all named ones.",
        "allowEmptyValue": True,
        "schema": {"type": "string", "enum": [""]},
    },
]
_DIRECT: Final[dict[str, Any]] = {
    "name": "graph",
    "in": "path",
    "required": True,
    "description": "The IRI of the graph without {base}/id/, such as source/x.",
    "schema": {"type": "string"},
}
_FORMAT: Final[dict[str, Any]] = {
    "name": "format",
    "in": "query",
    "description": "The format by name; goes before the Accept header.",
    "schema": {"type": "string", "enum": [each.name for each in GRAPH_FORMATS]},
}
_CHANGED: Final = problem_response("The graph is not in the state that If-Match names.")

_BODIES: Final = {"PUT": GRAPH_BODY, "POST": DOCUMENTS_BODY, "PATCH": PATCH_BODY}


def described(method: str, path: str) -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for a method of the store."""
    is_direct = path.endswith("}")
    parameters = [_DIRECT] if is_direct else [*_NAMES]
    common: dict[str, Any] = {
        "summary": _SUMMARIES[method],
        "operation_id": f"{method.lower()}_graph{'' if is_direct else '_by_iri'}",
        "tags": ["Writing" if method != "GET" else "SPARQL"],
        "description": _PROTOCOL,
        "response_class": Response,
    }
    missing = {404: problem_response("There is no such graph, or it holds nothing.")}
    if method == "GET":
        found = {"description": "The graph.", "content": content_of(GRAPH_FORMATS, page=False)}
        return {
            **common,
            "responses": {
                200: found,
                400: problem_response("The graph is not named, or not by an IRI."),
                **missing,
                406: problem_response("None of the formats asked for carries a graph."),
                412: _CHANGED,
                504: problem_response("The graph takes longer than a query may."),
                507: problem_response("The graph needs more memory than a query may use."),
            },
            "openapi_extra": {"parameters": [*parameters, _FORMAT, IF_MATCH_HEADER]},
        }
    headers = (REASON_HEADER, IF_MATCH_HEADER, IF_NONE_MATCH_HEADER)
    extra: dict[str, Any] = {"parameters": [*parameters, *headers]}
    if method != "DELETE":
        extra["requestBody"] = _BODIES[method]
    made = {200: receipt_response("It is done, and on disk.")}
    if method == "POST":
        made[204] = {"description": "The body was empty, and nothing was done."}
    if method == "DELETE":
        made |= missing
    else:
        made[201] = receipt_response("The graph is new; `Location` is its address here.")
    return {
        **common,
        "dependencies": [Security(BEARER)],
        "responses": {**made, **refusals()},
        "openapi_extra": extra,
    }
