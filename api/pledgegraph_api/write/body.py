"""The body of a request to the graph store: RDF, or the update of a PATCH.

See https://www.w3.org/TR/sparql11-http-rdf-update/#graph-management
"""

from __future__ import annotations

from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from pledgegraph.media_types import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from pledgegraph.writes import Payload
from pledgegraph_api.errors import ParameterError, UnsupportedContent
from pledgegraph_api.sparql.protocol import CHARSETS, SPARQL_UPDATE, body_of, content_type
from pledgegraph_api.write.multipart import MULTIPART, Part, parts_of
from pledgegraph_api.write.update_protocol import LONGEST, utf8

READ: Final = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
"""The formats of one graph that are read."""
_BY_TYPE: Final[dict[str, Format]] = {
    **{each.media_type: each for each in READ},
    "application/x-turtle": TURTLE,
}
_BY_ENDING: Final[dict[str, Format]] = {
    **{each.extension: each for each in READ},
    "xml": RDF_XML,
    "json": JSON_LD,
}
_CHARSETS: Final = CHARSETS | {"utf-16", "utf-16le", "utf-16be"}
"""RDF/XML may be UTF-16 (RFC 7303, section 3); of what else says so, reading tells."""
_REMEDY: Final = (
    f"Send one graph as one of: {', '.join(each.media_type for each in READ)}; "
    "in UTF-8 and not compressed."
)


async def payloads_of(request: Request, *, longest: int) -> tuple[Payload, ...]:
    """The RDF that a PUT or POST request carries; of a POST it may be several documents.

    What has no Content-Type is taken for RDF/XML, as the protocol asks for.

    Raises:
        UnsupportedContent: it is in no format of one graph that is read here.
        ContentTooLarge: it is longer than ``longest`` bytes.
        ParameterError: it is a part of a graph only (RFC 9110, section 14.5), or no whole form.
    """
    content = content_type(request, _CHARSETS)
    if "content-range" in request.headers:
        raise ParameterError(
            "A part of a graph cannot be sent.", remedy="Send all of it, without Content-Range."
        )
    if content == MULTIPART and request.method == "POST":
        _, options = parse_options_header(request.headers["content-type"])
        boundary = options.get(b"boundary", b"").decode("latin-1")
        body = await body_of(request, longest, LONGEST)
        return tuple(map(_document, await run_in_threadpool(parts_of, body, boundary)))
    form = _BY_TYPE.get(content or RDF_XML.media_type)
    if form is None:
        raise UnsupportedContent(_refusal(content), remedy=_REMEDY)
    return (Payload(await body_of(request, longest, LONGEST), form),)


def _document(part: Part) -> Payload:
    """What a part of a form holds; curl and browsers do not know every kind of file."""
    said = (part.content_type or "").partition(";")[0].strip().lower()
    is_unknown = said in ("", "application/octet-stream", "text/plain")
    form = _BY_ENDING.get(part.ending) if is_unknown else _BY_TYPE.get(said)
    if form is not None:
        return Payload(bytes(part.body), form)
    if not said and not part.ending:
        raise ParameterError(
            "A part of the form does not say of what kind it is.",
            remedy="Give it a Content-Type, or a file name with an ending such as .ttl.",
        )
    raise UnsupportedContent(_refusal(said or f".{part.ending}"), remedy=_REMEDY)


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
        return f"A body of several parts is read in a POST of {MULTIPART} only."
    return f"A body of the kind {content[:80]!r} is not read here."
