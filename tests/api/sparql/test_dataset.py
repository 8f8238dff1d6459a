"""A dataset has each graph once, however often and in whatever spelling a query names it."""

from __future__ import annotations

import pytest

from tests.api.sparql.conftest import Asked

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("SELECT (COUNT(*) AS ?n) FROM :g1 FROM :g1 { ?s ?p ?o }", "3"),
        ("SELECT (COUNT(*) AS ?n) FROM :g1 FROM <http://ex.test/\\u00671> { ?s ?p ?o }", "3"),
        ("SELECT (COUNT(*) AS ?n) FROM NAMED :g1 FROM NAMED :g1 { GRAPH ?g { ?s ?p ?o } }", "3"),
        ("SELECT (COUNT(*) AS ?n) FROM NAMED :g1 FROM NAMED :g1 { ?s ?p ?o }", "0"),
        ("SELECT (COUNT(*) AS ?n) FROM :g1 FROM :g2 FROM :g1 { ?s ?p ?o }", "5"),
        (
            "SELECT (COUNT(*) AS ?n) FROM <http://ex.test/g1> FROM <http://ex.test/g2> "
            "FROM <http://ex.test/g\\u0033> { ?s ?p ?o }",
            "6",
        ),
        (
            "SELECT (COUNT(*) AS ?n) FROM :g1 FROM NAMED :g2 FROM NAMED <http://ex.test/\\U00000067"
            "2> { GRAPH ?g { ?s ?p ?o } }",
            "4",
        ),
    ],
)
async def test_a_graph_named_twice_counts_once(asked: Asked, query: str, number: str) -> None:
    assert await asked.rows(query) == [(number,)]
