"""The addresses that write, in OpenAPI's words."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Security
from fastapi.security import HTTPBearer
from pydantic import Field
from starlette.responses import Response

from pledgegraph.media_types import JSON_LD, N_TRIPLES, RDF_XML, TURTLE
from pledgegraph_api.http.header_names import IDEMPOTENCY_KEY, REASON
from pledgegraph_api.http.openapi import TEXT, JsonAnswer, json_of
from pledgegraph_api.problems.openapi import problem_response
from pledgegraph_api.sparql.protocol import FORM, SPARQL_UPDATE
from pledgegraph_api.write.multipart import MULTIPART


class WriteReceipt(JsonAnswer):
    """What came of a write."""

    sequence: int = Field(description="The snapshot that shows the change.")
    added: int = Field(description="How many statements came.")
    removed: int = Field(description="How many went.")
    changed: bool = Field(description="False where nothing had to change.")
    graph: str | None = Field(
        None, description="The graph that was written.", json_schema_extra={"format": "iri"}
    )
    warnings: list[str] | None = Field(
        None, description="What you hardly meant, such as a web address without `https://`."
    )


_IRIS: Final = {"type": "array", "items": {"type": "string", "format": "iri"}}
REASON_HEADER: Final[dict[str, Any]] = {
    "name": REASON,
    "in": "header",
    "description": "Why, for the changes log; UTF-8, percent-encoded. No e-mail address.",
    "schema": {"type": "string"},
}
KEY_HEADER: Final[dict[str, Any]] = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "description": "A key of your own for the change. An update that is sent again with the same "
    "key is made once, and answered with the receipt of the first time.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "6f3f0e4e-5c1b-4a53-9d56-2f5d8c0f8a11",
}
IF_MATCH_HEADER: Final[dict[str, Any]] = {
    "name": "If-Match",
    "in": "header",
    "description": "Entity tags that a GET of the graph gave, or `*`: nothing is changed unless "
    "the graph still has one of them, or is there.",
    "schema": {"type": "string"},
}
IF_NONE_MATCH_HEADER: Final[dict[str, Any]] = {
    "name": "If-None-Match",
    "in": "header",
    "description": "`*`: nothing is changed if the graph is there. Or entity tags: nothing is "
    "changed if it has one of them.",
    "schema": {"type": "string"},
}
BEARER: Final = HTTPBearer(
    scheme_name="token", description="Made with `pledgegraph token create`.", auto_error=False
)
"""Describes the tokens and lets everybody through; `http.authorisation` refuses."""
GRAPH_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {each.media_type: TEXT for each in (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)},
}
DOCUMENTS_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        **GRAPH_BODY["content"],
        MULTIPART: {
            "schema": {
                "type": "object",
                "additionalProperties": {"type": "string", "format": "binary"},
                "description": "Documents whose merge is stored, each with its Content-Type or "
                "the ending of its file.",
            }
        },
    },
}
PATCH_BODY: Final[dict[str, Any]] = {"required": True, "content": {SPARQL_UPDATE: TEXT}}


def receipt_response(description: str) -> dict[str, Any]:
    """A response that tells what came of a write."""
    return {"description": description, "content": {"application/json": json_of(WriteReceipt)}}


def refusals() -> dict[int | str, dict[str, Any]]:
    """What every write may be refused with."""
    return {
        400: problem_response("What was sent cannot be read, or not be made."),
        401: problem_response("A token is needed; see `WWW-Authenticate`."),
        403: problem_response("The token does not allow to write."),
        409: problem_response("The graph cannot be written."),
        412: problem_response("A graph is not in the state that If-Match or If-None-Match names."),
        413: problem_response("The request, or the change that it comes to, is too large."),
        415: problem_response("A body of another kind."),
        422: problem_response("The change breaks a shape. Carries the report, also as RDF."),
        503: problem_response("Too many writes at once, or another process is writing."),
        504: problem_response("The write takes too long; nothing was changed."),
        507: problem_response("No room for the change, or for working it out."),
    }


def update_description() -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for `/update`."""
    example = (
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
        'INSERT DATA { GRAPH <id/source/x> { <id/actor/y> rdfs:label "Y"@en } }'
    )
    using = [
        {
            "name": name,
            "in": "query",
            "description": f"{what} Any number of times; not with USING or WITH in the update.",
            "schema": _IRIS,
            "style": "form",
            "explode": True,
        }
        for name, what in (
            ("using-graph-uri", "A graph that WHERE reads as the default graph."),
            ("using-named-graph-uri", "A graph that GRAPH may name in WHERE."),
        )
    ]
    fields = {"update": {"type": "string"}, **{str(each["name"]): _IRIS for each in using}}
    return {
        "summary": "Update",
        "operation_id": "post_update",
        "tags": ["Writing"],
        "description": "The update operation of the SPARQL 1.1 Protocol. One request is one "
        "change: made whole and validated, or not at all. If-Match and If-None-Match are about "
        "each graph that the update changes.",
        "response_class": Response,
        "dependencies": [Security(BEARER)],
        "responses": {200: receipt_response("It is made, and on disk."), **refusals()},
        "openapi_extra": {
            "parameters": [
                REASON_HEADER,
                KEY_HEADER,
                IF_MATCH_HEADER,
                IF_NONE_MATCH_HEADER,
                *using,
            ],
            "requestBody": {
                "required": True,
                "content": {
                    SPARQL_UPDATE: {**TEXT, "example": example},
                    FORM: {
                        "schema": {"type": "object", "required": ["update"], "properties": fields}
                    },
                },
            },
        },
    }
