"""Answers a request with a representation, or says that the client has it already.

Here tags of states are made, and all are compared (those of answers to queries, which are streamed,
in `sparql/answer_etag.py`). `etags.etag_of` makes a tag of values. An endpoint says what its
answer is made of, and how to write it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.release import release
from pledgegraph_api.http.etags import etag_of, not_modified
from pledgegraph_api.http.query_params import own_query

REVALIDATE: Final = "no-cache"
"""May be kept, and is asked for again each time."""
FOR_GOOD: Final = "public, max-age=31536000, immutable"
"""For what never changes."""

_OK: Final = 200
_OF_A_BODY: Final = frozenset({"content-disposition", "content-length", "content-type"})
"""Headers that are about the body, which a 304 has none of."""

Body = bytes | str | Response


def respond(
    request: Request,
    write: Callable[[], Body],
    *,
    content_type: str,
    state: Sequence[object] | None = None,
    tag: str | None = None,
    cache: str = REVALIDATE,
    status: int = _OK,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a request; a client that has it gets 304, and ``write`` is not called.

    ``state`` is what the answer is made of, such as the number of the snapshot. Its entity tag
    tells apart releases of the service, addresses with their parameters, media types and
    languages as well; the coding comes later (`middleware.compression`). ``tag`` stands for the
    very bytes instead, where these are the same in every release. Without both there is no tag.
    """
    own = {"content-type": content_type}
    own |= {name.lower(): value for name, value in (headers or {}).items()}
    if state is not None:
        tag = _tag_of(request, own, state)
    if tag is not None:
        own = {"cache-control": cache, **own, "etag": tag}
        if status == _OK and not_modified(request, tag):
            return Response(status_code=304, headers=_without_body(own))
    body = write()
    if not isinstance(body, Response):
        return Response(body, status, own)
    body.headers.update(own)
    return body


def _tag_of(request: Request, own: Mapping[str, str], state: Sequence[object]) -> str:
    scope = request.scope
    return etag_of(
        release(),
        scope.get("root_path", ""),
        scope["path"],
        own_query(scope.get("query_string", b"")),
        own["content-type"],
        own.get("content-language", ""),
        *state,
    )


def _without_body(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _OF_A_BODY}
