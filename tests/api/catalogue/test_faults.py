"""Parameters that cannot be used, and questions that are not there."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from tests.api.outline import Outline

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FRESHNESS = "/queries/freshness-and-status"
MAKERS = "/queries/organisations-by-type-and-region"
DUE = "/queries/due-dates"


@pytest.mark.parametrize(
    ("address", "name", "kind", "said"),
    [
        (f"{FRESHNESS}?day=soon", "day", "date", "a date such as 2025-12-31"),
        (f"{FRESHNESS}?day=2025-02-30", "day", "date", "a date such as"),
        (f"{FRESHNESS}?day=2025-12-31T00:00:00", "day", "date", "a date such as"),
        (f"{FRESHNESS}?commitment=a%20b", "commitment", "iri", "an IRI"),
        (f"{FRESHNESS}?commitment=http://x/%3Cy%3E", "commitment", "iri", "an IRI"),
        (f"{MAKERS}?type=club", "type", "iri", "national-statistical-office"),
        (f"{DUE}?months=many", "months", "integer", "a whole number"),
        (f"{DUE}?months=1.5", "months", "integer", "a whole number"),
    ],
)
async def test_a_wrong_value_is_told_with_its_type(
    shipped: httpx.AsyncClient, address: str, name: str, kind: str, said: str
) -> None:
    response = await shipped.get(address)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["type"] == f"{BASE}/problems/parameter"
    (fault,) = document["parameters"]
    assert (fault["name"], fault["type"]) == (name, kind)
    assert said in fault["detail"]
    assert said in document["detail"]
    assert name in document["remedy"]


@pytest.mark.parametrize(
    ("address", "near"),
    [
        (f"{FRESHNESS}?commitment=c2d-citizen-dat", "c2d-citizen-data"),
        ("/queries/promises-of-a-country?country=Keny", "404"),
        ("/queries/actors-by-identifier?identifier=dan", "DANE"),
        ("/queries/status-as-of?promise=fds2020-1-11", "id/commitment/fds2020-1-1"),
    ],
)
async def test_what_is_not_in_the_data_is_refused_with_what_is_near(
    shipped: httpx.AsyncClient, address: str, near: str
) -> None:
    response = await shipped.get(address)
    assert response.status_code == 400
    (fault,) = response.json()["parameters"]
    assert near in fault["near"]
    assert near in response.json()["detail"]
    page = await shipped.get(f"{address}&lang=fr", headers=BROWSER)
    assert (page.status_code, "Vouliez-vous dire" in page.text) == (400, True)


async def test_names_and_codes_ask_the_same_as_iris(shipped: httpx.AsyncClient) -> None:
    asked = "/queries/promises-of-a-country?format=csv&country="
    answers = {(await shipped.get(asked + each)).text for each in ("404", "KE", "ken", "Kenya")}
    assert len(answers) == 1
    assert len(answers.pop().splitlines()) > 2


@pytest.mark.parametrize("value", ["KEN", "kenya", "Кения"])
async def test_lists_take_names_and_codes_too(shipped: httpx.AsyncClient, value: str) -> None:
    asked = "/commitments?format=csv&country="
    assert (await shipped.get(asked + value)).text == (await shipped.get(f"{asked}404")).text
    assert (await shipped.get("/commitments?country=Keny")).json()["parameters"][0]["near"]


async def test_the_choices_are_told(shipped: httpx.AsyncClient) -> None:
    (fault,) = (await shipped.get(f"{MAKERS}?type=club")).json()["parameters"]
    assert "un-entity" in fault["choices"]
    assert fault["example"] in fault["choices"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("x=1", "x"),
        ("Day=2025-12-31", "Day"),
        ("query=ASK{}", "query"),
        ("day=2025-12-31&day=2025-12-31", "day"),
        ("day=&day=2025-12-31", "day"),
        ("format=csv&format=json", "format"),
        ("lang=xx", "lang"),
        ("=1", ""),
    ],
)
async def test_unknown_and_repeated_parameters(
    shipped: httpx.AsyncClient, query: str, name: str
) -> None:
    response = await shipped.get(f"{FRESHNESS}?{query}")
    assert response.status_code == 400
    assert [each.get("name", "") for each in response.json()["parameters"]] == [name]


async def test_all_faults_are_told_at_once(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get(f"{FRESHNESS}?day=soon&commitment=a%20b&x=1")
    assert {each["name"] for each in response.json()["parameters"]} == {"day", "commitment", "x"}


async def test_the_page_shows_the_fault_beside_the_field(shipped: httpx.AsyncClient) -> None:
    markup = quote('"><script>alert(1)</script>')
    response = await shipped.get(
        f"{FRESHNESS}?day={markup}&commitment=id/commitment/c2d-idc&x={markup}", headers=BROWSER
    )
    assert response.status_code == 400
    assert response.headers["cache-control"] == "no-store"
    assert "<script" not in response.text
    outline = Outline(response.text)
    assert not outline.all("table")
    (field,) = [each for each in outline.content("input") if each.get("name") == "day"]
    assert field["aria-invalid"] == "true"
    described = str(field["aria-describedby"]).split()
    ids = {str(attrs["id"]) for _, attrs in outline.tags if "id" in attrs}
    assert "error-day" in described
    assert set(described) <= ids
    # What was right is still there.
    chosen = [each["value"] for each in outline.all("option") if "selected" in each]
    assert chosen == ["id/commitment/c2d-idc"]
    assert any(text.startswith("Error: ") for text in outline.text_of("title"))


@pytest.mark.parametrize(("language", "said"), [("fr", "Attendu"), ("es", "Se espera")])
async def test_the_fault_is_told_in_the_readers_language(
    shipped: httpx.AsyncClient, language: str, said: str
) -> None:
    response = await shipped.get(f"{FRESHNESS}?day=soon&lang={language}", headers=BROWSER)
    assert (response.status_code, said in response.text) == (400, True)


async def test_a_program_that_asks_for_the_page_gets_the_fault_on_it(
    shipped: httpx.AsyncClient,
) -> None:
    response = await shipped.get(f"{FRESHNESS}?day=soon&format=html")
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("freshness-and-state", "freshness-and-status"),
        ("succession", "successions"),
        ("FRESHNESS", None),
        ("zzzz", None),
        (quote("<script>", safe=""), None),
        ("x" * 5000, None),
    ],
)
async def test_a_question_that_is_not_there(
    shipped: httpx.AsyncClient, name: str, near: str | None
) -> None:
    response = await shipped.get(f"/queries/{name}")
    document = response.json()
    assert (response.status_code, document["type"]) == (404, f"{BASE}/problems/question-missing")
    assert "/queries" in document["remedy"]
    if near is not None:
        assert near in document["near"]
    page = await shipped.get(f"/queries/{name}", headers=BROWSER)
    assert page.status_code == 404
    links = Outline(page.text).attribute("a", "href")
    assert "/queries" in links
    assert near is None or f"/queries/{near}" in links
    assert "<script" not in page.text


async def test_bytes_that_are_not_utf8(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get(f"{FRESHNESS}?day=%FF")
    assert response.json()["type"] == f"{BASE}/problems/encoding"


async def test_far_too_many_parameters(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get(f"{FRESHNESS}?{'&'.join(f'x{n}=1' for n in range(2000))}")
    assert response.json()["type"] == f"{BASE}/problems/parameter"
    assert len(response.content) < 1000


@pytest.mark.parametrize("name", ["turtle", "exe"])
async def test_a_format_that_does_not_fit(shipped: httpx.AsyncClient, name: str) -> None:
    response = await shipped.get(f"{FRESHNESS}?format={name}")
    assert response.status_code == 406
    assert {each["format"] for each in response.json()["available"]} == {
        "json",
        "xml",
        "csv",
        "tsv",
    }


INJECTED = [
    "x> } ; DROP ALL #",
    '" } UNION { ?s ?p ?o } #',
    "http://x/> ?p ?o . <http://x/",
    'Q1190181" . ?s ?p ?o . "',
]


@pytest.mark.parametrize("value", INJECTED)
async def test_a_value_is_never_a_piece_of_query(shipped: httpx.AsyncClient, value: str) -> None:
    for path, name in ((FRESHNESS, "commitment"), ("/queries/actors-by-identifier", "identifier")):
        response = await shipped.get(path, params={name: value})
        assert response.status_code == 400
        assert [each["name"] for each in response.json()["parameters"]] == [name]
