"""A parameter of a question is a term: what is put right for terms is put right for it."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Variable

from pledgegraph.store.query_evaluation import evaluate

PREFIX = "PREFIX : <http://ex.test/> "
X = "http://ex.test/"
DATA = """INSERT DATA {
    GRAPH :g1 { :a :p :b . :b :p :c } GRAPH :g2 { :a :p :b } :a :p :b ; :q :b }"""


@pytest.fixture(scope="module")
def store() -> Store:
    found = Store()
    found.update(PREFIX + DATA)
    return found


@pytest.mark.parametrize(
    ("query", "given", "expected"),
    [
        ("SELECT ?s ?o { ?s :p* ?o }", {"s": "none"}, ["none none"]),
        ("SELECT ?s ?o { ?o :p? ?s }", {"s": "none"}, ["none none"]),
        ("SELECT ?s ?o { ?s :p* ?o }", {"s": "none", "o": "other"}, []),
        ("SELECT ?s ?o { ?s :p* ?o }", {"s": "none", "o": "none"}, ["none none"]),
        ("SELECT ?s ?o { ?s (:p|:q) ?o }", {"s": "a"}, ["a b", "a b"]),
        (
            "SELECT ?g ?n { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } }",
            {"g": "g1"},
            ["g1 2"],
        ),
        (
            "SELECT ?g ?n { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } }",
            {"g": "none"},
            [],
        ),
        ("SELECT ?s ?g { GRAPH ?g { VALUES ?s { :a } } }", {"s": "a"}, ["a g1", "a g2"]),
    ],
)
def test_a_parameter_is_a_term(
    store: Store, query: str, given: dict[str, str], expected: list[str]
) -> None:
    values: dict[Variable, NamedNode | Literal] = {
        Variable(name): NamedNode(X + value) for name, value in given.items()
    }
    answer = evaluate(store, PREFIX + query, base=X, substitutions=values)._answer
    assert isinstance(answer, QuerySolutions)
    names = [each.value for each in answer.variables]
    found = [" ".join(str(row[name].value).removeprefix(X) for name in names) for row in answer]
    assert sorted(found) == expected
