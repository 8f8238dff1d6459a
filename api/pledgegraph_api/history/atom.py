"""The newest change sets as an Atom feed."""

from __future__ import annotations

from collections.abc import Sequence

from pledgegraph.store import Header
from pledgegraph_api.web.atom_feed import FeedEntry, FeedLink, feed_xml


def feed(headers: Sequence[Header], *, stream: str, here: str, older: str | None) -> bytes:
    """The feed: ``headers`` the newest first, ``stream`` the IRI of all of them."""
    links = [FeedLink("self", here), FeedLink("alternate", stream, "text/html")]
    if older is not None:
        links.append(FeedLink("next", older))
    entries = [_entry(header, f"{stream}/{header.sequence}") for header in headers]
    return feed_xml(entries, identifier=stream, title="Pledgegraph: changes", links=links)


def _entry(header: Header, address: str) -> FeedEntry:
    return FeedEntry(
        address,
        header.reason or f"Change set {header.sequence}",
        updated=header.time.isoformat(),
        published=header.time.isoformat(),
        author=header.agent,
        summary=f"Added {header.added:,} statements, removed {header.removed:,}.",
        links=(
            FeedLink("alternate", address),
            FeedLink("enclosure", f"{address}.rdfp", "application/rdf-patch"),
            *(FeedLink("related", source) for source in header.sources),
        ),
    )
