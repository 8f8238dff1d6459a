"""rdflib's SPARQLStore."""

from __future__ import annotations

from typing import Literal as OneOf

import pytest
from rdflib import RDF, RDFS, Dataset, Graph, Literal, Namespace, URIRef, Variable
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from tests.clients.conftest import BASE, THINGS
from tests.clients.queries import BIG, DESCRIPTION, EMOJI, GRAPH, KNOWN, LABELS, long
from tests.running_service import RunningService

PG = Namespace("https://w3id.org/pledgegraph/def#")
WATER = URIRef(f"{BASE}/id/commitment/water")

Method = OneOf["GET", "POST", "POST_FORM"]
METHODS: list[Method] = ["GET", "POST", "POST_FORM"]


def rows(graph: Graph, query: str) -> set[tuple[str, str, str]]:
    return {
        (str(row[0]).rpartition("/")[2], str(row[1]), str(getattr(row[1], "language", "")))  # type: ignore[index]
        for row in graph.query(query)
    }


@pytest.mark.parametrize("method", METHODS)
def test_sparqlstore_reads_rows_in_every_format(service: RunningService, method: Method) -> None:
    for form in ("xml", "json", "tsv"):
        graph = Graph(SPARQLStore(service.sparql, returnFormat=form, method=method))
        assert rows(graph, LABELS) == KNOWN, form
    graph = Graph(SPARQLStore(service.sparql, returnFormat="csv", method=method))
    assert {row[:2] for row in rows(graph, LABELS)} == {row[:2] for row in KNOWN}


@pytest.mark.parametrize("method", METHODS)
def test_sparqlstore_reads_graphs_and_truth(service: RunningService, method: Method) -> None:
    graph = Graph(SPARQLStore(service.sparql, method=method))
    made = graph.query(GRAPH).graph
    assert made is not None
    assert {str(label) for label in made.objects(None, RDFS.label)} == {t for _, t, _ in KNOWN}
    described = graph.query(DESCRIPTION).graph
    assert described is not None
    assert (WATER, RDF.type, PG.Commitment) in described
    assert graph.query("ASK {}").askAnswer is True
    assert graph.query(f"ASK {{ <{WATER}> a <{WATER}> }}").askAnswer is False
    assert len(graph.query(EMOJI)) == 1


def test_sparqlstore_is_a_graph(service: RunningService) -> None:
    graph = Graph(SPARQLStore(service.sparql))
    assert len(graph) == 17 + 2 * THINGS
    assert graph.value(WATER, PG.madeBy) == URIRef(f"{BASE}/id/actor/aisha")
    assert (None, RDFS.label, Literal("ضوء للجميع", lang="ar")) in graph
    assert set(graph.subjects(RDF.type, PG.Source)) == {
        URIRef(f"{BASE}/id/source/{each}") for each in ("one", "two")
    }
    query = "SELECT ?label { ?it rdfs:label ?label }"
    bound = graph.query(query, initNs={"rdfs": RDFS}, initBindings={"it": WATER})
    assert len(bound) == 2
    assert Variable("label") in (bound.vars or ())


def test_sparqlstore_is_a_dataset(service: RunningService) -> None:
    dataset = Dataset(SPARQLStore(service.sparql), default_union=True)
    names = {URIRef(f"{BASE}/id/{each}") for each in ("graph/sources", "source/one", "source/two")}
    assert {URIRef(str(each)) for each in dataset.store.contexts()} == names
    one = Graph(dataset.store, URIRef(f"{BASE}/id/source/one"))
    assert set(one.subjects(RDF.type, PG.Commitment)) == {WATER}


def test_sparqlstore_takes_long_queries_and_big_answers(service: RunningService) -> None:
    graph = Graph(SPARQLStore(service.sparql, returnFormat="json", method="POST"))
    assert rows(graph, long(LABELS, 300_000)) == KNOWN
    assert len(graph.query(BIG)) == THINGS**2
