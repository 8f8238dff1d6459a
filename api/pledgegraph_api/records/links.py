"""Where the header ``Link`` of a document leads: to its record, its other forms, its other pages.

The signposts among them (https://signposting.org/FAIR/) say how to cite the record, what it is and
under which licence the document stands, and lead from the page to the data.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from pledgegraph.descriptions import licences_iri
from pledgegraph.documents import Document
from pledgegraph.media_types import TURTLE
from pledgegraph.namespaces import PG, RDF
from pledgegraph_api.http.graph_iris import GraphAddresses
from pledgegraph_api.http.link_header import ABOUT_PAGE, link
from pledgegraph_api.web.record_paths import DOCUMENT_FORMATS, PAGE_EXTENSION, document_path

SOURCES: Final = frozenset({PG.Source, PG.EditorialSource, PG.ReferenceSource})
"""The classes of what names a graph by its own IRI."""
_FORMS: Final = (
    (PAGE_EXTENSION, "text/html"),
    *((each.extension, each.media_type) for each in DOCUMENT_FORMATS),
)


class DocumentLinks:
    """The addresses around one document; ``version`` is the one that was asked for by number."""

    def __init__(self, document: Document, *, base: str, root: str, version: int | None) -> None:
        self._document = document
        self._base = base
        self._path = document_path(document.record, base)
        self._root = root
        self._version = version

    def form(self, extension: str) -> str:
        """The address of this page of the document in a form, below the service's root."""
        return f"{self._root}{self._path}.{extension}{self._query(self._document.page)}"

    def header(self, extension: str) -> str:
        """The header ``Link`` of the form with that extension."""
        document, record = self._document, self._document.record
        canonical = f"{self._base}{self._path}{_query(page=document.page)}"
        links = [
            link(canonical, "canonical"),
            link(record.value, "describes"),
            *(
                link(self.form(each), "alternate", type=kind)
                for each, kind in _FORMS
                if each != extension
            ),
            link(record.value, "cite-as"),
            *(link(kind, "type") for kind in self._kinds()),
            link(licences_iri(self._base).value, "license"),
        ]
        if extension == PAGE_EXTENSION:
            links += self._to_data()
        for page, relation in ((document.page - 1, "prev"), (document.page + 1, "next")):
            if 1 <= page <= document.pages:
                links.append(link(f"{self._root}{self._path}{self._query(page)}", relation))
        return ", ".join(links)

    def _to_data(self) -> list[str]:
        """The signposts that the page has and the data have not."""
        links = [link(ABOUT_PAGE, "type")]
        links += [
            link(self.form(each.extension), "describedby", type=each.media_type)
            for each in DOCUMENT_FORMATS
        ]
        if SOURCES & {NamedNode(kind) for kind in self._kinds()} and self._version is None:
            # Named by the whole IRI, which is right in stores of both kinds.
            said = GraphAddresses(self._base).address_of(self._document.record, gated=False)
            links.append(link(said, "item", type=TURTLE.media_type))
        return links

    def _kinds(self) -> list[str]:
        """The classes of the record."""
        document = self._document
        kinds = {
            quad.object.value
            for quad in document.quads
            if quad.subject == document.record
            and quad.predicate == RDF.type
            and isinstance(quad.object, NamedNode)
        }
        return sorted(kinds)

    def _query(self, page: int) -> str:
        return _query(page=page, version=self._version)


def _query(*, page: int, version: int | None = None) -> str:
    pairs = {"page": page} if page > 1 else {}
    if version is not None:
        pairs["version"] = version
    return f"?{urlencode(pairs)}" if pairs else ""
