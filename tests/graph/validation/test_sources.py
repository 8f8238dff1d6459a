"""Every named graph has a source that describes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import Dataset, NamedNode, Quad, Store, Triple

from pledgegraph.store.changes import ChangeSet
from pledgegraph.validation import Severity, Shapes, Violation
from pledgegraph.validation.beyond_shapes.after import After
from pledgegraph.validation.beyond_shapes.sources import unsourced_graphs

BASE = "http://test.example"
SOURCES = f"{BASE}/id/graph/sources"
Triples = Callable[[str], list[Triple]]
Graphs = dict[str, str]
Find = Callable[..., tuple[Violation, ...]]


@pytest.fixture
def find(triples: Triples, make_shapes: Callable[..., Shapes]) -> Find:
    """What is found when graphs are added to and removed from a store."""
    shapes = make_shapes("", "pg:EditorialSource rdfs:subClassOf pg:Source .")

    def quads(graphs: Graphs | None) -> list[Quad]:
        return [
            Quad(triple.subject, triple.predicate, triple.object, NamedNode(graph))
            for graph, turtle in (graphs or {}).items()
            for triple in triples(f"@base <{BASE}/> . {turtle}")
        ]

    def look(
        *, before: Graphs | None = None, add: Graphs | None = None, remove: Graphs | None = None
    ) -> tuple[Violation, ...]:
        store = Store()
        store.extend(quads(before))
        change = ChangeSet(Dataset(quads(add)), Dataset(quads(remove)))
        return tuple(unsourced_graphs(After(change, store, BASE), shapes))

    return look


A = f"{BASE}/id/source/a"
SAYS = {A: "<id/actor/x> a pg:Actor ."}
IS_SOURCE = {SOURCES: "<id/source/a> a pg:Source ."}


def test_a_graph_without_description(find: Find) -> None:
    (found,) = find(add=SAYS)
    assert found.focus == f"<{A}>"
    assert found.shape == "<https://w3id.org/pledgegraph/shapes#Source-of-graph>"
    assert found.severity is Severity.VIOLATION
    assert set(found.messages) == {"en", "es", "fr"}
    assert "described by its source" in found.message("en")


@pytest.mark.parametrize(
    ("before", "add"),
    [
        ({}, SAYS | IS_SOURCE),
        (IS_SOURCE, SAYS),
        ({}, SAYS | {SOURCES: "<id/source/a> a pg:EditorialSource ."}),
        ({}, {f"{BASE}/id/graph/computed/status": "<id/actor/x> pg:count 1 ."}),
        ({}, {SOURCES: "<id/source/b> a pg:Source ."}),
    ],
)
def test_what_is_in_order(before: Graphs, add: Graphs, find: Find) -> None:
    assert find(before=before, add=add) == ()


@pytest.mark.parametrize(
    "described",
    [
        {SOURCES: "<id/source/a> a pg:Actor ."},
        {SOURCES: "<id/source/a> rdfs:label 'A'@en ."},
        {f"{BASE}/id/source/b": "<id/source/a> a pg:Source ."},
    ],
)
def test_what_is_no_description(described: Graphs, find: Find) -> None:
    found = find(before=described, add=SAYS)
    assert [each.focus for each in found] == [f"<{A}>"]


def test_a_description_goes_only_with_its_graph(find: Find) -> None:
    assert len(find(before=SAYS | IS_SOURCE, remove=IS_SOURCE)) == 1
    assert find(before=SAYS | IS_SOURCE, remove=SAYS | IS_SOURCE) == ()
    again = {SOURCES: "<id/source/a> a pg:EditorialSource ."}
    assert find(before=SAYS | IS_SOURCE, remove=IS_SOURCE, add=again) == ()
    assert len(find(before=SAYS | IS_SOURCE, remove=SAYS | IS_SOURCE, add=SAYS)) == 1
