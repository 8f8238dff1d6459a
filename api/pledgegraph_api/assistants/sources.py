"""The sources of what an answer speaks of: who says it, where, and read on which day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import httpx
from pyoxigraph import NamedNode

from pledgegraph.client import IRI, Row
from pledgegraph_api.assistants.rows import SOLUTIONS, plain, read_rows
from pledgegraph_api.assistants.service import Service

_QUERY: Final = (Path(__file__).parent / "queries" / "sources.rq").read_text(encoding="utf-8")
_THINGS: Final = "<urn:things>"
_MOST_THINGS: Final = 100
"""Things of an answer whose sources are looked for; the first ones."""
_MOST: Final = 40
"""Sources that an answer tells."""
_MOST_ABOUT: Final = 10
"""Things that a source is said to speak of."""
_NO_SOURCES: Final = (
    "The answer names no record, so that no source can be named. Cite the address and the snapshot."
)
_KINDS: Final = {
    "Source": "document",
    "EditorialSource": "inferred by the editors",
    "ReferenceSource": "reference data, or computed from the other sources",
}


async def sources_of(
    service: Service, things: Iterable[IRI], answer: httpx.Response
) -> dict[str, Any]:
    """What an answer rests on: the sources of statements on its things, and the state of the data.

    The sources that speak of most of the things come first.

    Raises:
        Refusal: the service refused to tell.
    """
    wanted = list(dict.fromkeys(things))[:_MOST_THINGS]
    terms = " ".join(term for each in wanted if (term := _term(each)))
    if not terms:
        return {"sources": [], "note": _NO_SOURCES, **_state(answer)}
    form = {"query": _QUERY.replace(_THINGS, terms)}
    response = await service.post("/sparql", SOLUTIONS, form)
    rows, _ = read_rows(response)
    return {"sources": plain(_told(rows)), **(_state(answer) or _state(response))}


def _state(response: httpx.Response) -> dict[str, int]:
    """The number of the snapshot that answered, where the answer tells it."""
    snapshot = response.headers.get("pledgegraph-snapshot", "")
    return {"snapshot": int(snapshot)} if snapshot.isdecimal() else {}


def _told(rows: Iterable[Row]) -> list[dict[str, Any]]:
    sources: dict[str, dict[str, Any]] = {}
    about: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        iri = str(row.source)
        kind = str(row.kind).rpartition("#")[2]
        sources.setdefault(
            iri,
            {
                "iri": iri,
                "kind": _KINDS[kind],
                "title": row.title,
                "url": row.url,
                "publisher": row.publisher,
                "read": row.read,
                "licence": row.licence,
            },
        )
        about[iri].append(str(row.thing))
    ordered = sorted(
        sources, key=lambda iri: (sources[iri]["kind"] != _KINDS["Source"], -len(about[iri]), iri)
    )
    return [
        {name: value for name, value in sources[iri].items() if value is not None}
        | {"about": about[iri][:_MOST_ABOUT]}
        for iri in ordered[:_MOST]
    ]


def _term(iri: str) -> str:
    """The IRI as a query has it; empty where it is none, as of what a query has made up."""
    try:
        return str(NamedNode(iri))
    except ValueError:
        return ""
