"""The lists of records in OpenAPI's words."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field
from starlette.responses import Response

from pledgegraph.media_types import JSON_LD
from pledgegraph.namespaces import RDFS
from pledgegraph_api.collections.filters import DATES, DAY, INCLUDE, LARGEST, PAGE_SIZE
from pledgegraph_api.collections.links import FORMATS
from pledgegraph_api.collections.table import Collection
from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.http.openapi import JsonAnswer, content_of, json_of
from pledgegraph_api.problems.openapi import problem_response
from pledgegraph_api.progress.terms import DUE

_DATE: Final[dict[str, Any]] = {"format": "date"}


class ListedThing(JsonAnswer):
    """What a record of a list is connected with."""

    id: str
    label: str | None = Field(default=None, description="Its name, in English if it has one.")


class CollectionSummary(JsonAnswer):
    """What a list knows of a record, computed for today; what it does not know is left out."""

    maker: list[ListedThing] | None = Field(default=None, description="Who promised it.")
    registers: list[ListedThing] | None = Field(default=None, serialization_alias="register")
    actor: list[ListedThing] | None = Field(
        default=None,
        description="Who made, hosted or published it; of a commitment also those whom its makers "
        "are part of.",
    )
    kind: list[ListedThing] | None = None
    country: list[ListedThing] | None = None
    sdg: list[ListedThing] | None = None
    group: list[ListedThing] | None = Field(default=None, description="Population groups.")
    data: list[ListedThing] | None = Field(default=None, description="Types of data.")
    event: list[ListedThing] | None = Field(
        default=None, description="The events at which it was announced."
    )
    framework: list[ListedThing] | None = Field(
        default=None, description="The frameworks with which it is aligned."
    )
    commitments: int | None = Field(
        default=None, description="Of a register, framework or country: how many there are."
    )
    status: list[ListedThing] | None = Field(
        default=None, description="Its status by its maker; `not-reported` where none is stated."
    )
    assessed: list[ListedThing] | None = Field(
        default=None,
        description="Its status by independent assessors; `not-reported` where none assessed it.",
    )
    freshness: list[ListedThing] | None = Field(
        default=None, description="What is known of reporting today."
    )
    due: str | None = Field(
        default=None,
        description="The last day that its due date can mean.",
        json_schema_extra=_DATE,
    )
    due_state: Literal[DUE] | None = Field(  # type: ignore[valid-type]
        default=None, description="How its due date lies to today."
    )
    last_report: str | None = Field(
        default=None,
        description="The first day that the date of its maker's last report can mean.",
        json_schema_extra=_DATE,
    )
    earliest: str | None = Field(default=None, description="Its first day.")
    latest: str | None = Field(default=None, description="Its last day.")


class CollectionItem(JsonAnswer):
    """A record of a list."""

    id: str
    label: dict[str, str] | None = Field(default=None, description="Its names by language.")
    untagged: str | None = Field(
        default=None,
        serialization_alias=RDFS.label.value,
        description="A name that is in no language.",
    )
    summary: CollectionSummary | None = Field(
        default=None, description="With `include=summary`, and in NDJSON."
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
    "status": "Its status, of a commitment by its maker; `not-reported` where none is stated.",
    "assessed": "Its status by independent assessors; `not-reported` where none assessed it.",
    "freshness": "What is known of reporting today.",
    "group": "A population group that it, or a part of it, is about.",
    "data": "A type of data that it, or a part of it, is about.",
    "event": "The event at which it was announced.",
    "framework": "A framework with which it is aligned.",
    "due": "How its due date lies to today; `next` is within twelve months, `ended` says that its "
    "maker reported an end.",
}
_DAYS: Final = {
    "day": "The day on which the commitments are shown as they stood; today where it is left out. "
    "On a past day, those announced later are left out.",
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
        "description": "As a page and as JSON-LD in pages, as CSV and as NDJSON whole. A filter "
        "takes an IRI or its last part; an unknown value gets 400 with near ones.",
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
                *(_filter(name, collection) for name in collection.filters),
                *(_day(name) for name in DATES if collection.dated),
                *([_day(DAY)] if collection.promises else []),
                {
                    "name": "page",
                    "in": "query",
                    "description": "The page, counted from 1; CSV and NDJSON are whole whichever "
                    "is asked for.",
                    "schema": {"type": "integer", "minimum": 1, "default": 1},
                },
                {
                    "name": "size",
                    "in": "query",
                    "description": "How many records a page has.",
                    "schema": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": LARGEST,
                        "default": PAGE_SIZE,
                    },
                },
                {
                    "name": "include",
                    "in": "query",
                    "description": "With `summary` each item of the JSON-LD has what the list "
                    "knows of it, so that a harvester needs no request for each.",
                    "schema": {"type": "string", "enum": list(INCLUDE)},
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


def _filter(name: str, collection: Collection) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "in": "query",
        "description": _FILTERS[name],
        "schema": {"type": "string"},
    }
    if name in collection.words:
        described["schema"] = {"type": "string", "enum": list(collection.words[name])}
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
