"""The body of a request to the graph store: RDF, or the update of a PATCH."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from pledgegraph.media_types import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from pledgegraph.writes import Payload
from pledgegraph_api.errors import ParameterError, UnsupportedContent
from pledgegraph_api.protocol import SPARQL_UPDATE, body_of, content_type
from pledgegraph_api.update_protocol import LONGEST, utf8

READ: Final = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
"""The formats of one graph that are read."""
_BY_TYPE: Final[dict[str, Format]] = {
    **{each.media_type: each for each in READ},
    "application/x-turtle": TURTLE,
}
_REMEDY: Final = (
    f"Send one graph as one of: {', '.join(each.media_type for each in READ)}; "
    "in UTF-8 and not compressed."
)


async def payload_of(request: Request, *, longest: int) -> Payload:
    """The RDF that a request carries.

    Raises:
        UnsupportedContent: it is in no format of one graph that is read here.
        ContentTooLarge: it is longer than ``longest`` bytes.
        ParameterError: it is a part of a graph only (RFC 9110, section 14.5).
    """
    content = content_type(request)
    form = _BY_TYPE.get(content or "")
    if form is None:
        raise UnsupportedContent(_refusal(content), remedy=_REMEDY)
    if "content-range" in request.headers:
        raise ParameterError(
            "A part of a graph cannot be sent.", remedy="Send all of it, without Content-Range."
        )
    return Payload(await body_of(request, longest, LONGEST), form)


async def patch_of(request: Request, *, longest: int) -> str:
    """The update that a PATCH request carries.

    Raises:
        UnsupportedContent: it carries something else.
        ContentTooLarge: it is longer than ``longest`` bytes.
        EncodingError: it is not UTF-8.
    """
    content = content_type(request)
    if content != SPARQL_UPDATE:
        raise UnsupportedContent(
            _refusal(content), remedy=f"Send a SPARQL update of the graph, as {SPARQL_UPDATE}."
        )
    return utf8(await body_of(request, longest, LONGEST), "The update")


def _refusal(content: str | None) -> str:
    if content is None:
        return "The request says nothing of the kind of its body."
    if content.startswith("multipart/"):
        return "A body of several parts is not read here; send one graph in each request."
    return f"A body of the kind {content[:80]!r} is not read here."
