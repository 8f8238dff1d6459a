"""What editors that learn from an endpoint ask it, and that nobody else's answers change."""

from __future__ import annotations

import httpx
import pytest
from pyoxigraph import NamedNode, Quad

from pledgegraph.catalogue import catalogue
from pledgegraph.namespaces import PREFIXES, RDF
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of

pytestmark = pytest.mark.anyio

# As the SIB's editor asks for prefixes, for classes with their properties, and for examples.
DECLARED = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix }"""
PARTITIONS = """PREFIX void: <http://rdfs.org/ns/void#>
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?class ?property ?target ?datatype ?triples WHERE {
  ?part void:class ?class ; void:propertyPartition ?inner .
  ?inner void:property ?property ; void:triples ?triples .
  OPTIONAL {
    { ?inner void:classPartition [ void:class ?target ] }
    UNION { ?inner void-ext:datatypePartition [ void-ext:datatype ?datatype ] }
  }
}"""
EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?example ?comment ?query WHERE {
  ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ;
    sh:select|sh:ask|sh:construct|sh:describe ?query .
}"""
EVERYTHING = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

Rows = list[dict[str, str]]


async def rows(client: httpx.AsyncClient, query: str, **more: str) -> Rows:
    response = await client.get("/sparql", params={"query": query, **more})
    assert response.status_code == 200, response.text
    found = response.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


async def counted(client: httpx.AsyncClient, query: str, **more: str) -> int:
    ((number,),) = [row.values() for row in await rows(client, query, **more)]
    return int(number)


async def test_an_editor_learns_prefixes_and_examples(client: httpx.AsyncClient) -> None:
    found = await rows(client, DECLARED)
    assert {row["prefix"]: row["namespace"] for row in found} == PREFIXES
    examples = await rows(client, EXAMPLES)
    told = {(row["example"], row["comment"], row["query"]) for row in examples}
    assert told == {
        (f"{BASE}/queries/{each.id}", each.question["en"], each.query) for each in catalogue()
    }
    assert len(examples) == len(told)


async def test_the_partitions_are_those_of_the_data(client: httpx.AsyncClient) -> None:
    found = await rows(client, PARTITIONS)
    stated = await rows(
        client,
        "SELECT ?class ?property (COUNT(*) AS ?triples) { ?s a ?class ; ?property ?o } "
        "GROUP BY ?class ?property",
    )
    assert stated
    ways = {(row["class"], row["property"], row["triples"]) for row in found}
    assert ways == {(row["class"], row["property"], row["triples"]) for row in stated}
    for row in found:
        where = f"?s a <{row['class']}> ; <{row['property']}> ?o ."
        if "target" in row:
            assert await counted(
                client, f"SELECT (COUNT(*) AS ?n) {{ {where} ?o a <{row['target']}> }}"
            )
        if "datatype" in row:
            kind = f"FILTER(DATATYPE(?o) = <{row['datatype']}>)"
            assert await counted(client, f"SELECT (COUNT(*) AS ?n) {{ {where} {kind} }}")
    assert any("target" in row for row in found)
    assert any("datatype" in row for row in found)


async def test_they_are_named_graphs_and_the_data_are_counted_without_them(
    client: httpx.AsyncClient,
) -> None:
    before = await counted(client, EVERYTHING)
    declared_only = (
        "PREFIX void: <http://rdfs.org/ns/void#> PREFIX sh: <http://www.w3.org/ns/shacl#> "
    )
    assert await counted(client, declared_only + EVERYTHING) == before
    assert (
        await counted(client, 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o, "http://rdfs.org/ns/void#" }')
        == 0
    )
    void = f"{BASE}/.well-known/void"
    inside = "SELECT (COUNT(*) AS ?n) { GRAPH <%s> { ?s ?p ?o } }"
    of_void = await counted(client, inside % void)
    assert of_void > 10
    from_it = EVERYTHING.replace("{", f"FROM <{void}> {{", 1)
    assert await counted(client, from_it) == of_void
    assert await counted(client, EVERYTHING, **{"default-graph-uri": void}) == of_void
    assert (
        await counted(client, "SELECT (COUNT(*) AS ?n) { GRAPH </.well-known/void> { ?s ?p ?o } }")
        == of_void
    )
    questions = "SELECT (COUNT(DISTINCT ?q) AS ?n) { GRAPH <%s/queries> { ?q a ?kind } ?q ?p ?o }"
    assert await counted(client, questions % BASE) > len(catalogue())
    total = "PREFIX v: <http://rdfs.org/ns/void\\u0023> SELECT ?n { ?d a v:Dataset ; v:triples ?n }"
    assert await counted(client, total) == before
    described = await client.get("/sparql", headers={"Accept": "application/n-triples"})
    for name in ("/.well-known/void", "/queries"):
        assert (
            f"<http://www.w3.org/ns/sparql-service-description#name> <{BASE}{name}>"
            in described.text
        )


async def test_the_scheme_of_the_base_does_not_matter(shipped: httpx.AsyncClient) -> None:
    """A base of http, and a vocabulary of http."""
    assert len(await rows(shipped, DECLARED)) == len(PREFIXES)
    found = await rows(shipped, PARTITIONS)
    assert any(row["class"].endswith("#Commitment") for row in found)


async def test_what_they_say_follows_the_data(
    empty_engine: EmbeddedEngine,
) -> None:
    settings = Settings(data_dir=empty_engine.directory.path, base=BASE)
    entities = """PREFIX void: <http://rdfs.org/ns/void#>
    SELECT ?n { ?part void:class <http://a.example/Class> ; void:entities ?n }"""
    async with client_of(create_app(settings, empty_engine)) as client:
        assert await rows(client, entities) == []
        for number in (1, 2):
            thing = Quad(
                NamedNode(f"http://a.example/{number}"),
                RDF.type,
                NamedNode("http://a.example/Class"),
                NamedNode("http://a.example/graph"),
            )
            empty_engine.update(Change(agent="tests", reason="One more", add=[thing]))
            assert await counted(client, entities) == number
            # The same is answered once more, from the same copy, and so is a look-up.
            assert await counted(client, entities) == number
            quick = "SELECT ?s ?o { ?s <http://rdfs.org/ns/void#entities> ?o }"
            assert [row["o"] for row in await rows(client, quick)] == [str(number)]
    # The copies of earlier snapshots are gone.
    assert len(list(empty_engine.directory.work.glob("*.lease"))) == 1
