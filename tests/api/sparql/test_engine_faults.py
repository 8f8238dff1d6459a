"""What the engine answers wrongly comes right, or is refused with what to write instead.

The right answers are those of SPARQL 1.1 Query; docs/decisions/0013-engine-faults.md names the
section for each kind.
"""

from __future__ import annotations

import pytest

from tests.api.sparql.conftest import Asked

pytestmark = pytest.mark.anyio

DATE = "'2025-01-31'^^xsd:date"
DAY = "'P1D'^^xsd:dayTimeDuration"


@pytest.mark.parametrize(
    "names", ["reported period", "start length", "due grace", "z a", "a z", "d e"]
)
@pytest.mark.parametrize("order", ["{0} + {1}", "{1} + {0}", "({0}) + {1}", "{0} - (-{1})"])
async def test_a_date_and_a_duration_add_up_whatever_they_are_called(
    asked: Asked, names: str, order: str
) -> None:
    first, second = (f"?{name}" for name in names.split())
    expression = order.format(first, second)
    query = f"SELECT ({expression} AS ?sum) {{ VALUES ({first} {second}) {{ ({DATE} {DAY}) }} }}"
    assert await asked.rows(query) == [("2025-02-01",)]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (f"{DATE} + {DAY}", "2025-02-01"),
        (f"{DAY} + {DATE}", "2025-02-01"),
        (f"STR({DAY} + {DATE})", "2025-02-01"),
        (f"{DATE} + {DAY} + {DAY}", "2025-02-02"),
        (f"({DAY} + {DAY}) + {DATE}", "2025-02-02"),
        (
            "'2024-02-29T00:00:00Z'^^xsd:dateTime + 'P1Y'^^xsd:yearMonthDuration",
            "2025-02-28T00:00:00Z",
        ),
        (f"IF({DATE} + {DAY} > {DATE}, 'later', 'earlier')", "later"),
        (f"{DATE} + 1", ""),
        ("1 + 2 * 3 - 4 / 2", "5"),
        ("-(1 + 2) * -2", "6"),
        ("'a' + 1", ""),
    ],
)
async def test_sums_are_right_in_any_order(asked: Asked, expression: str, value: str) -> None:
    assert await asked.rows(f"SELECT ({expression} AS ?x) {{}}") == [(value,)]


@pytest.mark.parametrize(
    ("path", "number"),
    [
        (":a (:p|:p) ?o", 2),
        (":a (:p|:q) ?o", 2),
        ("?s (:p|:q) ?o", 3),
        (":a (:p|:q) :b", 2),
        (":a (:p|:q)/:p ?o", 2),
        (":c ^:p/(^:p|^:q) ?o", 2),
        ("?s ^(:p|:q) ?o", 3),
        ("?s (:p|:q)+ ?o", 3),
        ("?s (:p|:q)/:p|:q ?o", 3),
        (":a :p|:q [ :p ?o ]", 2),
        (":a :p ?b ; (:p|:q) ?c , ?d .", 4),
        ("?s :p|:q _:b . _:b :p :c", 2),
        (":a !:none|:q ?o", 3),
        (":a :p|!<http://ex.test/none> ?o", 3),
        (":b !^:none|^:p ?o", 3),
        (":a (!a|:q)/:p ?o", 3),
        (":a !:none ?o", 2),
        ("?s (:p|:q|!:none) :b", 4),
        (":a (!:none)/(!:none) ?o", 2),
        ("?o !(^:none|^:q) 1001", 0),
        (":a !:none ?o FILTER(?o = :b)", 2),
        ("VALUES ?o { :b } :a !:none ?o", 2),
        ("VALUES ?s { :b } ?s !(^:none|^a) :a", 2),
        ("?s :q ?o . ?s !(:none|a) ?o", 2),
        (":a !:none ?o ; (:p|:q) ?c .", 4),
        (":a (!:none)/^(!:none) ?x FILTER(?x = :a)", 4),
        ("?x !:none/!^:none ?x FILTER(?x = :a)", 4),
        ("VALUES (?s ?o) { (:a :b) } ?s (^!^:none) ?o", 2),
        (":a !:none [ :p ?x ]", 2),
    ],
)
async def test_paths_keep_duplicates(asked: Asked, path: str, number: int) -> None:
    rows = await asked.rows(f"SELECT (COUNT(*) AS ?n) {{ {path} }}")
    assert rows == [(str(number),)]
    rows = await asked.rows(f"SELECT * {{ {path} }}")
    assert len(rows) == number


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT ?o { :nowhere :knows* ?o }", [":nowhere"]),
        ("SELECT ?o { :nowhere :knows? ?o }", [":nowhere"]),
        ("SELECT ?o { ?o :p*/:q* :nowhere }", [":nowhere"]),
        ("SELECT ?o { :nowhere (:p?|:q?) ?o }", [":nowhere", ":nowhere"]),
        ("SELECT ?o { 7 :p* ?o }", ["7"]),
        ("SELECT ?o { :b :p* ?o }", [":b", ":c"]),
        ("SELECT ?o { :nowhere :p+ ?o }", []),
        ("SELECT ?o { :nowhere :p*/:q ?o }", []),
        ("SELECT ?g { GRAPH ?g { :t :p? :t } }", [":g1", ":g2", ":g3"]),
        ("SELECT ?o { GRAPH ?g { :t :p* ?o } }", ["3", ":t", ":t", ":t"]),
        ("SELECT ?o { GRAPH :g1 { :t :p* ?o } }", [":t"]),
        ("SELECT * { :a :p* [ :p ?o ] }", [":b", ":c"]),
        ("SELECT * { GRAPH :g1 { :s :none* [ :p ?o ] } }", ["1"]),
        ("SELECT ?o { [ :none ?x ] :p? :nowhere . VALUES ?o { 1 } }", []),
        ("SELECT ?o FROM :g3 { :b :p* ?o }", [":b"]),
        ("SELECT ?o { VALUES ?s { :nowhere } ?s :p* ?o }", []),
        (
            "SELECT ?v { VALUES ?v { :nowhere :b } FILTER EXISTS { ?v :p* :nowhere } }",
            [":nowhere"],
        ),
        ("SELECT ?v { VALUES ?v { :nowhere :b } FILTER NOT EXISTS { :nowhere :p? ?v } }", [":b"]),
        (
            "SELECT ?v { VALUES ?v { :nowhere :b } "
            "FILTER EXISTS { { ?v (:p|:q)* :nowhere } UNION { ?v :none :none } } }",
            [":nowhere"],
        ),
        ("SELECT ?s { GRAPH :g1 { ?s :p ?o FILTER EXISTS { ?o :p* :t } } }", []),
        ("SELECT ?g { GRAPH ?g { ?s :p ?o } FILTER EXISTS { ?o :p* ?g } }", []),
    ],
)
async def test_a_path_of_length_zero_holds_for_any_term(
    asked: Asked, query: str, rows: list[str]
) -> None:
    assert await asked.rows(query) == [(row,) for row in rows]


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        ("?x :p* ?y", "1 2 3 5"),
        ("?x (:p|:q)? ?y", "1 2 3 5"),
        ("?x :p* ?z", "1 2 3 4 5 6"),
        ("?x :p* []", "1 2 3 4 5 6"),
        ("?x :p* [ :p ?o ]", "2 5 6"),
        ("?x :p* ?x", "1 2 3 4 5 6"),
        ("?x :p* ?y . ?x :p ?o", "5"),
        ("?x :p* ?z . ?z :p? ?y", "1 5"),
        ("VALUES ?z { :nowhere } ?z :p* ?u", ""),
    ],
)
async def test_a_path_of_length_zero_holds_for_values_from_outside(
    asked: Asked, pattern: str, rows: str
) -> None:
    values = """VALUES (?n ?x ?y) { (1 :nowhere :nowhere) (2 UNDEF :nowhere) (3 :nowhere UNDEF)
        (4 :nowhere :elsewhere) (5 :a :b) (6 :b :a) }"""
    expected = [(each,) for each in rows.split()]
    assert await asked.rows(f"SELECT ?n {{ {values} FILTER EXISTS {{ {pattern} }} }}") == expected
    others = sorted({(n,) for n in "123456"} - set(expected))
    query = f"SELECT ?n {{ {values} FILTER NOT EXISTS {{ {pattern} }} }}"
    assert await asked.rows(query) == others


async def test_what_is_no_number_is_not_true(asked: Asked) -> None:
    values = "'1_0'^^xsd:double '\u0661'^^xsd:decimal '1e5'^^xsd:decimal '0x1'^^xsd:integer"
    rows = await asked.rows(f"SELECT (IF(?v, 1, 2) AS ?x) {{ VALUES ?v {{ {values} }} }}")
    assert rows == [("2",)] * 4


async def test_a_term_that_the_data_do_not_hold_leads_to_itself(asked: Asked) -> None:
    assert await asked.ask("ASK { :nowhere :knows* :nowhere }")
    assert await asked.ask("ASK { :nowhere :knows* [] }")
    assert await asked.ask("ASK { :nowhere :knows? <http://ex.test/\\u006eowhere> }")
    assert not await asked.ask("ASK { :nowhere :knows* :elsewhere }")


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ('SELECT (COUNT(xsd:integer(?a)) AS ?n) { VALUES ?a { "1" "2" "3" "n/a" } }', "3"),
        ('SELECT (COUNT(DISTINCT ?a + 1) AS ?n) { VALUES ?a { 1 1.0 2 "x" UNDEF } }', "3"),
        ('SELECT (COUNT(STR(?a)) + COUNT(?a) AS ?n) { VALUES ?a { 1 "x" UNDEF } }', "4"),
        ("SELECT (COUNT(1/0) AS ?n) {}", "0"),
        (
            "SELECT ?k (COUNT(1/?b) AS ?n) { VALUES (?k ?b) { (1 0) (1 2) (2 0) } } "
            "GROUP BY ?k HAVING (COUNT(1/?b) > 0) ORDER BY COUNT(1/?b)",
            "1 1",
        ),
        (
            'SELECT ?n { { SELECT (COUNT(xsd:integer(?a)) AS ?n) { VALUES ?a { "1" "x" } } } }',
            "1",
        ),
    ],
)
async def test_count_leaves_out_errors(asked: Asked, query: str, row: str) -> None:
    assert [" ".join(each) for each in await asked.rows(query)] == [row]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT ?v { :v :n ?v FILTER(?v > 1000) }", ["1001", "9223372036854775808"]),
        ("SELECT ?v { :v :n ?v FILTER(?v != 7) }", ["1001", "9223372036854775808"]),
        ("SELECT ?v { :v :n ?v FILTER(!(?v <= 1001)) }", ["9223372036854775808"]),
        ("SELECT ?v { :v :n ?v FILTER(?v > 1.5e18) }", ["9223372036854775808"]),
        ("SELECT ?v { :v :n ?v FILTER(?v >= 9223372036854775808) }", ["9223372036854775808"]),
        ("SELECT (SUM(?v) AS ?s) { :v :n ?v }", ["9223372036854776809"]),
        ("SELECT (AVG(?v) AS ?s) { :v :n ?v }", ["4611686018427388404.5"]),
        (
            "SELECT (SUM(?v) AS ?s) { VALUES ?v { 9223372036854775808 1e0 } }",
            ["9223372036854776000"],
        ),
        (
            "SELECT (DATATYPE(AVG(?v)) = xsd:decimal AS ?s) "
            "{ VALUES ?v { 1 9223372036854775807 } }",
            ["true"],
        ),
        ("SELECT (9223372036854775807 + 1 AS ?x) {}", ["9223372036854775808"]),
        (
            "SELECT (?v * 10 - 1 AS ?x) { VALUES ?v { 9223372036854775807 } }",
            ["92233720368547758069"],
        ),
        ("SELECT (-?v AS ?x) { VALUES ?v { 9223372036854775808 } }", ["-9223372036854775808"]),
        ("SELECT (SUM(?v) AS ?s) { VALUES ?v { 1 2.5 } }", ["3.5"]),
        ("SELECT (xsd:integer('9223372036854775808') AS ?s) {}", ["9223372036854775808"]),
        ("SELECT (xsd:integer(1e19) AS ?s) {}", ["10000000000000000000"]),
        ("SELECT (xsd:integer('x') AS ?s) {}", [""]),
        (
            "SELECT (xsd:decimal(?v) / 2 AS ?s) { :v :n ?v FILTER(?v > 2000) }",
            ["4611686018427387904"],
        ),
        ("SELECT (xsd:double(9223372036854775808) > 1 AS ?s) {}", ["true"]),
        ("SELECT (ABS(-9223372036854775808 - 1) AS ?s) {}", ["9223372036854775809"]),
        ("SELECT (ROUND(?v) AS ?s) { VALUES ?v { 9223372036854775808 } }", ["9223372036854775808"]),
        ("SELECT ?v { :v :n ?v FILTER(isNumeric(?v)) }", ["1001", "9223372036854775808"]),
        ("SELECT ?v { :l :lab ?v FILTER(isNumeric(?v)) }", []),
        ("SELECT (isNumeric(?none) AS ?s) {}", [""]),
        ("SELECT (isNumeric(:iri) AS ?s) {}", ["false"]),
        ('SELECT (SUM(?v) AS ?s) { VALUES ?v { 1 "2" } }', [""]),
    ],
)
async def test_integers_have_no_bound(asked: Asked, query: str, rows: list[str]) -> None:
    assert await asked.rows(query) == [(row,) for row in rows]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('IF("x"@en, "yes", "no")', "yes"),
        ('IF(""@en, "yes", "no")', "no"),
        ('IF("maybe"^^xsd:boolean, "yes", "no")', "no"),
        ('IF("abc"^^xsd:integer, "yes", "no")', "no"),
        ('!"abc"^^xsd:integer', "true"),
        ('"x"@en && true', "true"),
        ('"abc"^^xsd:double || false', "false"),
        ("IF(9223372036854775808, 1, 2)", "1"),
        ('IF("x"^^:dt, 1, 2)', ""),
        ("IF(:iri, 1, 2)", ""),
        ("IF(1/0 || true, 1, 2)", "1"),
    ],
)
async def test_a_literal_is_true_or_false(asked: Asked, expression: str, value: str) -> None:
    assert await asked.rows(f"SELECT ({expression} AS ?x) {{}}") == [(value,)]


async def test_a_filter_takes_a_literal_for_true_or_false(asked: Asked) -> None:
    true = await asked.rows("SELECT ?x { :l :lab ?x FILTER(?x) }")
    assert [row[0] for row in true] == ["true", "x", "y"]
    false = await asked.rows("SELECT ?x { :l :lab ?x FILTER(!?x) }")
    assert [row[0] for row in false] == ["", "abc", "false", "maybe"]
    assert len(await asked.rows("SELECT ?x { :l :lab ?x FILTER(COALESCE(?none, ?x)) }")) == 3
    assert await asked.rows("SELECT ?x { :l :lab ?x FILTER UCASE(?x) }") == [("x",), ("y",)]
    assert await asked.rows("SELECT ?x { :l :lab ?x FILTER(SUBSTR(?x, 1)) }") == [("x",), ("y",)]
    for having in ("UCASE(MAX(?x))", "(COUNT(*) > 0) (MAX(?x))"):
        query = f'SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ "x"@en }} }} HAVING {having}'
        assert await asked.rows(query) == [("1",)]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('REPLACE("abc", "", "x")', ""),
        ('REPLACE("abc", "b*", "x")', ""),
        ('REPLACE("aXb", "X", "\\\\$")', "a$b"),
        ('REPLACE("abc", "b", "\\\\\\\\")', "a\\c"),
        ('REPLACE("abcd", "(b)", "$12")', "ab2cd"),
        ('REPLACE("abc", "(b)", "[$1$0]")', "a[bb]c"),
        ('REPLACE("abc", "(b)", "$1a")', "abac"),
        ('REPLACE("ABC", "b", "-", "i")', "A-C"),
        ('REPLACE("ab-12", "[a-z]-[0-9]", "x")', "ax2"),
        ('REPLACE("a[b", "[a-z\\\\[]+", "x")', "x"),
        ('REPLACE("abc", CONCAT("", ""), "x")', ""),
        ('REPLACE("abc", CONCAT("(b", ")"), CONCAT("\\\\$", "$1"))', "a$bc"),
    ],
)
async def test_replace_is_that_of_xpath(asked: Asked, expression: str, value: str) -> None:
    assert await asked.rows(f"SELECT ({expression} AS ?x) {{}}") == [(value,)]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT (GROUP_CONCAT(?x) AS ?g) { VALUES ?x { :a 1 } }", [":a 1"]),
        ("SELECT (GROUP_CONCAT(DISTINCT ?x; SEPARATOR=',') AS ?g) { VALUES ?x { 1 1 } }", ["1"]),
        (
            "SELECT (GROUP_CONCAT(DISTINCT ?x) AS ?g) "
            "{ VALUES ?x { 'a'@en--ltr 'a'@en--rtl 'a'@en 'a'@en--rtl } }",
            ["a a a"],
        ),
        (
            'SELECT (GROUP_CONCAT(DISTINCT ?x) AS ?g) { VALUES ?x { "a"@en "a"@fr 1 "1" 1 :a } }',
            ["a a 1 1 :a"],
        ),
        (
            'SELECT (LANG(GROUP_CONCAT(?x)) = "" AS ?g) { VALUES ?x { "a"@en "b"@en } }',
            ["true"],
        ),
        ("SELECT (GROUP_CONCAT(STR(?x); SEPARATOR=', ') AS ?g) { VALUES ?x { :a 1 } }", [":a, 1"]),
    ],
)
async def test_group_concat_takes_any_value_that_has_a_text(
    asked: Asked, query: str, rows: list[str]
) -> None:
    assert await asked.rows(query) == [(row,) for row in rows]


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        ("?a :q ?z FILTER EXISTS { ?a :q ?b MINUS { ?x :p ?y } }", [":a :b"]),
        ("?a :q ?z FILTER EXISTS { ?a :q ?b MINUS { } }", [":a :b"]),
        ("?a :q ?z FILTER EXISTS { ?a :q ?b MINUS { VALUES ?k { 1 } } }", [":a :b"]),
        ("?a :q ?z FILTER NOT EXISTS { ?a :q ?b MINUS { ?x :p ?y } }", []),
        ("?a :q ?z FILTER EXISTS { ?a :q ?b MINUS { ?x :q ?b } }", []),
        ("?a :q ?z FILTER EXISTS { ?a :q ?b OPTIONAL { ?a :r ?c } MINUS { ?b :p ?b } }", [":a :b"]),
        ("?a :q ?z FILTER EXISTS { { SELECT ?a { ?a :q ?b MINUS { ?x :p ?y } } } }", [":a :b"]),
        (
            "?a :p ?z OPTIONAL { ?a :p ?y OPTIONAL { ?a :p ?b MINUS { } } }",
            [":a :b :b :b", ":b :c :c :c"],
        ),
        (
            "?a :p ?z OPTIONAL { ?a :p ?y OPTIONAL { ?a :q ?b MINUS { ?m :p ?b . ?b :p ?z } } }",
            [":a :b :b ", ":b :c :c "],
        ),
        (
            "?a :p ?z OPTIONAL { ?a :p ?b OPTIONAL { { ?b :p ?c FILTER(?a = :a) } } }",
            [":a :b :b ", ":b :c :c "],
        ),
        (
            "?a :p ?z OPTIONAL { ?a :p ?b OPTIONAL { ?b :p ?c FILTER(?a = :a) } }",
            [":a :b :b :c", ":b :c :c "],
        ),
        (
            "?a :p ?z OPTIONAL { ?a :p ?y OPTIONAL { ?a :p ?y BIND(?z AS ?c) } }",
            [":a :b :b ", ":b :c :c "],
        ),
        (
            "?a :p ?z OPTIONAL { ?a :p ?y OPTIONAL { { SELECT ?a ?b { ?a :p ?b } ORDER BY ?a "
            "LIMIT 1 } } }",
            [":a :b :b :b", ":b :c :c "],
        ),
        (
            "?a :p ?z OPTIONAL { ?a :p ?y FILTER(?z = ?y) "
            "OPTIONAL { { ?b :q ?c FILTER(?b = ?a) } } OPTIONAL { ?a :q ?d } }",
            [":a :b :b   :b", ":b :c :c   "],
        ),
        (
            "?b :q ?k OPTIONAL { { ?c :p ?a FILTER NOT EXISTS { ?k :p ?b } } ?b :p ?a }",
            [":a :b  "],
        ),
        (
            "VALUES ?a { :b :c } { ?z :p ?a OPTIONAL { ?z :p ?y OPTIONAL { ?a :q ?x } } }",
            [":b :a  ", ":c :b  "],
        ),
    ],
)
async def test_nothing_comes_into_a_pattern_from_outside(
    asked: Asked, pattern: str, rows: list[str]
) -> None:
    """Sections 18.2.2.6, 18.5 and 18.6: each side is evaluated for itself, and then joined."""
    found = await asked.rows(f"SELECT * {{ {pattern} }}")
    assert [" ".join(row) for row in found] == rows


_ILL_TYPED = ["boolean", "date", "dateTime", "time", "duration", "dayTimeDuration", "gYear"]


@pytest.mark.parametrize("kind", _ILL_TYPED)
async def test_nothing_is_known_of_a_number_and_what_has_no_value(asked: Asked, kind: str) -> None:
    """Section 17.4.1.7: two literals that are not the same term, of which one has no value."""
    forms = {
        "?ill = ?n": "",
        "?n != ?ill": "",
        "?n IN (?ill)": "",
        "?n NOT IN (?ill, 2)": "",
        "?n IN (?ill, ?n)": "true",
        "?ill = ?n || true": "true",
        "COALESCE(?ill = ?n, 'unknown')": "unknown",
        "IF(?ill != ?n, 1, 2)": "",
    }
    columns = " ".join(f"({form} AS ?x{number})" for number, form in enumerate(forms))
    others = ("1", "1e0", "9223372036854775808", '"1"^^xsd:float')
    rows = " ".join(f'("abc"^^xsd:{kind} {other})' for other in others)
    found = await asked.rows(f"SELECT {columns} {{ VALUES (?ill ?n) {{ {rows} }} }}")
    assert found == [tuple(forms.values())] * len(others)


async def test_nan_is_not_less_than_what_is_no_number(asked: Asked) -> None:
    nan = 'VALUES ?nan { "NaN"^^xsd:double }'
    others = """VALUES ?other { true "a" "2025-01-31"^^xsd:date "x"^^:none :a }"""
    found = await asked.rows(
        f"SELECT (?nan <= ?other AS ?x) (?nan >= ?nan AS ?y) {{ {nan} {others} }}"
    )
    assert found == [("", "false")] * 5


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("{ SELECT ?a { ?a :p ?c FILTER(BOUND(?k)) } }", []),
        ("{ SELECT ?a { ?a :p ?c OPTIONAL { ?a :none ?k } FILTER(!BOUND(?k)) } }", [":b"]),
        ("{ SELECT ?a ?b { { SELECT ?a ?k { ?a :p ?b FILTER(BOUND(?k)) } } } }", []),
        ("{ SELECT (COUNT(?k) AS ?n) { ?a :p ?c OPTIONAL { ?a :q ?k } } } FILTER(?n = 1)", [":b"]),
        ("{ SELECT ?k { ?a :q ?k FILTER(BOUND(?k)) } }", [":b"]),
        ("{ SELECT * { ?a :q ?k FILTER(BOUND(?k)) } }", [":b"]),
    ],
)
async def test_a_subquery_below_exists_has_variables_of_its_own(
    asked: Asked, condition: str, rows: list[str]
) -> None:
    """Section 18.2.4.4: what it does not project is not that of the same name outside."""
    found = await asked.rows(f"SELECT ?k {{ :a :q ?k FILTER EXISTS {{ {condition} }} }}")
    assert [row for (row,) in found] == rows


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT * { ?s :q :b VALUES ?x { 1 } :a !:none :b }", [":a 1", ":a 1"]),
        ("SELECT * { GRAPH ?g { :t !:none 3 . } }", [":g3"]),
    ],
)
async def test_a_star_shows_no_variable_that_the_query_does_not_have(
    asked: Asked, query: str, rows: list[str]
) -> None:
    assert [" ".join(row) for row in await asked.rows(query)] == rows


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('REGEX("a", "a#b", "x")', "false"),
        ('REPLACE("a#b", "a #b", "Z", "x")', "Z"),
        ('REGEX("a b", "^a[ ] b$", "xi")', "true"),
        ('REGEX("a", CONCAT("a #", "b"), LCASE("X"))', "false"),
        ('REGEX("A#b", CONCAT("a #", "b"), "ix")', "true"),
        ('REPLACE("a#b", "a#b", "Z", LCASE("X"))', "Z"),
        ('REGEX("a", "a#b", SUBSTR("x", 2))', "false"),
    ],
)
async def test_a_number_sign_in_a_regular_expression_begins_no_comment(
    asked: Asked, expression: str, value: str
) -> None:
    assert await asked.rows(f"SELECT ({expression} AS ?x) {{}}") == [(value,)]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ('SELECT (COUNT(DISTINCT ?u) AS ?n) { VALUES ?b {1 2 3} BIND(BNODE("x") AS ?u) }', ["3"]),
        ('SELECT (ISBLANK(BNODE("x y!")) AS ?y) (ISBLANK(BNODE()) AS ?z) {}', ["true true"]),
        ('SELECT (ISBLANK(BNODE("")) AS ?y) {}', ["true"]),
        ("SELECT (ISBLANK(BNODE(?b)) AS ?y) { VALUES ?b { 1 :a 'a'@en 'b' UNDEF } }", ["true"]),
    ],
)
async def test_a_blank_node_of_a_text_is_of_one_solution(
    asked: Asked, query: str, rows: list[str]
) -> None:
    found = [" ".join(row) for row in await asked.rows(query)]
    assert [row for row in found if row] == rows


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("IF(EXISTS { ?a :q _:x }, true, false)", [":a :b"]),
        ("COALESCE(EXISTS { ?a :q _:x . _:x :p _:y.z }, false)", [":a :b"]),
        ("true = EXISTS { { ?a :q _:x } UNION { ?a :none _:y } }", [":a :b"]),
        ("EXISTS { ?a :q _:x } IN (false)", [":b :c"]),
        ("IF(EXISTS { ?a :q _:x }, true, EXISTS { ?a :none _:y })", [":a :b"]),
    ],
)
async def test_a_blank_node_may_have_a_label_in_any_exists(
    asked: Asked, condition: str, rows: list[str]
) -> None:
    query = f"SELECT * {{ VALUES ?a {{ :a :b }} ?a :p ?b FILTER({condition}) }}"
    assert [" ".join(row) for row in await asked.rows(query)] == rows


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("COALESCE (?x, 0)", "0"),
        ('concat\n # (\n("CONCAT (", "b")', "CONCAT (b"),
        ("ISBLANK(BNODE ())", "true"),
        ("ISBLANK(BNODE( ))", "true"),
        ("ISBLANK(BNODE # x\n ( ))", "true"),
        ("ISBLANK(BNODE ('x'))", "true"),
    ],
)
async def test_white_space_may_stand_before_a_parenthesis(
    asked: Asked, expression: str, value: str
) -> None:
    assert await asked.rows(f"SELECT ({expression} AS ?y) {{}}") == [(value,)]


async def test_labels_in_two_patterns_are_still_a_mistake(asked: Asked) -> None:
    query = "SELECT * { ?a :p _:x FILTER(IF(EXISTS { ?a :q _:x }, true, false)) }"
    assert (await asked.get(query)).status_code == 400


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT ?k (COUNT(*) AS ?n) { VALUES ?a {1 1 2} } GROUP BY (?a AS ?k)", ["1 2", "2 1"]),
        (
            "SELECT ?n { { SELECT ?k (COUNT(*) AS ?n) { VALUES ?a {1 1 UNDEF} } "
            "group by # keys\n ((?a)as?k) ?order (STR(1) AS ?l) HAVING (COUNT(*) > 1) } }",
            ["2"],
        ),
        ("SELECT (?a AS ?k) { VALUES ?a {1 2} } GROUP BY ?a ORDER BY (?a)", ["1", "2"]),
    ],
)
async def test_a_variable_that_is_grouped_by_may_have_another_name(
    asked: Asked, query: str, rows: list[str]
) -> None:
    assert [" ".join(row) for row in await asked.rows(query)] == rows


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s HAVING (?n > 1)", "HAVING (COUNT"),
        ("SELECT * { :a !:none :b . }", "COUNT"),
        ("DESCRIBE * { GRAPH ?g { :t !:none 3 } }", "COUNT"),
        ("SELECT ?o { ?o !:none (1 2) }", "Use variables"),
        ('SELECT * { ?s ?p ?o FILTER(REGEX(?o, "(a)\\\\1")) }', "regular expression"),
        ('SELECT * { ?s ?p ?o FILTER(REGEX(?o, "[")) }', "line 1"),
        ('SELECT * { ?s ?p ?o FILTER(REGEX(?o, "[a-z-[aeiou]]")) }', "subtract"),
        ('SELECT * { ?s ?p ?o FILTER(REGEX(?o, "x-[0-9]-[a&&b]")) }', "subtract"),
        ('SELECT (REPLACE("a", "a", "$") AS ?x) {}', "needs a digit"),
        ("SELECT * { ?s ?p ?o FILTER(DATATYPE(?o) = xsd:int) }", "xsd:integer"),
        ("SELECT * { ?s ?p ?o FILTER(DATATYPE(?o) IN (xsd:short, xsd:date)) }", "xsd:integer"),
        ("SELECT * { _:b :p|:q ?o FILTER(?o = 1) _:b :r ?x }", "Use a variable"),
        (
            "SELECT * { ?a :p ?z FILTER EXISTS { OPTIONAL { ?z :q ?b } MINUS { ?b :p ?c } } }",
            "FILTER NOT EXISTS",
        ),
        ('SELECT (BNODE("x") AS ?a) (BNODE("x") AS ?b) {}', "BIND(BNODE() AS"),
        ("SELECT * { :nowhere :p* [ :q (1) ] }", "in the place of the blank nodes"),
        (
            "SELECT (COUNT(STR(?k)) AS ?n) { ?s ?p ?o } GROUP BY (STR(?s) AS ?k)",
            "BIND",
        ),
    ],
)
async def test_what_cannot_be_answered_rightly_is_refused_with_a_way_out(
    asked: Asked, query: str, said: str
) -> None:
    response = await asked.get(query)
    assert response.status_code == 400, response.text
    assert said in response.text
