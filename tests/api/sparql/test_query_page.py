"""Answers to queries of browsers: the form above, the beginning of the answer below."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.api.outline import Outline, rows_of

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NUMBERS = """\
SELECT ?n {
  VALUES ?a { 0 1 2 3 4 5 6 7 8 9 } VALUES ?b { 0 1 2 3 4 5 6 7 8 9 }
  VALUES ?c { 0 1 2 3 4 5 6 7 8 9 } VALUES ?d { 0 1 2 3 4 5 6 7 8 9 }
  BIND (1000 * ?d + 100 * ?c + 10 * ?b + ?a AS ?n)
} LIMIT %d"""


async def ask(client: httpx.AsyncClient, query: str, **more: str) -> tuple[httpx.Response, Outline]:
    response = await client.get("/sparql", params={"query": query, **more}, headers=BROWSER)
    assert response.headers["content-type"] == "text/html; charset=utf-8", response.text
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src" not in policy or "script-src 'self';" in f"{policy};"
    return response, Outline(response.text)


def fact(outline: Outline, name: str) -> str:
    return dict(zip(outline.text_of("dt"), outline.text_of("dd"), strict=True))[name]


async def test_rows_become_a_table(client: httpx.AsyncClient) -> None:
    query = "SELECT ?b ?a { VALUES (?b ?a) { (1 'x') (UNDEF 'y'@fr) } }"
    response, outline = await ask(client, query)
    assert response.status_code == 200
    assert response.headers["pledgegraph-snapshot"] == "1"
    assert "Accept" in response.headers["vary"]
    assert rows_of(response.text) == [["b", "a"], ["1", "x"], ["", "y"]]
    assert fact(outline, "Rows") == "2"
    assert fact(outline, "Snapshot of the data") == "1"
    assert fact(outline, "Time taken").endswith(" s")
    assert [each["lang"] for each in outline.all("span") if "lang" in each] == ["fr"]
    (lasting,) = [str(a["href"]) for a in outline.all("a") if a.get("rel") == "bookmark"]
    assert rows_of((await client.get(lasting)).text) == [["b", "a"], ["1", "x"], ["", "y"]]
    # The query can be edited where it stands.
    assert outline.text_of("textarea") == [query]


async def test_a_text_has_the_direction_that_it_says(client: httpx.AsyncClient) -> None:
    query = """SELECT ?x ?xName ?y { VALUES (?x ?xName ?y) {
      (<http://a/1> "a-1"@ar--rtl "b-2"@en--ltr) (UNDEF "c-3"@he--rtl "d"@fr) } }"""
    _, outline = await ask(client, query)
    spoken = [each for each in outline.all("span") if {"lang", "dir"} <= each.keys()]
    found = sorted((each["lang"], each["dir"]) for each in spoken)
    assert found == [("ar", "rtl"), ("en", "ltr"), ("he", "rtl")]
    assert "rdf:dirLangString" not in outline.text_of("span")


async def test_labels_stand_beside_what_they_name(client: httpx.AsyncClient) -> None:
    query = """SELECT ?x ?xName ?y ?yLabel ?z ?zName {
      VALUES (?x ?xName ?y ?yLabel ?z ?zName) {
        (<http://a/1> "One" UNDEF "Two" "three" "Three") (<http://a/2> UNDEF UNDEF UNDEF 4 "Four")
      } }"""
    response, _ = await ask(client, query)
    # A value that is text already is not hidden behind its name.
    assert rows_of(response.text) == [
        ["x", "y", "z", "zName"],
        ["One http://a/1", "Two", "three", "Three"],
        ["http://a/2", "", "4", "Four"],
    ]


async def test_iris_are_short_and_only_those_of_the_web_are_links(
    client: httpx.AsyncClient,
) -> None:
    query = """SELECT ?i { VALUES ?i {
      <javascript:alert(1)> <JavaScript:alert(1)> <data:text/html,x> <mailto:a@b.example>
      <urn:x> <vbscript:x> <file:///etc/passwd>
      <https://data.example.org/id/pledge/water> <http://elsewhere.example/?a=1&b=2#c>
      <https://w3id.org/pledgegraph/scheme/status#completed>
      <https://w3id.org/pledgegraph/def#Commitment> <HTTPS://UPPER.example/>
    } }"""
    response, outline = await ask(client, query)
    inside = response.text[response.text.index("<table>") : response.text.index("</table>")]
    links = Outline(f"<!doctype html><title>x</title>{inside}</table>").attribute("a", "href")
    assert links == [
        "/id/pledge/water",
        "http://elsewhere.example/?a=1&b=2#c",
        "/scheme/status#completed",
        "/def#Commitment",
        "HTTPS://UPPER.example/",
    ]
    about = await client.get("/id/commitment/water", headers={"Accept": "text/turtle"})
    assert (about.status_code, about.headers["location"]) == (303, "/doc/commitment/water")
    shown = [row[0] for row in rows_of(response.text)]
    assert "javascript:alert(1)" in shown
    assert {"id/pledge/water", "status:completed", "pg:Commitment"} <= set(shown)
    assert not any(
        str(href).lower().startswith("javascript") for href in outline.attribute("a", "href")
    )


async def test_markup_is_inert(client: httpx.AsyncClient) -> None:
    bad = "</textarea></td></table><script>alert(1)</script><img src=x onerror=alert(1)>"
    query = f"""# {bad}
    SELECT ("{bad}" AS ?text) ("x"^^<http://x/?a=%3Cscript%3E> AS ?typed)
      (STRLANG("{bad}", "en") AS ?tagged) {{}}"""
    response, outline = await ask(client, query)
    assert not outline.all("img")
    # The script of the editor, where there is one, is a file of ours.
    assert all(str(each["src"]).startswith("/static/") for each in outline.all("script"))
    assert bad not in response.text
    assert rows_of(response.text)[1][0] == bad
    graph, outline = await ask(client, f'CONSTRUCT {{ <x:a> <x:b> "{bad}" }} {{}}')
    assert bad not in graph.text
    wrong, outline = await ask(client, f"SELECT {bad}")
    assert (wrong.status_code, bad in wrong.text) == (400, False)


async def test_characters_that_no_page_can_hold(client: httpx.AsyncClient) -> None:
    query = r'SELECT ?x { VALUES ?x { "a\u0001b\u0008\u007F\u0085c\td" "\u202Eabc" } }'
    response, _ = await ask(client, query)
    assert rows_of(response.text)[1] == ["a\ufffdb\ufffd\ufffd\ufffdc d"]


async def test_its_links_and_its_form_keep_the_limits_and_the_version(
    client: httpx.AsyncClient,
) -> None:
    asked = {"limit": "5", "timeout": "2.5", "version": "1"}
    response, outline = await ask(client, NUMBERS % 50, **asked)
    assert len(rows_of(response.text)) == 1 + 5
    links = [str(link["href"]) for link in outline.all("a")]
    again = [parse_qs(urlsplit(each).query) for each in links if "query=" in each]
    again = [each for each in again if each["query"] == [NUMBERS % 50]]
    # The lasting address, the explanation, and the downloads.
    assert len(again) > 6
    for each in again:
        assert {name: each[name] for name in asked} == {name: [it] for name, it in asked.items()}
    hidden = {i["name"]: i["value"] for i in outline.content("input") if i.get("type") == "hidden"}
    assert hidden == asked
    (csv,) = [each for each in links if each.endswith("format=csv")]
    # Which five is the engine's choice.
    assert len((await client.get(csv)).text.splitlines()) == 1 + 5
    # As small a number as the parameter takes comes back as a number.
    _, outline = await ask(client, "SELECT {", timeout="0.000000001")
    (kept,) = [i["value"] for i in outline.content("input") if i["name"] == "timeout"]
    assert kept == "0.000000001"


@pytest.mark.parametrize(("count", "shown", "cut"), [(1000, 1000, False), (1001, 1000, True)])
async def test_a_long_answer_is_cut_and_says_so(
    client: httpx.AsyncClient, count: int, shown: int, *, cut: bool
) -> None:
    response, outline = await ask(client, NUMBERS % count)
    assert len(rows_of(response.text)) == shown + 1
    said = "This page shows only the beginning of the answer."
    assert (said in response.text) is cut
    assert fact(outline, "Rows") == (
        "the first 1,000 are shown; there are more" if cut else "1,000"
    )
    links = [str(each["href"]) for each in outline.all("a") if "download" in each]
    (csv,) = [link for link in links if link.endswith("format=csv")]
    whole = await client.get(csv, headers=BROWSER)
    assert len(whole.text.splitlines()) == count + 1


async def test_a_wide_answer_and_long_cells_are_cut_too(client: httpx.AsyncClient) -> None:
    columns = " ".join(f"(?n + {n} AS ?n{n})" for n in range(100))
    inner = NUMBERS % 1000
    response, _ = await ask(client, f"SELECT {columns} {{ {{ {inner} }} }}")
    assert len(rows_of(response.text)) == 201
    assert "only the beginning" in response.text
    doubled = " ".join(f"BIND (CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(14))
    long = f"SELECT ?s14 {{ {{ {NUMBERS % 1000} }} BIND ('xxxxxxxxxx' AS ?s0) {doubled} }}"
    response, _ = await ask(client, long)
    assert len(response.content) < 2_000_000
    assert "only the beginning" in response.text
    assert len(rows_of(response.text)) < 10


async def test_a_first_row_that_is_too_long(client: httpx.AsyncClient) -> None:
    doubled = " ".join(f"BIND (CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(18))
    response, outline = await ask(client, f"SELECT ?s18 {{ BIND ('xxxxxxxxxx' AS ?s0) {doubled} }}")
    assert response.status_code == 200
    assert "only the beginning" in response.text
    assert not outline.all("table")
    assert "No rows" not in response.text


@pytest.mark.parametrize(("query", "said"), [("ASK {}", "Yes."), ("ASK { <x:x> ?p ?o }", "No.")])
async def test_yes_and_no(client: httpx.AsyncClient, query: str, said: str) -> None:
    _, outline = await ask(client, query)
    assert said in outline.text_of("p")


async def test_no_rows_and_an_empty_graph(client: httpx.AsyncClient) -> None:
    response, outline = await ask(client, "SELECT ?s { ?s <x:x> ?o }")
    assert "No rows" in response.text
    assert fact(outline, "Rows") == "0"
    response, _ = await ask(client, "CONSTRUCT WHERE { ?s <x:x> ?o }")
    assert response.status_code == 200


async def test_solutions_without_variables(client: httpx.AsyncClient) -> None:
    response, outline = await ask(client, "SELECT * {}")
    assert response.status_code == 200
    assert fact(outline, "Rows") == "1"


async def test_a_graph_is_shown_as_turtle(client: httpx.AsyncClient) -> None:
    _, outline = await ask(client, "CONSTRUCT WHERE { ?s ?p ?o }")
    assert any("@prefix pg:" in text for text in outline.text_of("code"))
    links = [str(each["href"]) for each in outline.all("a") if "download" in each]
    assert [link.rpartition("=")[2] for link in links] == [
        "turtle",
        "ntriples",
        "rdfxml",
        "jsonld",
        "trig",
        "nquads",
    ]
    assert (await client.get(links[1])).headers["content-type"] == "application/n-triples"


async def test_a_long_graph_is_cut_and_says_so(client: httpx.AsyncClient) -> None:
    each = "BIND (IRI(CONCAT('x:', STR(?n))) AS ?s)"
    query = f"CONSTRUCT {{ ?s <x:n> ?n }} {{ {{ {NUMBERS % 10000} }} {each} }}"
    response, _ = await ask(client, query)
    assert "only the beginning" in response.text
    assert len(response.content) < 600_000


@pytest.mark.parametrize(
    ("query", "status", "title"),
    [
        ("SELECT * WHERE {", 400, "Syntax error in the query"),
        ("SELECT * { SERVICE <http://x/> {} }", 400, "The query asks for something"),
        ("DROP ALL", 400, "Syntax error in the query"),
    ],
)
async def test_what_is_wrong_stands_above_the_query(
    client: httpx.AsyncClient, query: str, status: int, title: str
) -> None:
    response, outline = await ask(client, query)
    assert response.status_code == status
    assert response.headers["cache-control"] == "no-store"
    assert outline.text_of("strong")[0].startswith(title)
    assert outline.text_of("textarea") == [query]
    (field,) = outline.all("textarea")
    assert field["aria-invalid"] == "true"
    ids = {str(attrs["id"]) for _, attrs in outline.tags if "id" in attrs}
    assert set(str(field["aria-describedby"]).split()) <= ids


async def test_a_syntax_error_has_its_place(client: httpx.AsyncClient) -> None:
    response, outline = await ask(client, "SELECT *\nWHERE { ?s ?p }")
    assert response.status_code == 400
    (place,) = [text for text in outline.text_of("p") if text.startswith("Line ")]
    assert place.startswith("Line 2, column ")


async def test_a_format_that_does_not_carry_the_answer(client: httpx.AsyncClient) -> None:
    response, outline = await ask(client, "SELECT * {}", format="turtle")
    assert response.status_code == 406
    assert outline.text_of("textarea") == ["SELECT * {}"]


async def test_the_dataset_stays_in_the_form_and_in_the_links(client: httpx.AsyncClient) -> None:
    one = "https://data.example.org/id/source/one"
    query = "SELECT ?s { ?s a <https://w3id.org/pledgegraph/def#Commitment> }"
    given = {"default-graph-uri": one}
    response, outline = await ask(client, query, **given)
    assert len(rows_of(response.text)) == 2
    hidden = {str(e["name"]): str(e["value"]) for e in outline.content("input")}
    assert hidden == given
    (link,) = [
        str(each["href"])
        for each in outline.all("a")
        if "download" in each and str(each["href"]).endswith("json")
    ]
    assert len((await client.get(link)).json()["results"]["bindings"]) == 1


@pytest.mark.parametrize(
    ("accept", "form", "kind"),
    [
        ("*/*", None, "application/sparql-results+json"),
        ("text/*", None, "text/csv"),
        ("text/html, */*", None, "text/html"),
        ("text/html, application/sparql-results+json", None, "application/sparql-results+json"),
        ("text/html;q=0.8, text/csv;q=0.9", None, "text/csv"),
        ("text/html;q=0.9, text/turtle", None, "text/html"),
        ("text/html", "csv", "text/csv"),
        ("*/*", "html", "text/html"),
        ("text/csv", "text/html", "text/html"),
        (None, None, "application/sparql-results+json"),
    ],
)
async def test_only_who_asks_for_a_page_gets_one(
    client: httpx.AsyncClient, accept: str | None, form: str | None, kind: str
) -> None:
    params = {"query": "SELECT * {}"} | ({"format": form} if form else {})
    response = await client.get(
        "/sparql", params=params, headers={"Accept": accept} if accept else {}
    )
    assert response.headers["content-type"].partition(";")[0] == kind


async def test_a_form_sent_by_post(client: httpx.AsyncClient) -> None:
    response = await client.post("/sparql", data={"query": "SELECT (1 AS ?x) {}"}, headers=BROWSER)
    assert rows_of(response.text) == [["x"], ["1"]]
    long = f"SELECT (1 AS ?x) {{}} #{'x' * 70_000}"
    response = await client.post("/sparql", data={"query": long}, headers=BROWSER)
    # No server takes so long an address.
    assert not [each for each in Outline(response.text).all("a") if "download" in each]


async def test_head_of_a_page(client: httpx.AsyncClient) -> None:
    address = "/sparql?" + urlencode({"query": "SELECT * {}"})
    response = await client.head(address, headers=BROWSER)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("language", "said", "spoken"),
    [
        ("en", 'Clean water, "for all"', []),
        ("fr", "De l'eau <propre> & sûre", []),
        ("es", 'Clean water, "for all"', ["en"]),
    ],
)
async def test_things_are_called_by_their_names(
    client: httpx.AsyncClient, language: str, said: str, spoken: list[str]
) -> None:
    water = "https://data.example.org/id/commitment/water"
    query = f"SELECT ?thing {{ VALUES ?thing {{ <{water}> <x:nameless> }} }}"
    response, outline = await ask(client, query, lang=language)
    assert rows_of(response.text)[1:] == [[f"{said} id/commitment/water"], ["x:nameless"]]
    names = [each for each in outline.all("span") if each.get("class") == "name"]
    assert [each["lang"] for each in names if "lang" in each] == spoken


async def test_spreadsheets_get_a_variant_of_their_own(client: httpx.AsyncClient) -> None:
    response, outline = await ask(client, "SELECT ('=1+1' AS ?x) {}")
    links = [str(each["href"]) for each in outline.all("a") if "download" in each]
    (safe,) = [link for link in links if link.endswith("format=csv-safe")]
    assert (await client.get(safe)).text == "\ufeffx\r\n'=1+1\r\n"
    assert "begins with = for a formula" in response.text
