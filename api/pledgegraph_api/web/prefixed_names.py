"""Short names of IRIs, for people."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from pyoxigraph import NamedNode

from pledgegraph.catalogue import last_part
from pledgegraph.namespaces import PREFIXES, SCHEME
from pledgegraph_api.web.record_paths import linked_path

_OURS: Final = "https://w3id.org/pledgegraph/"
_COUNTRIES: Final = f"{SCHEME}m49#"
_GOALS: Final = "http://metadata.un.org/sdg/"
_LINKED: Final = ("http://", "https://")


def short_name(iri: str, base: str) -> str:
    """The IRI as short as it can be told: ``id/event/x``, ``pg:Event``, ``SDG 5.3``."""
    if iri.startswith(f"{base}/"):
        return iri[len(base) + 1 :]
    scheme, mark, concept = iri.removeprefix(SCHEME).partition("#")
    if iri.startswith(SCHEME) and mark and concept:
        return f"{scheme}:{concept}"
    if iri.startswith(_GOALS) and len(iri) > len(_GOALS):
        return f"SDG {iri[len(_GOALS) :]}"
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def short(node: NamedNode) -> str:
    """The last part of an IRI; the whole of it where that is nothing."""
    return last_part(node.value) or node.value


def link_to(iri: str, base: str) -> str | None:
    """The address that a page may link the IRI to; None for what is no web page's.

    A record of ours leads to the document about it, a country to its page, another concept or a
    term to its place on the page of its vocabulary. Data may hold ``javascript:`` IRIs, which
    would run in the page.
    """
    path = linked_path(iri, base)
    if path is not None:
        return path
    if iri.startswith(_COUNTRIES):
        return f"/country/{quote(iri.removeprefix(_COUNTRIES), safe='')}"
    for namespace in (f"{_OURS}def", f"{_OURS}scheme/", f"{_OURS}shapes"):
        if iri.startswith(namespace):
            return quote(iri.removeprefix(_OURS.rstrip("/")), safe="/#")
    return iri if iri.lower().startswith(_LINKED) else None
