"""Numbers, casts and comparisons have the values of XML Schema and XPath, or are refused."""

from __future__ import annotations

import pytest

from pledgegraph.namespaces import RDF
from tests.api.sparql.conftest import Asked

pytestmark = pytest.mark.anyio

LARGE = "9223372036854775808"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("xsd:integer(1e6)", "1000000"),
        ("xsd:integer(-1e15)", "-1000000000000000"),
        ("xsd:integer('1e6'^^xsd:float)", "1000000"),
        ("xsd:integer(1e30)", "1000000000000000019884624838656"),
        ("xsd:integer('INF'^^xsd:double)", ""),
        ("xsd:integer(true)", "1"),
        ("xsd:decimal(1e17)", "100000000000000000"),
        ("xsd:decimal(1e21)", "1000000000000000000000"),
        ("xsd:decimal(1.5e0)", "1.5"),
        ("xsd:decimal(-1.1e0)", "-1.100000000000000089"),
        ("xsd:decimal('1.1234567890123456789')", "1.1234567890123456789"),
        ("xsd:double('inf')", ""),
        ("xsd:double('infinity')", ""),
        ("xsd:float('nan')", ""),
        ("xsd:double(' INF ')", "INF"),
        ("xsd:double(' -1.5e3 ')", "-1500"),
        ("xsd:float('NaN')", "NaN"),
        ("xsd:decimal('\\t1.5 ')", "1.5"),
        ("xsd:boolean(' true ')", "true"),
        ("xsd:boolean('TRUE')", ""),
        ("xsd:date('\\n2025-01-01 ')", "2025-01-01"),
        ("xsd:dateTime(' 2025-01-01T00:00:00Z')", "2025-01-01T00:00:00Z"),
        ("xsd:date('2025 - 01 - 01')", ""),
        ("true > false", "true"),
        ("true < false", "false"),
        ("false <= true", "true"),
        ("BOUND(?x) < isIRI(:a)", "true"),
        ("true < 1", ""),
        (f"{LARGE} = '+{LARGE}'^^xsd:integer", "true"),
        (f"{LARGE} != {LARGE}.0", "false"),
        (f"{LARGE} = {LARGE}e0", "true"),
        ("9223372036854775809 = 9223372036854775808e0", "true"),
        (f"{LARGE} IN (1, '0{LARGE}'^^xsd:integer)", "true"),
        (f"{LARGE} NOT IN (1, 2)", "true"),
        (f"{LARGE} IN ('x', 1)", "false"),
        (f"{LARGE} IN ('x'^^:dt, 1)", ""),
        ("0.1234567890123456789 = 0.12345678901234567890", "true"),
        ("0.1234567890123456789 > 0.1", "true"),
        ("0.1234567890123456789 + 1", "1.1234567890123456789"),
        ("-123456789012345678901234567890.5 < -1", "true"),
        ("FLOOR(-123456789012345678901234567890.5)", "-123456789012345678901234567891"),
        ("isNumeric(123456789012345678901234567890.5)", "true"),
        ("1 < 'NaN'^^xsd:double", "false"),
        ("!(1 >= xsd:float('NaN'))", "true"),
        ("'NaN'^^xsd:double <= 'NaN'^^xsd:double", "false"),
        ("xsd:double('NaN') >= xsd:double('NaN')", "false"),
        ("xsd:double('3') >= xsd:double('3')", "true"),
        ("'a' <= 'a'", "true"),
        ("'NaN'^^xsd:double < 'a'", ""),
        ("'x'^^xsd:integer != 'x'", ""),
        ("'x' != 'x'^^xsd:integer", ""),
        (f"'1' != {LARGE}", "true"),
        (f"{LARGE} != 'abc'^^xsd:integer", ""),
        (f"{LARGE} != '2025-01-01'^^xsd:date", "true"),
        (f"'P1D'^^xsd:dayTimeDuration IN ('a', {LARGE})", "false"),
        (f"DATATYPE({LARGE} - '1.5'^^xsd:float)", "http://www.w3.org/2001/XMLSchema#float"),
        (f"DATATYPE({LARGE} - 1.5e0)", "http://www.w3.org/2001/XMLSchema#double"),
        (f"{LARGE} NOT IN ('a')", "true"),
        (f"{LARGE} IN ('a'@en, \"b\")", "false"),
        (f"{LARGE} NOT IN ('x'^^:dt)", ""),
        (f"{LARGE} = 'a'", "false"),
        (f"COALESCE({LARGE} = 'a', 'none')", "false"),
        (f"IF({LARGE} = ('a'), 1, 2)", "2"),
        ("+'a'", ""),
        ("+true", ""),
        ("+:a", ""),
        ("+'P1D'^^xsd:duration", ""),
        ("+'2025-01-01'^^xsd:date + 'P1D'^^xsd:dayTimeDuration", ""),
        ("+(+(1.5))", "1.5"),
        (f"+({LARGE}) - +1", "9223372036854775807"),
        ("DATATYPE(+'1.5'^^xsd:float)", "http://www.w3.org/2001/XMLSchema#float"),
        ("xsd:dayTimeDuration('P1Y2M3DT4H'^^xsd:duration)", "P3DT4H"),
        ("xsd:yearMonthDuration('-P14M3D'^^xsd:duration)", "-P1Y2M"),
        ("xsd:yearMonthDuration('P1D'^^xsd:dayTimeDuration)", "P0M"),
        ("xsd:dayTimeDuration('P1Y'^^xsd:yearMonthDuration)", "PT0S"),
        ("xsd:yearMonthDuration('x'^^xsd:duration)", ""),
        ("xsd:dayTimeDuration('P1Y1D')", ""),
        (":a IN ()", "false"),
        ("'a'@en NOT IN ( )", "true"),
        ("1/0 IN ()", "false"),
    ],
)
async def test_a_number_has_the_value_of_the_standards(
    asked: Asked, expression: str, value: str
) -> None:
    assert await asked.rows(f"SELECT ({expression} AS ?found) {{}}") == [(value,)]


async def test_rows_are_not_lost_by_how_a_number_is_written(asked: Asked) -> None:
    values = f"VALUES (?a ?b) {{ ({LARGE} '+{LARGE}'^^xsd:integer) (1 1.0) (1 2) ('a' 'b') }}"
    rows = await asked.rows(f"SELECT ?a {{ {values} FILTER(?a = ?b) }}")
    assert rows == [("1",), (LARGE,)]
    rows = await asked.rows(f"SELECT ?a {{ {values} FILTER(?a NOT IN (1, 2)) }}")
    assert rows == [(LARGE,), ("a",)]


@pytest.mark.parametrize(
    ("literal", "said"),
    [
        ("'infinity'^^xsd:double", "INF"),
        ("'-inf'^^xsd:float", "INF"),
        ("'nan'^^<http://www.w3.org/2001/XMLSchema#double>", "NaN"),
        ("'300'^^xsd:byte", "at most 127"),
        ("'-1'^^xsd:nonNegativeInteger", "at least 0"),
    ],
)
async def test_what_is_no_number_is_not_taken_for_one(
    asked: Asked, literal: str, said: str
) -> None:
    response = await asked.get(f"SELECT * {{ VALUES ?x {{ {literal} }} FILTER(?x > 1) }}")
    assert response.status_code == 400
    assert said in response.text
    assert "line 1, column" in response.text
    harmless = literal.replace("'", "")
    assert await asked.rows(f'SELECT ("{harmless}" AS ?x) {{}} # {literal}')


VALUES = (
    f"VALUES ?x {{ 2 {LARGE} 9223372036854775807 99999999999999999999999 1e3 "
    "99999999999999999999998 -99999999999999999999999 -99999999999999999999998 "
    "0.1234567890123456789 0.1 123456789012345678901234567890.5 'INF'^^xsd:double }"
)
IN_ORDER = [
    "-99999999999999999999999",
    "-99999999999999999999998",
    "0.1",
    "0.1234567890123456789",
    "2",
    "1000",
    "9223372036854775807",
    LARGE,
    "99999999999999999999998",
    "99999999999999999999999",
    "123456789012345678901234567890.5",
    "INF",
]


@pytest.mark.parametrize(
    ("condition", "in_order"),
    [
        ("?x", IN_ORDER),
        ("DESC(?x)", IN_ORDER[::-1]),
        ("ASC(?x + 0)", IN_ORDER),
        ("DESC(isIRI(?x)) desc ( ?x ) STR(?x)", IN_ORDER[::-1]),
    ],
)
async def test_large_numbers_stand_in_order(
    asked: Asked, condition: str, in_order: list[str]
) -> None:
    response = await asked.get(f"SELECT ?x {{ {VALUES} }} ORDER BY {condition}")
    assert response.status_code == 200, response.text
    assert [row["x"]["value"] for row in response.json()["results"]["bindings"]] == in_order


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [
        (f"{LARGE} 1001 5", "5", LARGE),
        (f"{LARGE} 9223372036854775807", "9223372036854775807", LARGE),
        ("-99999999999999999999998 -99999999999999999999999 1e2",
         "-99999999999999999999999", "100"),
        ("99999999999999999999999 99999999999999999999998 'INF'^^xsd:double",
         "99999999999999999999998", "INF"),
        (f":a {LARGE}", ":a", LARGE),
        ("1 2.5", "1", "2.5"),
        ("", "", ""),
    ],
)  # fmt: skip
async def test_the_least_and_the_largest_may_be_large(
    asked: Asked, values: str, least: str, most: str
) -> None:
    query = f"SELECT (MIN(?x) AS ?a) (MAX(?x) AS ?b) {{ VALUES ?x {{ {values} }} }}"
    assert await asked.rows(query) == [(least, most)]


@pytest.mark.parametrize("argument", ["?x", "DISTINCT ?x", "xsd:date(?x)"])
@pytest.mark.parametrize(
    "values",
    [
        "10 9 UNDEF",
        "UNDEF 9 10",
        f"9 UNDEF {LARGE}",
        "'2025-01-01' UNDEF '2024-01-01'",
        "'2025-01-01'^^xsd:date '2024-01-01'^^xsd:date UNDEF",
    ],
)
async def test_a_row_without_a_value_leaves_no_least_and_no_largest(
    asked: Asked, values: str, argument: str
) -> None:
    """Section 18.5.1: what has an error among its values is an error."""
    query = f"SELECT (MIN({argument}) AS ?a) (MAX({argument}) AS ?b) {{ VALUES ?x {{ {values} }} }}"
    assert await asked.rows(query) == [("", "")]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("STRDT('infinity', xsd:double)", ""),
        ("STRDT('nan', IRI(STR(xsd:float)))", ""),
        ("STRDT('INF', xsd:double)", "INF"),
        ("STRDT('300', xsd:byte)", ""),
        ("STRDT('30', xsd:byte) + 1", "31"),
        ("STRDT('infinity', :dt)", "infinity"),
        ("STRDT('1', xsd:integer) + 1", "2"),
        ("STRDT(1, xsd:byte)", ""),
        (f"STRDT('x', <{RDF.iri}langString>)", ""),
        (f"STRDT('x', <{RDF.iri}dirLangString>)", ""),
        (f"STRDT('x', IRI('{RDF.iri}langString'))", ""),
        (f"DATATYPE(STRLANG('x', 'en')) = <{RDF.iri}langString>", "true"),
    ],
)
async def test_a_text_with_a_datatype_is_no_number_that_it_is_not(
    asked: Asked, expression: str, value: str
) -> None:
    assert await asked.rows(f"SELECT ({expression} AS ?found) {{}}") == [(value,)]
