"""The workbench without its script: advice, charts, programs, workbooks, terms and questions."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from python_calamine import CalamineWorkbook

from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from pledgegraph_api.workbench.samples import samples
from tests.api.conftest import BASE, client_of
from tests.api.outline import Outline, rows_of

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PG = "PREFIX pg: <https://w3id.org/pledgegraph/def#>\n"
COUNTED = PG + "SELECT ?kind (COUNT(*) AS ?n) { ?thing a ?kind } GROUP BY ?kind ORDER BY ?kind"


async def page(client: httpx.AsyncClient, **given: str) -> tuple[httpx.Response, Outline]:
    response = await client.get("/sparql", params=given, headers=BROWSER)
    return response, Outline(response.text)


def mended(outline: Outline) -> list[str]:
    """The queries that are offered instead."""
    links = [str(a["href"]) for a in outline.all("a") if a.get("class") == "mend"]
    return [parse_qs(urlsplit(link).query)["query"][0] for link in links]


def absent(outline: Outline) -> list[tuple[str, str]]:
    """Line and column of what is said not to occur."""
    told = [each for each in outline.all("div") if each.get("class") == "notice absent"]
    return [(str(each["data-line"]), str(each["data-column"])) for each in told]


async def test_a_term_that_does_not_occur_is_named_with_what_was_meant(
    client: httpx.AsyncClient,
) -> None:
    query = f"{PG}SELECT ?x ?y {{ ?x a pg:Comitment ;\n  pg:madeby ?y . ?y a pg:Actor }}"
    response, outline = await page(client, query=query)
    assert absent(outline) == [("2", "21"), ("3", "3")]
    assert {"pg:Comitment", "pg:madeby"} <= set(outline.text_of("code"))
    right = [query.replace("Comitment", "Commitment"), query.replace("madeby", "madeBy")]
    assert mended(outline) == right
    assert len(rows_of(response.text)) == 0
    _, outline = await page(client, query=right[0].replace("madeby", "madeBy"))
    assert mended(outline) == []
    assert absent(outline) == []
    # What occurs as a thing, is no name of a thing, or describes the data, is not told of.
    for silent in (
        f"SELECT ?x {{ ?x ?p <{BASE}/id/actor/a> }}",
        "PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?x { ?x a sh:SPARQLExecutable }",
        "SELECT ?x { GRAPH <http://other.example/graph> { ?x ?y ?z } }",
        "PREFIX x: <http://other.example/> SELECT ?x { ?x ?y 'z'^^x:type FILTER(x:f(?x)) }",
        "SELECT ?x { ?x <http://www.w3.org/2001/XMLSchema#dat> ?y }",
        f"{PG}SELECT ?x {{ ?x ?p 'pg:Comitment' }} # pg:Comitment",
    ):
        _, outline = await page(client, query=silent)
        assert absent(outline) == [], silent


async def test_a_record_that_is_not_there_is_named_with_those_that_end_alike(
    client: httpx.AsyncClient,
) -> None:
    query = "SELECT ?p { <https://w3id.org/pledgegraph/id/actor/a> ?p ?o }"
    _, outline = await page(client, query=query)
    assert absent(outline) == [("1", "13")]
    assert mended(outline) == [query.replace("https://w3id.org/pledgegraph", BASE)]
    for silent in (mended(outline)[0], "SELECT ?p { <id/actor/a> ?p ?o }"):
        _, outline = await page(client, query=silent)
        assert absent(outline) == []
    _, outline = await page(client, query="SELECT ?p { ?s ?p <http://other.example/nothing> }")
    assert absent(outline) == [("1", "19")]
    _, outline = await page(client, query=f"{PG}SELECT ?x {{ ?x pg:seat ?y }}")
    assert absent(outline) == [("2", "16")]


async def test_a_class_whose_subclasses_have_instances_is_told_of(
    client: httpx.AsyncClient,
) -> None:
    _, outline = await page(client, query=f"{PG}SELECT ?x {{ ?x a pg:Promise }}")
    (told,) = notices(outline)
    assert "pg:Promise has 0 instances of its own" in told
    counted = (await client.get("/sparql", params={"query": COUNTED})).json()["results"]["bindings"]
    numbers = {row["kind"]["value"]: row["n"]["value"] for row in counted}
    assert f"pg:Commitment {numbers[PG[12:-2] + 'Commitment']}" in told
    assert absent(outline) == []
    query = f"{PG}SELECT DISTINCT ?x {{ ?x a/rdfs:subClassOf* pg:Promise }}"
    query = f"PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> {query}"
    _, outline = await page(client, query=query)
    assert notices(outline) == []
    _, outline = await page(client, query=f"{PG}SELECT ?x {{ ?x a pg:Commitment }}")
    assert notices(outline) == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT ?x { ?s a ?o OPTIONAL { ?s pg:madeBy ?m BIND(STR(?o) AS ?x) } }", "?o"),
        ("SELECT ?s { ?s a ?o { ?s pg:madeBy ?m FILTER(STR(?o) = 'x') } }", "?o"),
        ("SELECT ?x { ?s a ?o OPTIONAL { ?s pg:nothing ?m FILTER(?m != ?o) BIND(?m AS ?x) } }", ""),
        ("SELECT ?s { ?s a ?o FILTER NOT EXISTS { ?s a ?m FILTER(STR(?m) = STR(?o)) } }", ""),
    ],
)
async def test_a_variable_that_has_no_value_in_its_group_is_told_of(
    client: httpx.AsyncClient, query: str, told: str
) -> None:
    _, outline = await page(client, query=PG + query)
    found = [each for each in notices(outline) if "has no value in" in each]
    assert [each.split()[0] for each in found] == [told] * bool(told)
    if told:
        assert "behind the group" in found[0]


def notices(outline: Outline) -> list[str]:
    """What is said of a query that was answered, the mistakes in its names apart."""
    return [text for text in outline.text_of("p") if "Put the" in text or "of its own" in text]


async def test_an_undeclared_prefix_is_offered(client: httpx.AsyncClient) -> None:
    query = "SELECT ?x { ?x a pg:Commitment ; rdfs:label ?l ; other:p ?o }"
    response, outline = await page(client, query=query, limit="7")
    assert response.status_code == 400
    (offered,) = mended(outline)
    assert offered == (f"{PG}PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n{query}")
    (link,) = [str(a["href"]) for a in outline.all("a") if a.get("class") == "mend"]
    assert parse_qs(urlsplit(link).query)["limit"] == ["7"]
    _, outline = await page(client, query="SELECT ?x { ?x a other:Thing }")
    assert mended(outline) == []


async def test_a_syntax_error_says_what_to_write(client: httpx.AsyncClient) -> None:
    response, outline = await page(client, query="SELECT * {\n  ?s ?p\n}")
    assert response.status_code == 400
    assert any("write a value or a variable behind the property" in p for p in outline.text_of("p"))
    told = (await client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o } ORDER ?o"})).json()
    assert told["remedy"] == "Write BY behind ORDER."
    told = (await client.get("/sparql", params={"query": "SELECT * { ?s ?p 1 ] }"})).json()
    assert told["remedy"].startswith("Correct the query at the place named")


async def test_rows_are_shown_as_bars_and_as_a_line(client: httpx.AsyncClient) -> None:
    response, outline = await page(client, query=COUNTED, view="bar")
    table = rows_of(response.text)
    assert table[0] == ["kind", "", "n"]
    answer = (await client.get("/sparql", params={"query": COUNTED})).json()["results"]["bindings"]
    assert [row[-1] for row in table[1:]] == [row["n"]["value"] for row in answer]
    widths = [int(str(each["width"])) for each in outline.all("rect")]
    numbers = [int(row["n"]["value"]) for row in answer]
    assert widths == [round(number / max(numbers) * 1000) for number in numbers]
    query = "SELECT ?year ?n { VALUES (?year ?n) { ('2026' 3) ('2024' -1) ('2025' 1.5) } }"
    response, outline = await page(client, query=query, view="line")
    assert [row[0] for row in rows_of(response.text)[1:]] == ["2024", "2025", "2026"]
    (line,) = outline.all("polyline")
    assert str(line["points"]).split() == ["0.0,300.0", "500.0,112.5", "1000.0,0.0"]


@pytest.mark.parametrize(
    ("query", "view", "why"),
    [
        (
            "SELECT ?a ?b { VALUES (?a ?b) { ('x' 'y') ('z' 'w') } }",
            "bar",
            "no column holds numbers",
        ),
        ("SELECT ?n { VALUES ?n { 1 2 } }", "bar", "the answer has one column"),
        ("SELECT ?a ?n { VALUES (?a ?n) { ('x' 1) } }", "bar", "at least two rows"),
        ("SELECT ?a ?n { VALUES (?a ?n) { ('x' 1) ('y' 2) } }", "line", "days, years or numbers"),
    ],
)
async def test_what_cannot_be_drawn_says_why(
    client: httpx.AsyncClient, query: str, view: str, why: str
) -> None:
    response, outline = await page(client, query=query, view=view)
    assert any(why in text for text in outline.text_of("p")), response.text
    assert not outline.all("svg")
    # The rows are there all the same.
    assert len(rows_of(response.text)) > 1


async def test_an_unknown_view_is_refused_with_the_choices(client: httpx.AsyncClient) -> None:
    response = await client.get("/sparql", params={"query": COUNTED, "view": "pie"})
    assert response.status_code == 400
    assert "table, bar or line" in response.json()["detail"]


async def test_a_cut_answer_is_flagged_in_chart_and_file(client: httpx.AsyncClient) -> None:
    _, outline = await page(client, query=COUNTED, view="bar", limit="2")
    assert any("only the beginning of the answer" in text for text in outline.text_of("p"))
    response = await client.get(
        "/sparql", params={"query": COUNTED, "format": "xlsx", "limit": "2"}
    )
    about, answer = sheets(response)
    assert any("These are not all rows" in str(cell) for row in about for cell in row)
    assert len(answer) == 1 + 2


def sheets(response: httpx.Response) -> list[list[list[object]]]:
    assert response.status_code == 200, response.text
    assert response.headers["content-disposition"] == 'attachment; filename="answer.xlsx"'
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return [list(map(list, book.get_sheet_by_index(at).to_python())) for at in range(2)]


async def test_an_answer_as_a_workbook(client: httpx.AsyncClient) -> None:
    query = f"""SELECT ?thing ?day ?n ?text {{ VALUES (?thing ?day ?n ?text) {{
      (<{BASE}/id/commitment/water> "2030-12-31"^^<http://www.w3.org/2001/XMLSchema#date> 5 "=1+1")
      (<x:y> UNDEF 12345678901234567890 "a") }} }}"""
    response = await client.get("/sparql", params={"query": query, "format": "xlsx"})
    about, answer = sheets(response)
    assert answer[0] == ["thing", "thing (name)", "day", "n", "text"]
    assert answer[1][:2] == [f"{BASE}/id/commitment/water", 'Clean water, "for all"']
    assert str(answer[1][2]) == "2030-12-31"
    assert answer[1][3:] == [5.0, "=1+1"]
    # More digits than a spreadsheet keeps stay as they are.
    assert answer[2] == ["x:y", "", "", "12345678901234567890", "a"]
    assert not any("not all rows" in str(cell) for row in about for cell in row)
    truth = await client.get("/sparql", params={"query": "ASK {}", "format": "xlsx"})
    assert sheets(truth)[1] == [["answer"], ["Yes."]]
    graph = await client.get(
        "/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }", "format": "xlsx"}
    )
    assert graph.status_code == 406


async def test_the_terms_are_those_of_the_data(client: httpx.AsyncClient) -> None:
    response = await client.get("/sparql/terms", params={"lang": "fr"})
    found = response.json()
    classes = {each["name"]: each for each in found["classes"]}
    commitment = classes["pg:Commitment"]
    assert commitment["instances"] == 2
    uses = {each["name"]: each for each in commitment["properties"]}
    assert uses["pg:madeBy"] == {"name": "pg:madeBy", "triples": 2, "leadsTo": ["pg:Actor"]}
    assert uses["pg:dueDate"]["leadsTo"] == ["xsd:date"]
    # The ontology's names, in the language; its terms that nothing uses are known, too.
    assert commitment["label"] == "engagement"
    assert classes["pg:Undertaking"]["instances"] == 0
    assert found["prefixes"]["pg"] == "https://w3id.org/pledgegraph/def#"
    again = await client.get(
        "/sparql/terms", params={"lang": "fr"}, headers={"If-None-Match": response.headers["etag"]}
    )
    assert again.status_code == 304
    listed = await client.get("/sparql/terms", headers=BROWSER)
    outline = Outline(listed.text)
    assert "pg:Commitment" in outline.text_of("code")
    asked = [str(a["href"]) for a in outline.all("a") if "query=" in str(a["href"])]
    for each in asked:
        assert len(rows_of((await client.get(each, headers=BROWSER)).text)) > 1
    form, outline = await page(client)
    assert "commitment" in outline.text_of("a")
    assert form.status_code == 200


async def test_a_question_is_opened_with_its_parameters_as_fields(
    shipped: httpx.AsyncClient,
) -> None:
    response, outline = await page(shipped, question="due-dates", months="60", day="2026-01-01")
    assert response.status_code == 200
    fields = {str(each["name"]): str(each.get("value", "")) for each in outline.all("input")}
    assert (fields["question"], fields["months"], fields["day"]) == (
        "due-dates",
        "60",
        "2026-01-01",
    )
    (query,) = outline.text_of("textarea")
    given = {"question": "due-dates", "months": "60", "day": "2026-01-01"}
    own = await shipped.get(
        "/queries/due-dates", params={"months": "60", "day": "2026-01-01", "format": "csv"}
    )
    own_rows = [row.rpartition(",")[0] for row in own.text.splitlines()]
    assert len(own_rows) > 2
    for more in ({"query": query}, {}):
        here = await shipped.get("/sparql", params={**given, **more, "format": "csv"})
        # Here it comes whole, there in portions, which the last column leads through.
        rows = [row.rpartition(",")[0] for row in here.text.splitlines()]
        assert set(own_rows) <= set(rows)
    fewer = await shipped.get(
        "/sparql", params={**given, "months": "1", "query": query, "format": "csv"}
    )
    assert len(fewer.text.splitlines()) < len(rows)
    response, outline = await page(shipped, query=query, **{**given, "months": "many"})
    assert response.status_code == 400
    assert any("many" in text for text in outline.text_of("p"))
    wrong = await shipped.get("/sparql", params={"question": "due-date"})
    assert wrong.status_code == 404
    assert "due-dates" in json.dumps(wrong.json())


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { VALUES ?x { 'a' \"b\" '''c\n\"d' ''' } }",
        r"""SELECT ?x { VALUES ?x { "\\ \" ' $HOME `id` %s {0} )\" )-\" " } } # 'x' \\""",
        'SELECT ("""a""" AS ?x) {}',
    ],
)
def test_programs_have_the_query_as_it_is(query: str) -> None:
    """Each is run as far as it can be without a service: it has to say what it would ask."""
    curl, python, r = samples("http://127.0.0.1:9/sparql", [("query", query)], form="csv")
    shown = subprocess.run(
        ["sh", "-c", curl.text.replace("curl ", "printf '%s\\0' ", 1)],
        capture_output=True,
        check=True,
    ).stdout
    assert f"query={query}".encode() in shown.split(b"\0")
    code = (
        python.text.split("\nform = ")[0] + "\nimport sys; sys.stdout.buffer.write(query.encode())"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert asked.decode() == query
    begin = r.text.index('r"') + 2
    dashes = r.text[begin : r.text.index("(", begin)]
    assert r.text[begin + len(dashes) + 1 :].partition(f'){dashes}"')[0] == query


async def test_without_the_bundle_it_is_the_form(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledgegraph_api.web.assets._BUILT", engine.directory.path / "nowhere")
    settings = Settings(data_dir=engine.directory.path, base=BASE)
    async with client_of(create_app(settings, engine)) as client:
        response, outline = await page(client, query="SELECT (1 AS ?x) {}")
        assert not outline.all("script")
        assert "script-src" not in response.headers["content-security-policy"]
        assert rows_of(response.text) == [["x"], ["1"]]
