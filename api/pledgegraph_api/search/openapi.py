"""The search in OpenAPI's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from pledgegraph.media_types import Format
from pledgegraph.search import LONGEST_SEARCH
from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.http.openapi import content_of
from pledgegraph_api.problems.openapi import problem_response


def search_description(formats: Sequence[Format]) -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for searches."""
    return {
        "summary": "Find records by words, names, acronyms or identifiers",
        "operation_id": "search",
        "tags": ["Records"],
        "description": "As a page and as JSON-LD in pages of 20, as CSV whole. What has all the "
        "words comes first; where nothing has, what is nearest.",
        "response_class": Response,
        "responses": {
            200: {
                "description": "What was found, the best first. `Pledgegraph-Snapshot` says in "
                "which numbered state of the data.",
                "content": content_of(formats),
            },
            400: problem_response("A parameter cannot be used; `parameters` says which and why."),
            404: problem_response("The search has no such page."),
            406: problem_response("A search has no such format."),
        },
        "openapi_extra": {
            "parameters": [
                _text("q", "What to look for.", maxLength=LONGEST_SEARCH),
                _text("kind", "Only records of that kind, such as `commitment`."),
                _text("register", "Only what is in that register: the last part of its IRI."),
                {
                    "name": "page",
                    "in": "query",
                    "description": "The page, counted from 1.",
                    "schema": {"type": "integer", "minimum": 1, "default": 1},
                },
                _text(
                    "format",
                    "The format by name; goes before the Accept header.",
                    enum=[*(each.name for each in formats), PAGE],
                ),
                _text("lang", "The language of names, and of the page.", enum=list(LANGUAGES)),
            ]
        },
    }


def _text(name: str, description: str, **schema: object) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": {"type": "string", **schema},
    }
