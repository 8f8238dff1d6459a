"""``SELECT *`` gives its columns in the order in which the query names them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions, Store

from pledgegraph.sparql.projection_order import in_order_of_appearance
from pledgegraph.store.query_evaluation import evaluate


def columns(query: str) -> list[str]:
    answer = evaluate(Store(), query, base="https://data.example.org")
    return list(answer.variables)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?b ?a ?c }", "b a c"),
        ("select*{?b ?a ?c}", "b a c"),
        ("SELECT * { $b $a ?b }", "b a"),
        ("SELECT DISTINCT*{ ?z <x:p>?y }", "z y"),
        ("SELECT REDUCED * { ?z <x:p> ?y } ORDER BY ?y ?z", "z y"),
        ("BASE <x:y> PREFIX a: <> PREFIX : <z:> SELECT * { ?z a:p ?y }", "z y"),
        ("# ?a *\nSELECT # *\n* # ?y\n { ?z <x:?y> ?y }", "z y"),
        ("SELECT * { ?z ?y '?a' . ?y <x:p> ?a }", "z y a"),
        ("SELECT * { ?z ?y '''\n?a''' FILTER (1<2&&?z>1) ?y <x:p> ?a }", "z y a"),
        ("SELECT * FROM <x:g> WHERE { ?z ?y 1 }", "z y"),
        ("SELECT * { { SELECT (COUNT(?a) AS ?n) ?b { ?b <x:p> ?a } GROUP BY ?b } }", "n b"),
        ("SELECT * { ?z ?y 1 { SELECT * { ?c ?b ?a } } }", "z y c b a"),
        ("SELECT ?a { { SELECT * { ?c ?b ?a } } }", "a"),
        ("SELECT * { ?z <x:p> 1 MINUS { ?z ?a 2 } OPTIONAL { ?z <x:q> ?b } }", "z b"),
        ("SELECT * { ?z <x:p> 1 FILTER EXISTS { ?z ?a 2 } BIND (1 AS ?n) }", "z n"),
        ("SELECT * { VALUES (?y ?x) { (1 2) } }", "y x"),
        ("SELECT * { ?z <x:p> 1 } VALUES ?a { 1 }", "z a"),
        ("SELECT * { GRAPH ?z { _:y <x:p>+ ?y } }", "z y"),
        ("SELECT * { ?é ?e ?b\u0301 }", "é e b\u0301"),
        ("SELECT * {}", ""),
        ("SELECT * { [] ?one [] }", "one"),
        # The engine's order where the query names them in an order that cannot be seen.
        ("SELECT ?a ?b { ?b ?a 1 }", "a b"),
    ],
)
def test_order_of_appearance(query: str, expected: str) -> None:
    assert columns(query) == expected.split()


def test_a_column_that_is_not_found_leaves_the_order_to_the_engine() -> None:
    query = "SELECT * { ?b ?a 1 }"
    assert in_order_of_appearance(query, ["a", "b", "c"]) == query


def test_the_names_of_columns_may_hold_stars_and_keywords_around() -> None:
    query = "SELECT * { ?select <x:p> ?from . ?select <x:*> ?as FILTER(?from * 2 > 1) }"
    assert columns(query) == ["select", "from", "as"]


names = st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,3}", fullmatch=True), min_size=1, max_size=6)
noise = st.sampled_from(
    [
        "",
        " # ?zz * SELECT\n",
        " ?x0 <x:?zz> '?zz \\' ?zz' . ",
        ' ?x0 <x:p> """?zz " ?zz""" . ',
        " FILTER (?x0 < ?x0 || 1>0) ",
        " MINUS { ?zz <x:p> ?zy } ",
        " { SELECT ?x0 { ?x0 <x:p> ?zz } } ",
    ]
)
heads = st.sampled_from(
    ["SELECT *", "select*", "SELECT DISTINCT *", "PREFIX x: <x:>\nSELECT\n*#*\n", "SELECT REDUCED*"]
)


@given(head=heads, variables=names, between=st.lists(noise, min_size=7, max_size=7))
def test_any_query(head: str, variables: list[str], between: list[str]) -> None:
    """The order is that of the patterns; the set and the rows are the engine's."""
    pattern = "".join(
        f"{before} ?{name} <x:p> ?{name} . "
        for name, before in zip(variables, between, strict=False)
    )
    query = f"{head} {{ ?x0 <x:p> 1 . {pattern} }}"
    expected = list(dict.fromkeys(["x0", *variables]))
    assert columns(query) == expected
    plain = Store().query(query)
    assert isinstance(plain, QuerySolutions)
    assert sorted(expected) == [each.value for each in plain.variables]


@given(st.text(alphabet="SELECT*{}?$ab \n#'\"<>:x1.()\\u0", max_size=60))
def test_no_text_is_made_worse(text: str) -> None:
    """What the engine takes it still takes after that, with the same columns."""
    try:
        plain = Store().query(text, base_iri="http://base.example/")
    except (SyntaxError, ValueError):
        return
    if isinstance(plain, QuerySolutions):
        assert sorted(columns(text)) == sorted(each.value for each in plain.variables)
