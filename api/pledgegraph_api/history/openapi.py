"""Changes and dumps in OpenAPI's words, and what is told of them in JSON."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field
from starlette.responses import Response

from pledgegraph.media_types import GRAPH_FORMATS, Carries, Format
from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.http.openapi import HTML, TEXT, JsonAnswer, content_of, json_of
from pledgegraph_api.problems.openapi import problem_response
from pledgegraph_api.web.atom_feed import ATOM_TYPE

JSON: Final = Format("json", "JSON", "application/json", "json", Carries.SOLUTIONS, "", text=False)
CHANGE_FORMATS: Final = (JSON, *GRAPH_FORMATS)
"""What changes come in beside a page, the default first."""
PATCH_TYPE: Final = "application/rdf-patch"


class ChangeCard(JsonAnswer):
    """A change set."""

    id: str = Field(description="Its address.")
    sequence: int = Field(description="Its number; the snapshot of that number shows it.")
    time: str = Field(json_schema_extra={"format": "date-time"})
    agent: str = Field(description="Who made it.")
    reason: str
    sources: list[str] = Field(description="The IRIs of the sources that it comes from.")
    added: int = Field(description="How many statements came.")
    removed: int = Field(description="How many went.")
    patch: str = Field(description="Where its statements are, as RDF Patch.")


class ChangePages(JsonAnswer):
    """Some change sets and the way to the next ones, or the pages that all of them are on."""

    base: str = Field(description="What the IRIs of records begin with.")
    log_format: int = Field(description="The version of the format of patches.")
    last: int | None = Field(
        default=None,
        description="The number of the newest change set; left out on a page that is full.",
    )
    changes: list[ChangeCard] | None = None
    pages: list[str] | None = Field(default=None, description="The addresses of the pages.")
    next: list[str] | None = Field(default=None, description="Where it goes on; empty at the end.")


class DumpFileCard(JsonAnswer):
    """A file of a dump."""

    url: str
    format: str = Field(description="The media type of what is in it.")
    compression: str = Field(description="The media type that it is packed as.")
    bytes: int
    sha256: str


class DumpCard(JsonAnswer):
    """All statements of one snapshot, in files."""

    sequence: int
    snapshot: int = Field(description="The same as `sequence`.")
    time: str = Field(json_schema_extra={"format": "date-time"})
    quads: int = Field(description="How many statements it holds.")
    hash: str = Field(description="The hash of its statements in canonical order.")
    files: list[DumpFileCard]


class DumpCards(JsonAnswer):
    """The dumps that there are."""

    dumps: list[DumpCard] = Field(description="The newest first.")
    damaged: list[int] = Field(description="The numbers of dumps that are not whole.")


_NUMBER: Final = {"type": "integer", "minimum": 1}
_LANG: Final = {
    "name": "lang",
    "in": "query",
    "description": "The language of the page; goes before the Accept-Language header.",
    "schema": {"type": "string", "enum": list(LANGUAGES)},
}
_WRONG: Final = problem_response("A parameter cannot be used.")
_NO_FORMAT: Final = problem_response("There is no such format.")
_NO_PAGE: Final = problem_response("The stream has no such page.")


def stream_description() -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for the stream of changes."""
    since = {
        "name": "since",
        "in": "query",
        "description": "The number of a change set, or a time: what came after it.",
        "schema": {"anyOf": [{"type": "integer", "minimum": 0}, _TIME]},
    }
    page = {
        "name": "page",
        "in": "query",
        "description": "The number of a page of the stream, to which this leads.",
        "schema": _NUMBER,
    }
    return _described(
        "list_changes",
        "The stream of changes, or those since a change or a time",
        [since, page, _format(CHANGE_FORMATS), _LANG],
        {
            200: {
                "description": "Change sets and the way on; without `since` the pages of them.",
                "content": content_of(CHANGE_FORMATS, {JSON.media_type: json_of(ChangePages)}),
            },
            303: {"description": "The page is at `Location`."},
            400: _WRONG,
            404: _NO_PAGE,
            406: _NO_FORMAT,
        },
    )


def feed_description() -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for the Atom feed."""
    before = {
        "name": "before",
        "in": "query",
        "description": "The number of a change set: what came before it.",
        "schema": _NUMBER,
    }
    feed = {"description": "The feed, RFC 4287.", "content": {ATOM_TYPE: TEXT}}
    return _described(
        "read_change_feed",
        "The newest changes as an Atom feed",
        [before, _LANG],
        {200: feed, 400: _WRONG},
    )


def patches_description() -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for many patches at once."""
    bounds = [
        {"name": name, "in": "query", "description": what, "schema": _NUMBER}
        for name, what in (
            ("from", "The number of the first change set; 1 without it."),
            ("to", "The number of the last one; as many as are sent at once without it."),
        )
    ]
    patches = {
        "description": "The patches, one after another. `Link` leads to the next ones, and "
        "`Pledgegraph-Last` is the number of the newest.",
        "content": {PATCH_TYPE: TEXT},
    }
    return _described(
        "read_patches",
        "The records of the changes log from one change set on, as they are written",
        bounds,
        {200: patches, 400: _WRONG},
    )


def dumps_description() -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for the list of dumps."""
    content = {JSON.media_type: json_of(DumpCards), HTML: TEXT}
    return _described(
        "list_dumps",
        "The dumps that there are",
        [_format((JSON,)), _LANG],
        {
            200: {"description": "The dumps, the newest first.", "content": content},
            400: _WRONG,
            406: _NO_FORMAT,
        },
    )


_TIME: Final = {"type": "string", "format": "date-time"}


def _described(
    name: str,
    summary: str,
    parameters: list[dict[str, Any]],
    responses: dict[int | str, dict[str, Any]],
) -> dict[str, Any]:
    return {
        "summary": summary,
        "operation_id": name,
        "tags": ["Copies"],
        "response_class": Response,
        "responses": responses,
        "openapi_extra": {"parameters": parameters},
    }


def _format(formats: tuple[Format, ...]) -> dict[str, Any]:
    return {
        "name": "format",
        "in": "query",
        "description": "The format by name; goes before the Accept header.",
        "schema": {"type": "string", "enum": [*(each.name for each in formats), PAGE]},
    }
