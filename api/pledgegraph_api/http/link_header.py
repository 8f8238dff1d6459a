"""Typed links in the header ``Link``, by which machines find their way: Signposting.

See https://signposting.org/FAIR/ and RFC 8288. A page says how to cite what it is about, what kind
of thing that is, under which licence it stands, and where its description and its content are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pledgegraph.descriptions import licences_iri
from pledgegraph.media_types import GRAPH_FORMATS, Format
from pledgegraph.namespaces import OWL, SKOS
from pledgegraph_api.http.addresses import uri_of

LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
"""Of what the editors wrote; see `licences` for what sources say."""
_OURS: Final = frozenset({OWL.Ontology.value, SKOS.ConceptScheme.value})
"""Kinds of pages that hold nothing of any source."""
ABOUT_PAGE: Final = "https://schema.org/AboutPage"


def link(target: str, relation: str, **attributes: str) -> str:
    """One link of the header, such as ``<https://…>; rel="license"``; ``target`` is any IRI."""
    further = "".join(f'; {name}="{value}"' for name, value in attributes.items())
    return f'<{uri_of(target)}>; rel="{relation}"{further}'


class Signposts:
    """Makes the links of addresses below one base IRI."""

    def __init__(self, base: str) -> None:
        self.base: Final = base

    def of_page(
        self,
        path: str,
        *,
        kind: str,
        cite: str | None = None,
        formats: Sequence[Format] = GRAPH_FORMATS,
        described: str | None = None,
        items: Iterable[tuple[str, str]] = (),
    ) -> str:
        """The links of a page; ``items`` are addresses with their media types.

        ``kind`` is the class of what the page is about, ``cite`` the IRI to cite it by, which is
        the address itself where there is no better one. ``described`` is the path that gives the
        description in each of the formats, where that is another one.
        """
        address = self.base + path
        description = self.base + (described or path)
        return ", ".join(
            [
                link(cite or address, "cite-as"),
                link(kind, "type"),
                link(ABOUT_PAGE, "type"),
                link(self._licence(kind), "license"),
                *(
                    link(f"{description}?format={each.name}", "describedby", type=each.media_type)
                    for each in formats
                ),
                *(link(target, "item", type=media_type) for target, media_type in items),
            ]
        )

    def _licence(self, kind: str) -> str:
        return LICENCE if kind in _OURS else licences_iri(self.base).value

    def of_document(self, path: str, *, kind: str, cite: str | None = None) -> str:
        """The links of an address when it gives data instead of its page."""
        address = self.base + path
        return ", ".join(
            [
                link(cite or address, "cite-as"),
                link(kind, "type"),
                link(self._licence(kind), "license"),
                link(address, "describes"),
            ]
        )
