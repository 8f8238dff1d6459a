"""The catalogue in RDF says what the files say, and its queries run as they stand in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import Dataset, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from pledgegraph.catalogue.questions import catalogue, question
from pledgegraph.catalogue.rdf import catalogue_graph
from pledgegraph.namespaces import DCTERMS, PREFIXES, RDF, RDFS, SCHEME, SH
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from tests.catalogue.answers import BASE

QUERIES = NamedNode(f"{BASE}/queries")


@pytest.fixture(scope="module")
def described() -> Dataset:
    """The description, after Turtle and back."""
    turtle = serialize(catalogue_graph(BASE), format=RdfFormat.TURTLE, prefixes=PREFIXES)
    assert turtle is not None
    return Dataset(parse(turtle, format=RdfFormat.TURTLE))


def objects(graph: Dataset, subject: object, predicate: NamedNode) -> Iterator[object]:
    assert isinstance(subject, NamedNode)
    return (q.object for q in graph.quads_for_subject(subject) if q.predicate == predicate)


def test_every_question_is_described(described: Dataset) -> None:
    parts = set(objects(described, QUERIES, DCTERMS.hasPart))
    assert parts == {NamedNode(f"{BASE}/queries/{each.id}") for each in catalogue()}
    for each in catalogue():
        node = NamedNode(f"{BASE}/queries/{each.id}")
        labels = {
            (str(label.language), label.value)
            for label in objects(described, node, RDFS.label)
            if isinstance(label, Literal)
        }
        assert labels == set(each.title.items())
        assert len(list(objects(described, node, SH.parameter))) == len(each.parameters)


def test_a_described_query_runs(described: Dataset, empty_snapshot: EmbeddedSnapshot) -> None:
    for each in catalogue():
        node = NamedNode(f"{BASE}/queries/{each.id}")
        kind = (
            SH.SPARQLConstructExecutable
            if each.answers_with_a_graph
            else (SH.SPARQLSelectExecutable)
        )
        assert kind in objects(described, node, RDF.type)
        text = SH.construct if each.answers_with_a_graph else SH.select
        (query,) = objects(described, node, text)
        assert isinstance(query, Literal)
        assert empty_snapshot.query(query.value).variables == each.columns


def test_a_parameter_is_described(described: Dataset) -> None:
    node = NamedNode(f"{BASE}/queries/register-in-another-vocabulary#vocabulary")
    assert list(objects(described, node, SH.path)) == [node]
    assert list(objects(described, node, SH.defaultValue)) == [NamedNode(f"{SCHEME}ogp-status")]
    (cell,) = objects(described, node, SH["in"])
    choices = []
    while cell != RDF.nil:
        first: Quad
        first, rest = sorted(
            (q for q in described if q.subject == cell), key=lambda q: q.predicate.value
        )
        choices.append(first.object)
        cell = rest.object
    asked = question("register-in-another-vocabulary").parameters[1]
    assert choices == [NamedNode(SCHEME + choice) for choice in asked.choices]
