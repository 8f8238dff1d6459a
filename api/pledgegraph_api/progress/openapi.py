"""The progress page and its file in OpenAPI's words."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.http.openapi import TEXT
from pledgegraph_api.problems.openapi import problem_response


def progress_description(operation: str, summary: str, media_type: str) -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for the page, or for one of its files."""
    return {
        "summary": summary,
        "operation_id": operation,
        "tags": ["Records"],
        "response_class": Response,
        "responses": {
            200: {
                "description": "How commitments stand on the day. `Pledgegraph-Snapshot` says in "
                "which numbered state of the data.",
                "content": {media_type: TEXT},
            },
            400: problem_response("A parameter cannot be used; `parameters` says which and why."),
        },
        "openapi_extra": {
            "parameters": [
                {
                    "name": "day",
                    "in": "query",
                    "description": "The day, of 1900 to 2999; today (UTC) where it is left out.",
                    "schema": {"type": "string", "format": "date"},
                    "example": "2026-01-31",
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
