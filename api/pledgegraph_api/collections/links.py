"""Where a list of records leads: to its other pages and forms, and by signposts to all of it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from pledgegraph.descriptions import licences_iri
from pledgegraph.media_types import CSV, JSON_LD, Carries, Format
from pledgegraph_api.collections.filters import Asked
from pledgegraph_api.http.link_header import ABOUT_PAGE, link

CSVM: Final = "application/csvm+json"
NDJSON: Final = Format("ndjson", "NDJSON", "application/x-ndjson", "ndjson", Carries.SOLUTIONS, "")
"""A record in each line; see https://github.com/ndjson/ndjson-spec."""
FORMATS: Final = (JSON_LD, CSV, NDJSON)
"""What lists come in beside pages, the default first."""
_COLLECTION: Final = "https://www.w3.org/ns/activitystreams#Collection"


class CollectionLinks:
    """The addresses around one page of a list, with the filters that were asked for."""

    def __init__(self, name: str, asked: Asked, pages: int, *, base: str, root: str) -> None:
        self._path = f"/{name}"
        self._asked = asked
        self._pages = pages
        self._base = base
        self._root = root

    @property
    def pages(self) -> dict[str, str]:
        """The addresses of the list and of its pages, by relation."""
        page = self._asked.page
        links = {
            "collection": f"{self._base}{self._path}{self._filters()}",
            "first": self.address(1),
            "last": self.address(self._pages),
        }
        if page > 1:
            links["prev"] = self.address(page - 1)
        if page < self._pages:
            links["next"] = self.address(page + 1)
        return links

    def address(self, page: int) -> str:
        """The address of a page under the configured base."""
        return f"{self._base}{self.way(page)}"

    def way(self, page: int) -> str:
        """The address of a page below the root of the service."""
        return (
            f"{self._path}?{urlencode([*self._asked.given, *self._asked.beside, ('page', page)])}"
        )

    def form(self, form: Format) -> str:
        """The address of the list in a format, below the root of the service."""
        return f"{self._path}.{form.extension}{self._filters()}"

    @property
    def workbook(self) -> str:
        """The address of the list as a workbook, below the root."""
        return f"{self._path}.xlsx{self._filters()}"

    @property
    def feed(self) -> str:
        """The address of the feed of what is told of the list's records, below the root."""
        return f"/feeds{self._path}.atom{self._filters()}"

    def header(self, form: Format | None) -> str:
        """The header ``Link`` of the page, or of the list in a format.

        See https://signposting.org/FAIR/ and, on ``collection`` and ``item``, RFC 6573.
        """
        pages = self.pages
        whole = pages.pop("collection")
        described = f"{self._root}{self._path}-metadata.json"
        ways = [
            *(link(target, relation) for relation, target in pages.items()),
            link(described, "describedby", type=CSVM),
            link(whole, "cite-as"),
            link(_COLLECTION, "type"),
            link(licences_iri(self._base).value, "license"),
        ]
        if form is not None:
            return ", ".join([*ways, link(whole, "collection")])
        ways += [
            link(ABOUT_PAGE, "type"),
            *(link(self._base + self.form(each), "item", type=each.media_type) for each in FORMATS),
        ]
        return ", ".join(ways)

    def _filters(self) -> str:
        return f"?{urlencode(self._asked.given)}" if self._asked.given else ""
