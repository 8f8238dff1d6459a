"""Every IRI under the base dereferences, and says the same in HTML, Turtle and JSON-LD."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from pyld import jsonld  # type: ignore[import-untyped]
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from pledgegraph.documents import Names, compose, read_profiles
from pledgegraph.documents.context import read_context
from pledgegraph.documents.document import Document
from pledgegraph.embedded import EmbeddedEngine
from pledgegraph_api.context_endpoint import CONTEXT_PATH
from pledgegraph_api.iri_names import link_to

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


class Page(HTMLParser):
    """What a page says: its text, what its links lead to, and the values behind what it shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = ""
        self.values: set[str] = set()
        self.feed(text)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.values |= {str(named[name]) for name in ("href", "datetime", "value") if name in named}

    def handle_data(self, data: str) -> None:
        self.text += data


def records_of(engine: EmbeddedEngine) -> list[NamedNode]:
    """Every IRI under the base that the snapshot has, as subject, object or graph."""
    with engine.snapshot() as snapshot:
        found = {
            term
            for quad in snapshot.quads()
            for term in (quad.subject, quad.object, quad.graph_name)
            if isinstance(term, NamedNode) and term.value.startswith(f"{BASE}/")
        }
    return sorted(found, key=lambda term: term.value)


def told(document: Document) -> Iterator[tuple[NamedNode, NamedNode, Any]]:
    """The statements that a page tells: on the record, and on what is told whole."""
    whole = {document.record}
    for link in (*document.links, *(each for links in document.inner.values() for each in links)):
        if link.view.whole:
            whole.add(link.source)
    for quad in document.quads:
        subject = quad.subject
        if isinstance(subject, NamedNode) and subject in whole and quad.predicate != TYPE:
            yield subject, quad.predicate, quad.object


def missing(document: Document, page: Page) -> list[str]:
    """The values that a page does not show."""
    lost = []
    for subject, prop, value in told(document):
        if isinstance(value, Literal):
            shown = " ".join(value.value.split()) in page.text or value.value in page.values
        else:
            href = link_to(value.value, BASE)
            text = page.text if href is None else page.values
            shown = value == document.record or (href or value.value) in text
        if not shown:
            lost.append(f"{subject.value} {prop.value} {value}")
    return lost


async def test_every_record_says_the_same_in_every_form(
    shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    records = records_of(shipped_engine)
    assert len(records) > 500
    context = (await shipped.get(CONTEXT_PATH)).json()
    assert context == read_context()

    def load(address: str, _options: object = None) -> dict[str, Any]:
        assert address == f"{BASE}{CONTEXT_PATH}"
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": address,
            "document": context,
        }

    profiles, names = read_profiles(), Names()
    faults: dict[str, list[str]] = defaultdict(list)
    for record in records:
        path = record.value.removeprefix(BASE)
        led = await shipped.get(path)
        assert led.status_code == 303, path
        address = led.headers["location"]
        turtle = await shipped.get(address, headers={"Accept": "text/turtle"})
        framed = await shipped.get(address, headers={"Accept": "application/ld+json"})
        page = await shipped.get(address, headers=BROWSER)
        assert {each.status_code for each in (turtle, framed, page)} == {200}, path
        said = {str(quad.triple) for quad in parse(turtle.content, format=RdfFormat.TURTLE)}
        lines = jsonld.to_rdf(
            framed.json(), {"documentLoader": load, "format": "application/n-quads"}
        )
        again = {str(quad.triple) for quad in parse(lines.encode(), format=RdfFormat.N_QUADS)}
        if said != again:
            faults[path].append(f"Turtle and JSON-LD differ in {sorted(said ^ again)[:3]}")
        with shipped_engine.snapshot() as snapshot:
            document = compose(snapshot, profiles, names, record)
        assert document is not None
        assert {str(Triple(q.subject, q.predicate, q.object)) for q in document.quads} == said
        faults[path] += missing(document, Page(page.text))[:3]
    assert {path: found for path, found in faults.items() if found} == {}
