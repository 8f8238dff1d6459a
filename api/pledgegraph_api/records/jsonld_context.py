"""The JSON-LD context and the frames, for programs that read the JSON as linked data.

``/context.jsonld`` is the newest one. The documents name it by its version, whose address
always gives the same; see https://www.rfc-editor.org/rfc/rfc8246.html on ``immutable``.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.documents import (
    CONTEXT_VERSION,
    Json,
    Profiles,
    context_versions,
    frame_of,
    framed_classes,
    newest_context,
    read_context,
)
from pledgegraph.media_types import JSON_LD
from pledgegraph_api.errors import DocumentMissing
from pledgegraph_api.http.etags import etag_of
from pledgegraph_api.http.query_params import taking
from pledgegraph_api.http.respond import respond
from pledgegraph_api.web.record_paths import CONTEXT_PATH

_AN_HOUR: Final = "public, max-age=3600"
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


class ContextEndpoint:
    """Serves the context, by its name and by its version, and a frame for each class."""

    def __init__(self, profiles: Profiles, base: str) -> None:
        self._base = base
        self._profiles = profiles
        self._versions = {f"{version}.jsonld": version for version in context_versions()}
        self._frames = {f"{name}.jsonld": kind for name, kind in framed_classes(profiles).items()}

    def install(self, app: FastAPI) -> None:
        """Put them at their addresses."""
        for path, endpoint in (
            ("/context.jsonld", self.newest),
            ("/context/{name}", self.versioned),
            ("/frames/{name}", self.frame),
        ):
            app.add_api_route(
                path,
                endpoint,
                methods=["GET", "HEAD"],
                include_in_schema=False,
                dependencies=taking(),
            )

    async def newest(self, request: Request) -> Response:
        """The context."""
        link = f'<{self._base}{CONTEXT_PATH}>; rel="canonical"'
        return _answer(request, _version(CONTEXT_VERSION), _AN_HOUR, {"link": link})

    async def versioned(self, request: Request, name: str) -> Response:
        """The context of one version, the present one or an earlier one.

        Raises:
            DocumentMissing: there is no such version; with those that there are.
        """
        if name not in self._versions:
            versions = [f"/context/{each}" for each in self._versions]
            raise DocumentMissing(
                f"There is no context {name[:80]!r} here.",
                remedy=f"The newest is at /context.jsonld. Versions: {', '.join(versions)}.",
                near=[*versions, "/context.jsonld"],
            )
        return _answer(request, _version(self._versions[name]), _FOR_GOOD, {})

    async def frame(self, request: Request, name: str) -> Response:
        """The frame of a class.

        Raises:
            DocumentMissing: there is none of that name; with those that look like it.
        """
        if name not in self._frames:
            near = get_close_matches(name[:100], self._frames, cutoff=0.3)
            raise DocumentMissing(
                f"There is no frame {name[:80]!r} here.",
                remedy=f"There are frames for these classes: {', '.join(self._frames)}.",
                near=[f"/frames/{each}" for each in near],
            )
        frame = frame_of(self._profiles, newest_context(), self._frames[name])
        body = _text({"@context": f"{self._base}{CONTEXT_PATH}", **frame})
        return _answer(request, body, _AN_HOUR, {})


@cache
def _version(version: str) -> bytes:
    """The context of a version; a release holds dozens, and few of them are asked for."""
    return _text(read_context(version))


def _text(document: dict[str, Json] | dict[str, dict[str, Json]]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _answer(request: Request, body: bytes, kept: str, headers: dict[str, str]) -> Response:
    return respond(
        request,
        lambda: body,
        content_type=JSON_LD.media_type,
        tag=etag_of(body),
        cache=kept,
        headers=headers,
    )
