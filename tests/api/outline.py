"""What of a page matters to the tests."""

from __future__ import annotations

from html.parser import HTMLParser

import html5rdf  # type: ignore[import-untyped]
import httpx


class Outline(HTMLParser):
    """The tags and texts of a page, which has to be HTML without any mistake."""

    def __init__(self, text: str) -> None:
        super().__init__()
        # A browser would mend what is wrong; this one raises.
        html5rdf.HTMLParser(strict=True).parse(text)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._content: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if "main" in self._open:
            self._content.append((tag, dict(attrs)))
        if tag not in ("base", "meta", "link", "input", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"{tag} is not closed in order"

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.append((self._open[-1], data.strip()))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def content(self, tag: str) -> list[dict[str, str | None]]:
        """Like `all`, of what is in ``main``: without the head and the foot of every page."""
        return [attrs for name, attrs in self._content if name == tag]

    def text_of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]

    def attribute(self, tag: str, name: str) -> list[str]:
        """The values of an attribute of all tags of that name."""
        return [str(attrs[name]) for attrs in self.all(tag) if name in attrs]


def rows_of(text: str) -> list[list[str]]:
    """The cells of the first table of a page, as text, row by row; the heading is the first."""
    document = html5rdf.parse(text, namespaceHTMLElements=False)
    return [
        [" ".join("".join(cell.itertext()).split()) for cell in row]
        for row in document.iterfind(".//table//tr")
    ]


async def all_portions(client: httpx.AsyncClient, address: str) -> list[httpx.Response]:
    """The answer to a question as CSV, in all its portions."""
    found = [await client.get(address, headers={"accept": "text/csv"})]
    while "next" in found[-1].links:
        following = httpx.URL(found[-1].links["next"]["url"]).raw_path.decode("ascii")
        found.append(await client.get(following, headers={"accept": "text/csv"}))
    assert all(each.status_code == 200 for each in found)
    return found
