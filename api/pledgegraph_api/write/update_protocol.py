"""The update operation of the SPARQL 1.1 Protocol, read from a request.

See https://www.w3.org/TR/sparql11-protocol/#update-operation
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from pyoxigraph import NamedNode
from starlette.requests import Request

from pledgegraph.store import key_of
from pledgegraph.writes import attributable
from pledgegraph_api.errors import (
    EncodingError,
    ParameterError,
    UnsupportedContent,
    UpdateMissing,
)
from pledgegraph_api.http.header_names import IDEMPOTENCY_KEY, REASON
from pledgegraph_api.http.query_params import GIVE_ONCE, Parameters, decoded, repeated
from pledgegraph_api.sparql.protocol import (
    FORM,
    SPARQL_UPDATE,
    body_of,
    content_type,
    graphs_named,
    refuse_in_address,
    refuse_unknown,
    too_large,
)

LONGEST: Final = "max_update_bytes"
"""The setting that bounds what is sent."""
_LONGEST_KEY: Final = 255
_OF_UPDATES: Final = frozenset({"update", "using-graph-uri", "using-named-graph-uri"})
_OF_QUERIES: Final = frozenset({"query", "default-graph-uri", "named-graph-uri"})


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """What a client wants changed, and the graphs that WHERE is to read."""

    text: str
    default_graphs: tuple[NamedNode, ...] = ()
    named_graphs: tuple[NamedNode, ...] = ()


async def read_update(request: Request, *, longest: int) -> UpdateRequest:
    """The update that a POST request carries; ``longest`` is in bytes.

    Raises:
        UpdateMissing: there is no update in it.
        ParameterError: a parameter is repeated, malformed or in the wrong place.
        EncodingError: something in it is not UTF-8.
        UnsupportedContent: its body is of another kind than the protocol's.
        ContentTooLarge: the update is longer than ``longest``.
    """
    most = 3 * longest + 65_536
    in_address = decoded(request.scope["query_string"], "The query string")
    content = content_type(request)
    if content == FORM:
        refuse_in_address(in_address, _OF_UPDATES, "is a field of the form")
        body = await body_of(request, most, LONGEST)
        return _update_request(in_address + decoded(body, "The form"), longest)
    if content == SPARQL_UPDATE:
        refuse_in_address(in_address, {"update"}, "is the body of the request")
        text = utf8(await body_of(request, longest, LONGEST), "The update")
        return _update_request([("update", text), *in_address], longest)
    kind = "of no kind that is said" if content is None else f"of the kind {content[:80]!r}"
    raise UnsupportedContent(
        f"A body {kind} is not read here.",
        remedy="Send the update as `application/sparql-update`, or as the field `update` of an "
        "`application/x-www-form-urlencoded` form, in UTF-8 and not compressed.",
    )


def utf8(body: bytes, what: str) -> str:
    """The text of a body.

    Raises:
        EncodingError: it is not UTF-8.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EncodingError(f"{what} is not UTF-8 from byte {error.start + 1} on.") from None


def reason_of(request: Request, otherwise: str) -> str:
    """Why a change is made: what the request says, or else what it does.

    Raises:
        EncodingError: it is not UTF-8.
        ParameterError: the header is there twice, or repeats the token.
        InputError: it may not stand in the changes log.
    """
    given = request.headers.getlist(REASON)
    if not given:
        return otherwise
    if len(given) > 1:
        raise ParameterError(f"Header {REASON} was given {len(given)} times.", remedy=GIVE_ONCE)
    text = utf8(unquote_to_bytes(given[0].encode("latin-1")), f"The header {REASON}")
    token = request.headers.get("authorization", "").rpartition(" ")[2]
    if token and token in text:
        raise ParameterError(
            f"The header {REASON} holds the token.", remedy="Say why, in a sentence."
        )
    return attributable(
        f"The header {REASON}", text, remedy="Say why, in a sentence, without an address."
    )


def key_of_request(request: Request, client: str, content: str) -> str:
    """What the changes log knows the change of a request again by; empty without the header.

    The key is a string of a structured field (RFC 9651, 3.3.3); bare ones are taken too.

    Raises:
        ParameterError: the header is there twice, is empty, or is too long.
    """
    given = request.headers.getlist(IDEMPOTENCY_KEY)
    if not given:
        return ""
    text = given[0].strip().strip('"')
    if len(given) > 1 or not text or len(text) > _LONGEST_KEY:
        raise ParameterError(
            f"The header {IDEMPOTENCY_KEY} holds no single key of at most {_LONGEST_KEY} letters.",
            remedy="Give each change a key of its own, such as a new UUID.",
        )
    return key_of(client, text, content)


def _update_request(parameters: Parameters, longest: int) -> UpdateRequest:
    names = [name for name, _ in parameters]
    if names.count("update") > 1:
        raise ParameterError(
            repeated("update", names.count("update")),
            remedy=GIVE_ONCE,
        )
    for name in names:
        if name in _OF_QUERIES:
            raise ParameterError(
                f"The parameter `{name}` belongs to queries, which are not taken at this address.",
                remedy="Send queries to /sparql. The graphs that an update reads are named by "
                "`using-graph-uri` and `using-named-graph-uri`.",
            )
    text = dict(parameters).get("update")
    if text is None:
        raise UpdateMissing("There is no update in the request.")
    # Clients that name the format of answers do so here as well.
    named = [each for each in parameters if each[0] != "format"]
    refuse_unknown(named, ("update", "using-graph-uri", "using-named-graph-uri"))
    if len(text.encode("utf-8")) > longest:
        raise too_large(longest, LONGEST)
    return UpdateRequest(
        text,
        tuple(graphs_named(parameters, "using-graph-uri")),
        tuple(graphs_named(parameters, "using-named-graph-uri")),
    )
