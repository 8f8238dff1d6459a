"""Every IRI under the base dereferences, and says the same in HTML, Turtle and JSON-LD."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from pledgegraph.namespaces import RDF, RDFS, SKOS
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.web.record_paths import CONTEXT_PATH
from tests.api.rdfa import Stated
from tests.depth import covering, traits_of_records

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LABELS = (RDFS.label, SKOS.prefLabel)


def under_the_base(quads: Iterable[Quad]) -> list[str]:
    """Every IRI under the base, wherever in a quad it is."""
    found = {
        term.value
        for quad in quads
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        if isinstance(term, NamedNode) and term.value.startswith(f"{BASE}/")
    }
    return sorted(found)


def unshown(said: set[Triple], page: Stated) -> list[str]:
    """What the page keeps to itself, or makes up.

    Of a neighbour the data say all labels and the classes; the page shows one label.
    """
    faults = [f"made up: {each}" for each in page.triples - said]
    named: dict[NamedNode, bool] = defaultdict(bool)
    for each in said - page.triples:
        node, label = each.subject, each.object
        assert isinstance(node, NamedNode)
        if node in page.told or each.predicate not in (RDF.type, *LABELS):
            faults.append(f"not shown: {each}")
        elif isinstance(label, Literal):
            named[node] |= " ".join(label.value.split()) in page.text
    return faults + [f"not named: {node}" for node, is_named in named.items() if not is_named]


async def test_every_record_says_the_same_in_every_form(
    shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    with shipped_engine.snapshot() as snapshot:
        quads = list(snapshot.quads())
    records = under_the_base(quads)
    assert len(records) > 500
    traits = traits_of_records(quads)
    records = covering(records, lambda iri: traits[iri])
    assert len(records) > 150
    said_of: dict[str, set[Triple]] = defaultdict(set)
    for quad in quads:
        if isinstance(quad.subject, NamedNode):
            said_of[quad.subject.value].add(quad.triple)
    context = (await shipped.get(CONTEXT_PATH)).json()
    faults: dict[str, list[str]] = {}
    for record in records:
        path = record.removeprefix(BASE)
        led = await shipped.get(path)
        assert led.status_code == 303, path
        address = led.headers["location"]
        turtle = await shipped.get(address, headers={"Accept": "text/turtle"})
        framed = await shipped.get(address, headers={"Accept": "application/ld+json"})
        page = await shipped.get(f"{address}?view=statements", headers=BROWSER)
        assert {each.status_code for each in (turtle, framed, page)} == {200}, path
        assert page.headers["content-type"].startswith("text/html")
        said = {quad.triple for quad in parse(turtle.content, format=RdfFormat.TURTLE)}
        document = framed.json()
        assert document["@context"] == BASE + CONTEXT_PATH
        inlined = json.dumps({**document, "@context": context["@context"]})
        again = {quad.triple for quad in parse(inlined, format=RdfFormat.JSON_LD)}
        found = [f"in one of Turtle and JSON-LD: {each}" for each in said ^ again]
        found += [f"in no form: {each}" for each in said_of[record] - said]
        found += unshown(said, Stated(page.text))
        if found:
            faults[path] = sorted(found)[:3]
    assert faults == {}


async def test_every_page_of_a_hub_shows_what_its_turtle_says(given_up: httpx.AsyncClient) -> None:
    address = "/doc/actor/hub"
    for number in (1, 2, 3):
        query = f"?view=statements&page={number}"
        turtle = await given_up.get(f"{address}.ttl{query}")
        said = {quad.triple for quad in parse(turtle.content, format=RdfFormat.TURTLE)}
        page = Stated((await given_up.get(f"{address}.html{query}")).text)
        assert len(said & page.triples) > 50
        assert unshown(said, page) == []
