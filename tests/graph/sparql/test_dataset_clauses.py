"""Several FROM graphs are merged: what two of them say comes once."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from pledgegraph.media_types import TSV
from pledgegraph.sparql.dataset_clauses import dataset_clauses
from pledgegraph.store.query_evaluation import evaluate
from tests.graph.building import BASE, node, quad

ONE, TWO = node("id/source/one"), node("id/source/two")


@pytest.mark.parametrize(
    ("query", "default", "named"),
    [
        ("SELECT * FROM <id/source/one> FROM <id/source/two> {}", "one two", ""),
        ("SELECT*FROM<id/source/one>FROM NAMED<id/source/two>{}", "one", "two"),
        ("PREFIX s: <id/source/> SELECT * FROM s:one FROM s:two FROM s:one {}", "one two", ""),
        ("BASE <id/source/> SELECT (1<2 AS ?x) FROM <one> FROM <two> {}", "one two", ""),
        ("CONSTRUCT { ?s <FROM> ?o } FROM <id/source/one> FROM <id/source/two> {}", "one two", ""),
        ("ASK FROM <id/source/one> # FROM <id/source/two>\n{ ?s ?p 'FROM <x:y>' }", "one", ""),
        ("PREFIX FROM: <id/source/> DESCRIBE FROM:one FROM FROM:one FROM FROM:two", "one two", ""),
        ("PREFIX : <id/source/> ASK FROM NAMED :one FROM NAMED :two {}", "", "one two"),
        ("SELECT * { GRAPH <x:FROM> { ?s ?p ?o } }", "", ""),
        ("SELECT * FROM nothing:declared FROM <id/source/two> {}", "two", ""),
    ],
)
def test_the_graphs_of_a_query_are_read(query: str, default: str, named: str) -> None:
    found = dataset_clauses(query, BASE)
    assert found.default == tuple(node(f"id/source/{each}") for each in default.split())
    assert found.named == tuple(node(f"id/source/{each}") for each in named.split())


@pytest.fixture
def store() -> Store:
    store = Store()
    for each in (quad(1), quad(1, graph="id/source/two"), quad(2, graph="id/source/two")):
        store.add(each)
        store.add(Quad(each.subject, each.predicate, each.object, DefaultGraph()))
    return store


def rows(store: Store, query: str, graphs: Sequence[NamedNode] = ()) -> list[list[str]]:
    held = io.BytesIO()
    evaluate(store, query, base=BASE, default_graphs=graphs).serialise(held, TSV)
    return sorted(line.split("\t") for line in held.getvalue().decode().splitlines()[1:])


FROM_BOTH = "FROM <id/source/one> FROM <id/source/two>"


def test_what_two_graphs_say_comes_once(store: Store) -> None:
    for dataset in (
        f"SELECT ?o {FROM_BOTH} {{ ?s ?p ?o }}",
        "SELECT ?o { ?s ?p ?o }",
    ):
        assert rows(store, dataset) == [['"number 1"'], ['"number 2"']]
    both = rows(store, "SELECT ?o { ?s ?p ?o }", [ONE, TWO])
    assert both == [['"number 1"'], ['"number 2"']]


def test_graphs_that_are_not_named_are_not_there(store: Store) -> None:
    none = rows(store, f"SELECT ?g {FROM_BOTH} {{ GRAPH ?g {{ ?s ?p ?o }} }}")
    assert none == []
    one = rows(
        store,
        "SELECT ?g FROM <id/source/one> FROM <id/source/two> FROM NAMED <id/source/one> "
        "{ GRAPH ?g { ?s ?p ?o } }",
    )
    assert one == [[str(ONE)]]


def test_one_graph_is_asked_alone(store: Store) -> None:
    assert rows(store, "SELECT ?o FROM <id/source/one> { ?s ?p ?o }") == [['"number 1"']]
    assert rows(store, "SELECT ?o FROM NAMED <id/source/one> { ?s ?p ?o }") == []
