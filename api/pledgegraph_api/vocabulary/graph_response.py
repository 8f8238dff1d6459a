"""Sends a small graph in the format that the client likes best, with an entity tag.

The address may end in a format's file extension (``/def.ttl``), which goes before ``?format=``,
which goes before the Accept header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Triple
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import GRAPH_FORMATS
from pledgegraph.results import graph_bytes
from pledgegraph_api.http.negotiation import PAGE, PageOrFormat, accept_of, choose_among
from pledgegraph_api.http.respond import respond

ENDINGS: Final = {"html": PAGE, **{each.extension: each.name for each in GRAPH_FORMATS}}
"""File extension to the name of the format that it asks for."""


@dataclass(frozen=True, slots=True)
class SmallGraph:
    """A graph that fits into one answer."""

    name: str
    """The name of the file that a browser saves, without its ending."""
    triples: Callable[[], Iterable[Triple]]
    """Makes them; called in a thread."""
    state: tuple[object, ...]
    """What the graph is made of, beside this release: the number of the snapshot, say."""
    what: str
    """What it is, for messages: ``the ontology``."""
    headers: Mapping[str, str] = field(default_factory=dict)


def split_ending(name: str) -> tuple[str, str | None]:
    """A name without the extension that asks for a format, and that format's name."""
    stem, dot, ending = name.rpartition(".")
    if dot and stem and ending in ENDINGS:
        return stem, ENDINGS[ending]
    return name, None


def wants_page(request: Request, form: str | None) -> bool:
    """Whether the client would rather have a page than the graph in any format.

    Raises:
        HeaderTooLarge: the Accept header is too long.
    """
    return PageOrFormat(accept_of(request), form).prefers_page(GRAPH_FORMATS)


async def answer_graph(request: Request, graph: SmallGraph, form: str | None) -> Response:
    """The graph in the format of that name, or the one that the client likes best.

    Raises:
        NotAcceptable: there is no such format.
    """
    chosen = choose_among(GRAPH_FORMATS, accept_of(request), form, what=graph.what)
    return await run_in_threadpool(
        respond,
        request,
        lambda: graph_bytes(graph.triples(), chosen),
        content_type=chosen.content_type,
        state=graph.state,
        headers={
            "Content-Disposition": f'inline; filename="{graph.name}.{chosen.extension}"',
            "Vary": "Accept",
            **graph.headers,
        },
    )
