"""Patterns in patterns have the answers of clause 18, whatever is handed into them from outside."""

from __future__ import annotations

from collections import Counter
from itertools import count, islice
from typing import Final

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store

from pledgegraph.errors import QueryRefused
from pledgegraph.store.query_evaluation import evaluate
from tests.depth import THOROUGH
from tests.graph.sparql.clause_18 import (
    DEFAULT,
    GRAPHS,
    NAMES,
    Clause18,
    Maker,
    Tree,
    is_asked,
    text_of,
)

PREFIX: Final = "PREFIX : <http://ex.test/> "
NUMBER: Final = 3000 if THOROUGH else 300
EACH: Final = 50
Rows = Counter[tuple[str | None, ...]]


@pytest.fixture(scope="module")
def store() -> Store:
    """The statements of the reference, and those of all its graphs as the default graph."""
    text = "".join(f"{name} {{ {_turtle(each)} }}" for name, each in GRAPHS.items())
    found = Store()
    found.load(f"@prefix : <http://ex.test/> . {_turtle(DEFAULT)} {text}".encode(), RdfFormat.TRIG)
    return found


def _turtle(statements: list[tuple[str, str, str]]) -> str:
    return " ".join(f"{' '.join(each)} ." for each in statements)


def asked(store: Store, query: str, *, mended: bool = True) -> Rows:
    """The rows of a query, each with how often it comes."""
    answer = evaluate(store, query, base="http://ex.test")._answer if mended else store.query(query)
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return Counter(
        tuple(
            None if row[name] is None else f":{row[name].value.rpartition('/')[2]}"
            for name in names
        )
        for row in answer
    )


def expected(tree: Tree) -> Rows:
    """The rows that clause 18 wants."""
    return Counter(tuple(row.get(name) for name in NAMES) for row in Clause18().rows(tree))


def patterns() -> list[tuple[int, Tree]]:
    """What is asked, each with its number."""
    made = ((number, Maker(number).pattern()) for number in count())
    return list(islice((each for each in made if is_asked(each[1])), NUMBER))


@pytest.mark.parametrize("first", range(0, NUMBER, EACH))
def test_patterns_come_to_what_clause_18_says(store: Store, first: int) -> None:
    with_rows = refused = 0
    for number, tree in patterns()[first : first + EACH]:
        query = f"{PREFIX}SELECT {' '.join(NAMES)} {text_of(tree)}"
        wanted = expected(tree)
        try:
            found = asked(store, query)
        except QueryRefused as error:
            assert "Within its own GRAPH" in str(error), (number, query)
            refused += 1
            continue
        assert found == wanted, (number, query)
        with_rows += bool(wanted)
    assert with_rows > EACH / 4
    assert refused < EACH / 4


def test_the_bare_engine_would_not_pass(store: Store) -> None:
    wrong = 0
    for _, tree in patterns()[:300]:
        query = f"{PREFIX}SELECT {' '.join(NAMES)} {text_of(tree)}"
        wrong += asked(store, query, mended=False) != expected(tree)
    assert wrong > 0
