"""Short names of IRIs, for people."""

from __future__ import annotations

from typing import Final

from pledgegraph.terms import PREFIXES, SCHEME

_LINKED: Final = ("http://", "https://")


def short_name(iri: str, base: str) -> str:
    """The IRI as short as it can be told: ``id/event/x``, ``pg:Event``, ``status:completed``."""
    if iri.startswith(f"{base}/"):
        return iri[len(base) + 1 :]
    scheme, mark, concept = iri.removeprefix(SCHEME).partition("#")
    if iri.startswith(SCHEME) and mark and concept:
        return f"{scheme}:{concept}"
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def link_to(iri: str) -> str | None:
    """The address that a page may link the IRI to: its own if that is a web page's, else none.

    Data may hold ``javascript:`` IRIs, which would run in the page.
    """
    return iri if iri.lower().startswith(_LINKED) else None
