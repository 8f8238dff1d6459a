"""Property paths have the rows of section 18.4, each as often as it says, in any graph.

`walked` evaluates a path by the definitions: a bag of pairs, of which ``*``, ``+`` and ``?`` make
a set. The graphs have the names of terms in them. The queries are made at random, each from a
number.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any, Final

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store

from pledgegraph.errors import QueryRefused
from pledgegraph.store.query_evaluation import evaluate
from tests.depth import THOROUGH

Path = tuple[Any, ...]
Pairs = Counter[tuple[str, str]]
Rows = Counter[tuple[tuple[str, str], ...]]
Statement = tuple[str, str, str]

GRAPHS: Final[dict[str, list[Statement]]] = {
    ":x": [
        (":x", ":p", ":y"), (":x", ":q", ":y"), (":x", ":r", ":y"), (":x", "a", ":y"),
        (":y", ":p", ":z"), (":y", ":r", ":y"), (":z", ":q", ":x"), (":x", ":p", ":w"),
        (":w", ":p", ":z"),
    ],
    ":y": [(":x", ":p", ":y"), (":y", ":q", ":z"), (":w", ":p", ":x"), (":w", ":r", ":w")],
}  # fmt: skip
DEFAULT: Final = sorted({each for graph in GRAPHS.values() for each in graph})
PREFIX: Final = "PREFIX : <http://ex.test/> "
EACH: Final = 100
NUMBER: Final = 5000 if THOROUGH else 500
_PROPERTIES: Final = (":p", ":q", ":r", "a")


def a_path(random: Random, depth: int) -> Path:
    """A path made at random."""
    kind = random.choice(("step", "negated", "inverse", "/", "/", "|", "*", "+", "?"))
    if not depth and kind not in ("step", "negated"):
        kind = "step"
    if kind == "step":
        return (kind, random.choice(_PROPERTIES))
    if kind == "negated":
        number = random.randrange(1, 4)
        return (kind, [(random.random() < 0.4, random.choice(_PROPERTIES)) for _ in range(number)])
    return (kind, *(a_path(random, depth - 1) for _ in range(1 + (kind in "/|"))))


def text_of(path: Path) -> str:
    """A path as SPARQL."""
    kind, *rest = path
    if kind == "step":
        return str(rest[0])
    if kind == "negated":
        members = ["^" * inverse + name for inverse, name in rest[0]]
        return f"!{members[0]}" if len(members) == 1 else f"!({'|'.join(members)})"
    if kind == "inverse":
        return f"^({text_of(rest[0])})"
    inner = [text_of(each) for each in rest]
    return f"({inner[0]}){kind}" if len(inner) == 1 else f"({kind.join(inner)})"


def walked(path: Path, graph: list[Statement], terms: set[str]) -> Pairs:
    """The pairs of a path; ``terms`` are the nodes of the graph and the terms of the query."""
    kind, *rest = path
    if kind == "step":
        return Counter((s, o) for s, p, o in graph if p == rest[0])
    if kind == "negated":
        ahead, back = ([name for way, name in rest[0] if way == inverse] for inverse in (0, 1))
        found = Counter((s, o) for s, p, o in graph if ahead and p not in ahead)
        return found + Counter((o, s) for s, p, o in graph if back and p not in back)
    inner = [walked(each, graph, terms) for each in rest]
    if kind == "inverse":
        return Counter({(o, s): times for (s, o), times in inner[0].items()})
    if kind == "|":
        return inner[0] + inner[1]
    if kind == "/":
        found = Counter()
        for (s, middle), one in inner[0].items():
            for (start, o), two in inner[1].items():
                found[s, o] += one * two * (middle == start)
        return +found
    reached = set(inner[0]) | (set() if kind == "+" else {(each, each) for each in terms})
    while kind != "?":
        more = {(s, o) for s, one in reached for two, o in reached if one == two} - reached
        if not more:
            break
        reached |= more
    return Counter(reached)


def expected(subject: str, path: Path, object_: str, where: str) -> Rows:
    """The rows of a pattern that is one path."""
    graphs = {"": DEFAULT} if not where else GRAPHS if where == "?g" else {"": GRAPHS[where]}
    found: Rows = Counter()
    for name, graph in graphs.items():
        nodes = {node for s, _, o in graph for node in (s, o)}
        constants = {end for end in (subject, object_) if end[0] == ":"}
        for pair, times in walked(path, graph, nodes | constants).items():
            row = {"?g": name} if name else {}
            for end, term in zip((subject, object_), pair, strict=True):
                if (row.setdefault(end, term) if end[0] == "?" else end) != term:
                    break
            else:
                found[tuple(sorted(row.items()))] += times
    return found


@pytest.fixture(scope="module")
def store() -> Store:
    """The statements of all graphs as the default graph, and each graph by its name."""
    parts = [f"{name} {{ {_turtle(graph)} }}" for name, graph in GRAPHS.items()]
    text = f"@prefix : <http://ex.test/> . {_turtle(DEFAULT)} {' '.join(parts)}"
    found = Store()
    found.load(text.encode(), RdfFormat.TRIG)
    return found


def _turtle(graph: list[Statement]) -> str:
    return " ".join(f"{' '.join(each)} ." for each in graph)


def asked(store: Store, query: str, *, mended: bool = True) -> Rows:
    """The rows of a query, each with how often it comes."""
    answer = evaluate(store, query, base="http://ex.test")._answer if mended else store.query(query)
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    rows = ({f"?{name}": row[name] for name in names} for row in answer)
    return Counter(
        tuple(sorted((k, f":{v.value.rpartition('/')[2]}") for k, v in row.items() if v))
        for row in rows
    )


def a_case(number: int) -> tuple[str, Rows]:
    """A query and its rows."""
    random = Random(number)  # noqa: S311 -- not for secrets
    path = a_path(random, 3)
    subject = random.choice(("?a", "?a", "?g", ":x", ":y", ":nowhere"))
    object_ = random.choice(("?b", "?b", "?a", "?g", ":y", ":z"))
    where = random.choice(("", ":x", ":y", "?g", "?g"))
    pattern = f"{subject} {text_of(path)} {object_} ."
    pattern = f"GRAPH {where} {{ {pattern} }}" if where else pattern
    return f"{PREFIX}SELECT * {{ {pattern} }}", expected(subject, path, object_, where)


@pytest.mark.parametrize("first", range(0, NUMBER, EACH))
def test_paths_come_to_what_section_18_4_says(store: Store, first: int) -> None:
    with_rows = refused = 0
    for number in range(first, first + EACH):
        query, wanted = a_case(number)
        try:
            found = asked(store, query)
        except QueryRefused:
            assert "!" in query, query
            assert "?a" not in query.partition("{")[2], query
            refused += 1
            continue
        assert found == wanted, (number, query)
        with_rows += bool(wanted)
    assert with_rows > EACH / 3
    assert refused < EACH / 4


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        (":x :p+ :z", 1),
        (":x (:p|:r)+ :z", 1),
        (":x (!:q)+ :z", 1),
        (":x (:p+)? :z", 1),
        ("?x :p+ :z VALUES ?x { :x }", 1),
        ("?x :p+ ?y . ?y :q :x", 3),
        (":x :p/:p+ :z", 2),
    ],
)
@pytest.mark.parametrize("outside", ["VALUES (?x ?y) { (:x :z) }", ""])
@pytest.mark.parametrize("graph", ["?g", ":x"])
def test_ways_of_any_number_are_one_in_any_graph(
    store: Store, pattern: str, number: int, graph: str, outside: str
) -> None:
    """Section 9.3: ``+`` does not count ways, be its graph known or not."""
    query = f"{PREFIX}SELECT ?x {{ {outside} GRAPH {graph} {{ {pattern} }} }}"
    wanted = 1 if outside and number > 2 else number
    assert asked(store, query).total() == wanted


def test_the_bare_engine_would_not_pass(store: Store) -> None:
    cases = (a_case(number) for number in range(100))
    assert sum(asked(store, query, mended=False) != wanted for query, wanted in cases) > 0
