"""The lists of records in OpenAPI's words."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field
from starlette.responses import Response

from pledgegraph.media_types import JSON_LD
from pledgegraph.namespaces import RDFS
from pledgegraph_api.collections.filters import DATES
from pledgegraph_api.collections.links import FORMATS
from pledgegraph_api.collections.table import Collection
from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.http.openapi import JsonAnswer, content_of, json_of
from pledgegraph_api.problems.openapi import problem_response


class CollectionItem(JsonAnswer):
    """A record of a list."""

    id: str
    label: dict[str, str] | None = Field(default=None, description="Its names by language.")
    untagged: str | None = Field(
        default=None,
        serialization_alias=RDFS.label.value,
        description="A name that is in no language.",
    )


class CollectionPage(JsonAnswer):
    """A page of a list, as Activity Streams 2.0 has it."""

    context: str | list[str | dict[str, None]] = Field(
        serialization_alias="@context",
        description="The address of the context; a list where an IRI on the page begins like one "
        "of its prefixes, which is then undefined.",
    )
    id: str
    type: list[str]
    in_collection: str = Field(description="The whole list.")
    total_items: int = Field(description="How many records the whole list has.")
    first: str | None = None
    prev: str | None = None
    next: str | None = None
    last: str | None = None
    items: list[CollectionItem]


_FILTERS: Final = {
    "register": "The register that it is in, or that its commitments are in.",
    "actor": "Who made, hosted or published it; a commitment also counts for the bodies that its "
    "maker is part of and for successors.",
    "kind": "Its kind: a theme, a type, or the class of a source.",
    "country": "Its country, by M49 code.",
    "sdg": "A Sustainable Development Goal, a target or an indicator.",
    "status": "Its status; `not-reported` where no source states one.",
    "freshness": "What is known of reporting today.",
}
_DAYS: Final = {
    "since": "Only what was announced, held, published or retrieved on this day or later.",
    "until": "Only what was announced, held, published or retrieved on this day or earlier.",
}
_EXAMPLES: Final = {"freshness": "no-report-known", "sdg": "17", "status": "not-reported"}


def collection_description(collection: Collection) -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for a list."""
    content = content_of(FORMATS, {JSON_LD.media_type: json_of(CollectionPage)})
    return {
        "summary": f"List the {collection.name}",
        "operation_id": f"list_{collection.name}",
        "tags": ["Records"],
        "description": "As a page and as JSON-LD in pages of 50, as CSV whole. A filter takes an "
        "IRI or its last part; an unknown value gets 400 with near ones.",
        "response_class": Response,
        "responses": {
            200: {
                "description": "The list. `Pledgegraph-Snapshot` says of which numbered state of "
                "the data, `Link` leads to its other pages.",
                "content": content,
            },
            400: problem_response("A filter cannot be used; `parameters` says which and why."),
            404: problem_response("The list has no such page."),
            406: problem_response("The list has no such format."),
        },
        "openapi_extra": {
            "parameters": [
                *(_filter(name) for name in collection.filters),
                *(_day(name) for name in DATES if collection.dated),
                {
                    "name": "page",
                    "in": "query",
                    "description": "The page, counted from 1; CSV is whole whichever is asked for.",
                    "schema": {"type": "integer", "minimum": 1, "default": 1},
                },
                {
                    "name": "format",
                    "in": "query",
                    "description": "The format by name; goes before the Accept header.",
                    "schema": {"type": "string", "enum": [*(each.name for each in FORMATS), PAGE]},
                },
                {
                    "name": "lang",
                    "in": "query",
                    "description": "The language of the page.",
                    "schema": {"type": "string", "enum": list(LANGUAGES)},
                },
            ]
        },
    }


def _filter(name: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "in": "query",
        "description": _FILTERS[name],
        "schema": {"type": "string"},
    }
    if name in _EXAMPLES:
        described["example"] = _EXAMPLES[name]
    return described


def _day(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": _DAYS[name],
        "schema": {"type": "string", "format": "date"},
    }
