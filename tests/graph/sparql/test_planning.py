"""Queries that are written anew for their plan: the same answers, and none is lost."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from pyoxigraph import QuerySolutions, QueryTriples, RdfFormat, Store

from pledgegraph.sparql.planning.plan import planned
from tests.graph.sparql.query_maker import DATA, PREFIXES, QueryMaker

_DAYS = (
    '"2025-01-31"^^xsd:date',
    '"2025-01-31"^^xsd:date',
    '"2025-02-28"^^xsd:date',
    '"2025-02-30"^^xsd:date',  # no such day
    '"soon"^^xsd:date',
    '"2025-02-28T00:00:00Z"^^xsd:dateTime',
    "3",
    "3.0",
    "3.0e0",
    '"NaN"^^xsd:double',
    "0.0e0",
    "-0.0e0",
    '"3"^^xsd:byte',
    '"words"@en',
    ":kept",
)
_LATEST = """SELECT ?u ?d ?s WHERE {
  { SELECT ?u (MAX(?x) AS ?d) WHERE { ?u :partOf :c1 . ?q :on ?u ; :day ?x } GROUP BY ?u }
  ?r :on ?u ; :day ?d ; :status ?s . }"""
_QUERIES = (
    _LATEST,
    _LATEST.replace("MAX", "MIN").replace("?u :partOf :c1 .", ""),
    """SELECT * { ?r :on ?u ; :day ?d . { SELECT ?u (SAMPLE(?x) AS ?d) (COUNT(*) AS ?n) {
       ?q :on ?u OPTIONAL { ?q :day ?x } } GROUP BY ?u } OPTIONAL { ?r :status ?s } }""",
    "SELECT * { { SELECT ?u { ?u :partOf ?c } ORDER BY ?u LIMIT 5 } ?r :on ?u ; :status ?s }",
    "SELECT * { ?u :partOf ?c FILTER NOT EXISTS { ?r :on ?u . ?r :status ?s } }",
    """SELECT * { ?r :on ?u ; :day ?d FILTER NOT EXISTS {
       ?q :on ?u ; :day ?e FILTER (?e > ?d) } }""",
    """SELECT * { ?r :on ?u OPTIONAL { ?r :day ?d } FILTER NOT EXISTS {
       ?q :on ?u . ?q :day ?d . ?q :status ?s } }""",
    "SELECT * { ?u :partOf ?c FILTER EXISTS { [] :on ?u ; :status [ :rank ?n ] } }",
    "SELECT * { ?c :register ?g FILTER NOT EXISTS { ?r :on/:partOf ?c ; :status/:rank ?n } }",
    "SELECT * { ?c :register ?g FILTER EXISTS { ?c ^:partOf ?u . ?u ^:on/:status ?s } }",
    """SELECT * { ?u :partOf ?c FILTER NOT EXISTS { { ?r :on ?u . ?r :day ?d } UNION
       { ?u :partOf ?b . ?b :register :g1 }
       FILTER NOT EXISTS { ?b :register ?g . ?r :on ?b } } }""",
    "SELECT * { ?u :partOf ?c OPTIONAL { ?r :status ?s . ?r :on ?u } }",
    "SELECT * { ?u :partOf ?c OPTIONAL { ?r a :Report . ?r :on ?u ; :day ?d FILTER(?d > 1) } }",
    """SELECT * { ?u :partOf ?c OPTIONAL { ?c :register ?g } OPTIONAL {
       ?h :rank ?n . ?r :status ?h . ?r :on ?u } }""",
    """SELECT ?g ?n ?c { { SELECT ?g (COUNT(*) AS ?n) { ?x :register ?g } GROUP BY ?g }
       ?c :register ?g . ?u :partOf ?c }""",
    "SELECT * { ?a :partOf ?b { ?c :register ?d FILTER EXISTS { ?u :partOf ?c . ?u :with ?b } } }",
    """SELECT * { GRAPH ?g { ?u :partOf ?c FILTER NOT EXISTS { ?r :on ?u . ?r :day ?d } } }""",
    """SELECT ?u (COUNT(?r) AS ?n) { ?r :on ?u ; :day ?d } GROUP BY ?u
       HAVING (NOT EXISTS { ?u :partOf ?c . ?c :register :g1 })""",
    "SELECT * { ?u :partOf ?c MINUS { ?r :on ?u } OPTIONAL { ?c :register ?g } }",
    "SELECT * { ?r :on ?u ; :status ?s OPTIONAL { ?r :day ?d MINUS { ?r :day ?none } } }",
    "SELECT * { ?r :on ?u OPTIONAL { ?r :with ?c MINUS { ?c :register ?g } } ?r :status ?s }",
    """SELECT * { { ?u :partOf ?c MINUS { ?r :on ?u } } UNION { ?c :register ?g MINUS
       { ?v :partOf ?c } } ?q :with ?c }""",
    """CONSTRUCT { ?u :latest ?s } WHERE { { SELECT ?u (MAX(?x) AS ?d) { ?q :on ?u ; :day ?x }
       GROUP BY ?u } ?r :on ?u ; :day ?d ; :status ?s }""",
)


def _reports(number: int) -> Store:
    """Made-up reports with ties, with values that are missing and some that are none."""
    random = Random(number)  # noqa: S311 -- not for secrets
    lines = [f":s{n} :rank {n} ." for n in range(4)]
    lines += [f":c{n} :register :g{random.randrange(3)} ." for n in range(5)]
    lines += [f":u{n} :partOf :c{random.randrange(6)} ." for n in range(12)]
    for report in range(40):
        about = [f":on :u{random.randrange(14)}" for _ in range(random.randrange(3))]
        about += [f":day {random.choice(_DAYS)}" for _ in range(random.choice((0, 1, 1, 2)))]
        about += [f":status :s{random.randrange(5)}" for _ in range(random.choice((0, 1, 1, 2)))]
        about += [":a :Report" for _ in range(random.randrange(2))]
        about += [f":with :c{random.randrange(5)}"]
        lines.append(f":r{report} {' ; '.join(about)} .".replace(":a ", "a "))
    turtle = (PREFIXES + "\n".join(lines)).replace("PREFIX", "\nPREFIX")
    store = Store()
    store.load(turtle.encode(), format=RdfFormat.TRIG)
    grouped = "\n".join(lines[: len(lines) * 2 // 3])
    for name in ("one", "two"):
        text = f"{turtle.split(':s0')[0]}\nGRAPH :{name} {{ {grouped} }}"
        store.load(text.encode(), format=RdfFormat.TRIG)
    return store


def _answer(store: Store, text: str) -> Counter[str]:
    answer = store.query(text)
    if isinstance(answer, QuerySolutions):
        names = sorted(each.value for each in answer.variables)
        return Counter(str([(name, str(row[name])) for name in names]) for row in answer)
    return Counter(map(str, answer)) if isinstance(answer, QueryTriples) else Counter([str(answer)])


@pytest.mark.parametrize("number", range(12))
def test_reports_with_ties_and_without_values(number: int) -> None:
    store = _reports(number)
    for query in _QUERIES:
        text = PREFIXES + query
        plan = planned(text)
        assert _answer(store, plan.text) == _answer(store, text), plan.text


def test_what_is_written_anew() -> None:
    """Each of them but the one whose meaning the engine could change."""
    changed = [bool(planned(PREFIXES + query).steps) for query in _QUERIES]
    assert [_QUERIES[n] for n, each in enumerate(changed) if not each] == [_QUERIES[15]]
    assert planned(PREFIXES + _QUERIES[15]).left == 1


@pytest.mark.parametrize("part", range(4))
def test_queries_made_at_random(part: int) -> None:
    store = Store()
    text = "\n".join(f"PREFIX {each}" for each in PREFIXES.split("PREFIX ")[1:]) + DATA
    store.load(text.encode(), format=RdfFormat.TRIG)
    changed = 0
    for number in range(part * 400, part * 400 + 400):
        query = PREFIXES + QueryMaker(number).query()
        plan = planned(query)
        if plan.text != query:
            changed += 1
            assert _answer(store, plan.text) == _answer(store, query), (query, plan.text)
    assert changed > 10


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a :x ?b FILTER NOT EXISTS { ?b :y ?c } }",
        "SELECT * { ?a :x ?b OPTIONAL { ?a :y ?c . ?c :z ?d } }",
        "SELECT * { ?a :x ?b OPTIONAL { ?r a :R . ?r :on ?a FILTER (?q > ?b) } }",
        "SELECT * { ?a :x ?b FILTER NOT EXISTS { ?b :y (1 2) . ?b :z ?c } }",
        "SELECT * { ?a :x ?b FILTER NOT EXISTS { ?b :y* ?c . ?c :z ?d } }",
        "SELECT * { { SELECT ?u (COUNT(*) AS ?n) { ?u :x ?y } GROUP BY ?u } ?u :y :fixed }",
        "SELECT * { { SELECT ?u ?v { ?u :x ?v } GROUP BY ?u ?v } ?u :y ?w }",
        "SELECT * { { SELECT ?n { BIND (1 AS ?n) } GROUP BY ?n } ?u :y ?n }",
        "SELECT * { {} OPTIONAL {} FILTER EXISTS {} {} }",
        "SELECT * { ?a :x ?b MINUS { ?c :y ?d } }",
        "SELECT * { ?a :x ?b MINUS { ?a :y ?c } ?c :z ?a }",
        "SELECT * { ?a :x ?b OPTIONAL { ?a :y ?c } MINUS { ?d :y ?c } }",
        "SELECT * { MINUS { ?a :y ?c } ?a :x ?b }",
        "SELECT * { ?a :x ?b MINUS { ?a :y :fixed } }",
        "SELECT * { ?a :x ?b MINUS { ?a :y ?c . ?c :z ?d } }",
        "nothing with EXISTS { in it",
    ],
)
def test_what_is_left_as_it_is(query: str) -> None:
    assert planned(PREFIXES + query).text == PREFIXES + query
