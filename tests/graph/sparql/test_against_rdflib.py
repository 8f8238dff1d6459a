"""Random queries have the answers that rdflib gives, whose own faults have names."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest
import rdflib
from pyoxigraph import Literal, QuerySolutions, RdfFormat, Store

from pledgegraph.store.query_evaluation import evaluate
from tests.depth import THOROUGH
from tests.graph.sparql.query_maker import DATA, PREFIXES, QueryMaker
from tests.graph.sparql.reference import Row, answer_of, term_as_value

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
TRIG: Final = (
    "@prefix : <http://ex.test/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> ." + DATA
)
EXPLAINED: Final = {
    300: "strings-and-iris: rdflib orders a string and an IRI, which is an error (17.3)",
    1530: "unbound-beside-true: to rdflib true || unbound is an error, and not true (17.2)",
}
"""Queries, by their numbers, whose answers differ by a fault of rdflib."""
EACH: Final = 50
NUMBER: Final = 3000 if THOROUGH else 300


@pytest.fixture(scope="module")
def store() -> Store:
    """The data for us."""
    found = Store()
    found.load(TRIG.encode(), RdfFormat.TRIG)
    return found


@pytest.fixture(scope="module")
def reference() -> rdflib.Dataset:
    """The data for rdflib."""
    found = rdflib.Dataset(default_union=False)
    found.parse(data=TRIG, format="trig")
    return found


def rows(answer: object) -> tuple[list[str], Counter[Row]]:
    """The columns and the rows of an answer of the engine."""
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return names, Counter(tuple(term(row[name]) for name in names) for row in answer)


def term(found: object) -> object:
    """A term as the reference writes it."""
    if not isinstance(found, Literal):
        return None if found is None else str(found)
    kind = found.datatype.value.rpartition("#")[2]
    return term_as_value(found.value, kind, found.language or "")


@pytest.mark.parametrize("first", range(0, NUMBER, EACH))
def test_random_queries_have_the_answers_of_rdflib(
    store: Store, reference: rdflib.Dataset, first: int
) -> None:
    with_rows = 0
    for number in range(first, first + EACH):
        query = PREFIXES + QueryMaker(number).query()
        names, ours = rows(evaluate(store, query, base="http://ex.test")._answer)
        if number in EXPLAINED:
            assert ours != answer_of(reference, query, names), number
            continue
        assert ours == answer_of(reference, query, names), (number, query)
        with_rows += any(any(row) for row in ours)
    assert with_rows > EACH / 4


def test_the_bare_engine_would_not_pass(store: Store) -> None:
    wrong = 0
    for number in range(100):
        query = PREFIXES + QueryMaker(number).query()
        _, ours = rows(evaluate(store, query, base="http://ex.test")._answer)
        _, bare = rows(store.query(query))
        wrong += ours != bare
    assert wrong > 0
