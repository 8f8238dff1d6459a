"""Ontology and data say nothing that contradicts itself, and the shapes are shapes."""

from __future__ import annotations

import warnings
from pathlib import Path

import owlrl  # type: ignore[import-untyped]
import pytest
from pyshacl import validate
from rdflib import RDF, Graph, Namespace, URIRef

from pledgegraph.shipped import shipped

BASE = "http://localhost:8000/"
PG = Namespace("https://w3id.org/pledgegraph/def#")
ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#ErrorMessage")
CLASH = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")


def read(*files: Path) -> Graph:
    graph = Graph()
    for file in files:
        graph.parse(file, format="turtle", publicID=BASE)
    return graph


def contradictions(graph: Graph) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib's, about literals as subjects
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return sorted(
        str(text) for node in graph.subjects(RDF.type, ERROR) for text in graph.objects(node, CLASH)
    )


@pytest.fixture
def union() -> Graph:
    """Ontology, alignments and all curated sources; not the big tables of reference data."""
    ontology = shipped("ontology")
    return read(
        ontology / "pledgegraph.ttl", ontology / "alignments.ttl", *shipped("data").glob("*.ttl")
    )


def test_ontology_and_data_are_consistent(union: Graph) -> None:
    assert contradictions(union) == []


def test_a_contradiction_would_be_found() -> None:
    ontology = shipped("ontology")
    graph = read(ontology / "pledgegraph.ttl", ontology / "alignments.ttl")
    graph.add((URIRef(BASE + "id/actor/both"), RDF.type, PG.Actor))
    graph.add((URIRef(BASE + "id/actor/both"), RDF.type, PG.Commitment))
    assert contradictions(graph)


def test_domains_and_ranges_reach_the_reasoner() -> None:
    ontology = shipped("ontology")
    graph = read(ontology / "pledgegraph.ttl", ontology / "alignments.ttl")
    one, other = URIRef(BASE + "id/x/one"), URIRef(BASE + "id/x/other")
    graph.add((one, PG.madeBy, other))
    assert contradictions(graph) == []
    assert (one, RDF.type, PG.Promise) in graph
    assert (other, RDF.type, PG.Actor) in graph


def test_the_shapes_are_shapes() -> None:
    shapes = read(*(shipped("ontology") / "shapes").glob("*.ttl"))
    conforms, _, text = validate(Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, text
