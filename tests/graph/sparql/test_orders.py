"""ORDER BY keeps what compares in order, whatever else stands in the column (section 15.1)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Final

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, QueryTriples, RdfFormat, Store

from pledgegraph.store.query_evaluation import evaluate
from tests.depth import examples

PREFIX: Final = "PREFIX : <http://ex.test/> "
HEAD: Final = "@prefix : <http://ex.test/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
MAKERS: Final[tuple[Callable[[Random], str], ...]] = (
    lambda random: str(random.randrange(1000)),
    lambda random: f"{random.random() * 500:.2f}",
    lambda random: f"{random.randrange(10**19, 10**20)}",
    lambda random: f'"{random.randrange(1000)}x"',
    lambda random: f'"{random.randrange(1900, 2100)}-01-01"^^xsd:date',
    lambda random: f'"{random.randrange(1900, 2100)}-01-01T00:00:00"^^xsd:dateTime',
    lambda random: f'"{random.randrange(1900, 2100)}-06-01T00:00:00+02:00"^^xsd:dateTime',
    lambda random: f'"P{random.randrange(50)}D"^^xsd:dayTimeDuration',
    lambda random: f'"{random.randrange(1000)}"^^:unit',
    lambda random: f'"x{random.randrange(1000)}"^^xsd:date',
    lambda random: f":t{random.randrange(1000)}",
)
FEW: Final = ("9", "10", '"5x"', "100", '"95"')


def a_store(terms: list[str]) -> Store:
    """Each term as the value of a thing, and one thing without a value."""
    things = "".join(f":s{number} a :Thing ; :v {term} . " for number, term in enumerate(terms))
    found = Store()
    found.load(f"{HEAD} {things} :none a :Thing .".encode(), RdfFormat.TURTLE)
    return found


def column(store: Store, query: str, *, mended: bool = True) -> list[object]:
    """The values of ``?v``."""
    text = PREFIX + query
    answer = evaluate(store, text, base="http://ex.test")._answer if mended else store.query(text)
    assert isinstance(answer, QuerySolutions)
    return [row["v"] for row in answer]


def numbers(terms: list[object]) -> list[Decimal]:
    """The numbers among them."""
    kinds = ("#integer", "#decimal")
    return [Decimal(each.value) for each in literals(terms) if each.datatype.value.endswith(kinds)]


def literals(terms: list[object]) -> list[Literal]:
    """The literals among them."""
    return [each for each in terms if isinstance(each, Literal)]


@pytest.mark.parametrize("seed", range(examples(200) // 4))
def test_what_compares_is_in_order_among_what_does_not(seed: int) -> None:
    random = Random(seed)  # noqa: S311 -- not for secrets
    terms = [random.choice(MAKERS)(random) for _ in range(200)]
    store = a_store(terms)
    query = "SELECT ?v { ?s a :Thing OPTIONAL { ?s :v ?v } } ORDER BY "
    up, down = column(store, f"{query} ?v"), column(store, f"{query} DESC(?v)")
    assert [str(each) for each in down] == [str(each) for each in up[::-1]]
    first, *rest = up
    assert first is None
    iris = [each for each in rest if isinstance(each, NamedNode)]
    assert rest[: len(iris)] == sorted(iris, key=lambda iri: iri.value)
    assert numbers(rest) == sorted(numbers(rest))
    for kind in ("#string", "#date", "#dayTimeDuration", "/unit"):
        held = [each.value for each in literals(rest) if each.datatype.value.endswith(kind)]
        if kind == "#dayTimeDuration":
            assert held == sorted(held, key=lambda text: int(text[1:-1]) if text != "PT0S" else 0)
        else:
            assert held == sorted(held)
    moments = [each.value for each in literals(rest) if each.datatype.value.endswith("dateTime")]
    assert moments == sorted(moments)
    portions = [
        each
        for start in range(0, 210, 30)
        for each in column(store, f"{query} ?v LIMIT 30 OFFSET {start}")
    ]
    assert portions == up


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("SELECT ?v { ?s :v ?v } ORDER BY ?v", ["9", "10", "100", "5x", "95"]),
        ("SELECT * { ?s :v ?v } ORDER BY DESC(?v)", ["95", "5x", "100", "10", "9"]),
        ("SELECT DISTINCT ?v { ?s :v ?v } ORDER BY ?v LIMIT 2", ["9", "10"]),
        ("SELECT ?v (COUNT(*) AS ?n) { ?s :v ?v } GROUP BY ?v ORDER BY ?v LIMIT 2", ["9", "10"]),
        ("SELECT (?x AS ?v) { ?s :v ?x } ORDER BY ?v LIMIT 2", ["9", "10"]),
        ("SELECT ?v { { SELECT ?v { ?s :v ?v } ORDER BY ?v LIMIT 2 } } ORDER BY ?v", ["9", "10"]),
        ("SELECT ?v { { SELECT * { ?s :v ?v } ORDER BY ?v LIMIT 1 } }", ["9"]),
        ("SELECT ?v { ?s :v ?v } ORDER BY COALESCE(?v, 1) LIMIT 2", ["9", "10"]),
        ("SELECT ?v { ?s :v ?v } ORDER BY ?v LIMIT 2 VALUES ?s { :s0 :s1 :s2 }", ["9", "10"]),
    ],
)
def test_a_number_is_not_a_text(query: str, values: list[str]) -> None:
    store = a_store(list(FEW))
    assert [each.value for each in literals(column(store, query))] == values
    answer = evaluate(store, PREFIX + query, base="http://ex.test")._answer
    assert isinstance(answer, QuerySolutions)
    assert not [each for each in answer.variables if each.value.startswith("order")]


def test_a_graph_is_made_of_the_first_rows() -> None:
    query = f"{PREFIX} CONSTRUCT {{ ?s :w ?v }} {{ ?s :v ?v }} ORDER BY ?v LIMIT 2"
    answer = evaluate(a_store(list(FEW)), query, base="http://ex.test")._answer
    assert isinstance(answer, QueryTriples)
    assert {str(each.object.value) for each in answer} == {"9", "10"}


def test_kinds_come_in_the_order_of_section_15_1() -> None:
    store = a_store(["[]", ":a", '"a"', "1", "true"])
    found = column(store, "SELECT ?v { ?s a :Thing OPTIONAL { ?s :v ?v } } ORDER BY ?v")
    assert found[0] is None
    assert isinstance(found[1], BlankNode)
    assert found[2:4] == [NamedNode("http://ex.test/a"), Literal(1)]
    assert found[4] == Literal("a")


def test_the_bare_engine_would_not_pass() -> None:
    query = "SELECT ?v { ?s :v ?v } ORDER BY ?v"
    found = literals(column(a_store(list(FEW)), query, mended=False))
    assert [each.value for each in found] != ["9", "10", "100", "5x", "95"]
