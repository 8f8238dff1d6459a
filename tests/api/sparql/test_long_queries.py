"""Long and deep queries, which the engine's parser and planner follow with their stack."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.server.test_serving import BASE
from tests.running_service import serving


@pytest.fixture(scope="module")
def address(engine: EmbeddedEngine) -> Iterator[str]:
    """Where a service over the small data answers, with time enough for a busy machine."""
    with serving(engine, query_timeout=200, query_workers=2) as service:
        yield service.address()


def ask(address: str, query: str) -> httpx.Response:
    return httpx.post(
        address + "sparql",
        content=query.encode(),
        headers={"Content-Type": "application/sparql-query"},
        timeout=240,
    )


def repeated(pattern: str, number: int, between: str = " ") -> str:
    """``pattern`` so many times, with # in it counted up."""
    return between.join(pattern.replace("#", str(n)) for n in range(number))


LONG = {
    "BIND": "SELECT ?a0 { " + repeated("BIND(# AS ?a#)", 3_000) + " }",
    "UNION": "SELECT ?x { " + repeated("{ ?x ?p <x:#> }", 3_000, " UNION ") + " }",
    "MINUS": "SELECT ?x { BIND(1 AS ?x) " + repeated("MINUS { ?x ?p # }", 3_000) + " }",
    "VALUES": "SELECT ?x { VALUES ?x { " + repeated("#", 100_000) + " } } LIMIT 1",
    "IN": "SELECT ?x { BIND(1 AS ?x) FILTER(?x IN (" + repeated("#", 100_000, ", ") + ")) }",
    "PREFIX": repeated("PREFIX p#: <x:#>\n", 20_000) + "SELECT (p7:a AS ?x) {}",
    "negations": "SELECT (" + "!" * 200 + "true AS ?x) {}",
    "sum": "SELECT (" + repeated("1", 3_000, " + ") + " AS ?x) {}",
    "nested functions": "SELECT (" + "STR(" * 190 + "1" + ")" * 190 + " AS ?x) {}",
    "nested paths": "SELECT ?x { BIND(1 AS ?x) ?s "
    + "(" * 190
    + "<x:a>"
    + ")*" * 190
    + " <x:none> }",
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_query_is_answered(address: str, name: str) -> None:
    response = ask(address, LONG[name])
    assert response.status_code == 200, response.text[:500]
    assert response.json()["head"]["vars"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("ASK { FILTER(" + "!" * 900_000 + "true) }", "query-refused"),
        ("SELECT (" + "!" * 20_000 + "true AS ?x) {}", "query-refused"),
        ("ASK " + "{" * 5_000 + "}" * 5_000, "query-refused"),
        ("SELECT (" + "(" * 201 + "1" + ")" * 201 + " AS ?x) {}", "query-refused"),
        ("ASK { ?s " + "!" * 10_000 + "<x:a> ?o }", "query-syntax"),
        ("ASK { ?s " + "^" * 10_000 + "<x:a> ?o }", "query-syntax"),
        ("ASK { ?s ?p " + "-" * 10_000 + "1 }", "query-syntax"),
    ],
)
def test_what_is_too_long_or_too_deep_is_refused_with_advice(
    address: str, query: str, name: str
) -> None:
    response = ask(address, query)
    assert response.status_code == 400, response.text[:500]
    assert response.json()["type"] == f"{BASE}/problems/{name}"
    assert response.json()["remedy"]
    assert ask(address, "ASK {}").json()["boolean"] is True


def test_ten_megabytes_of_text_are_not_read(address: str) -> None:
    response = ask(address, "ASK {} #" + "x" * 10_000_000)
    assert response.status_code == 413
    assert response.json()["type"] == f"{BASE}/problems/too-large"
