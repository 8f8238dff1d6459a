"""`/queries`: the catalogue as a page, as JSON and as RDF."""

from __future__ import annotations

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, parse

from pledgegraph.catalogue.questions import catalogue
from pledgegraph.media_types import GRAPH_FORMATS, TURTLE
from pledgegraph.namespaces import DCTERMS, RDF, SH
from tests.api.outline import Outline

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
QUESTIONS = catalogue()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("de, es;q=0.5, en;q=0.4", "es"),
        ("de", "en"),
        ("en;q=0, *", "ar"),
        ("fr;q=0, es;q=2, en", "en"),
        ("es;q=0.9,fr", "fr"),
        ("xx,,;;q=,fr;q=abc," + "a" * 20_000, "en"),
    ],
)
async def test_the_page_speaks_the_readers_language(
    shipped: httpx.AsyncClient, header: str | None, language: str
) -> None:
    headers = BROWSER | ({"Accept-Language": header} if header is not None else {})
    response = await shipped.get("/queries", headers=headers)
    assert response.status_code == 200
    assert response.headers["content-language"] == language
    assert {"Accept", "Accept-Language"} <= set(response.headers["vary"].split(", "))
    outline = Outline(response.text)
    assert outline.attribute("html", "lang") == [language]
    shown = "".join(text for _, text in outline.texts)
    for question in QUESTIONS:
        assert f"/queries/{question.id}" in outline.attribute("a", "href")
        assert question.title.get(language, question.title["en"]) in shown
        assert question.question.get(language, question.question["en"]) in shown


async def test_the_address_goes_before_the_header(shipped: httpx.AsyncClient) -> None:
    headers = BROWSER | {"Accept-Language": "fr"}
    response = await shipped.get("/queries?lang=es", headers=headers)
    outline = Outline(response.text)
    assert outline.attribute("html", "lang") == ["es"]
    # Who asked for a language keeps it, page after page.
    below = [each for each in outline.attribute("a", "href") if each.startswith("/queries/")]
    assert len(below) == len(QUESTIONS)
    assert all(each.endswith("?lang=es") for each in below)
    current = [each["lang"] for each in outline.all("a") if each.get("aria-current") == "true"]
    assert current == ["es"]


async def test_every_question_is_in_one_group(shipped: httpx.AsyncClient) -> None:
    outline = Outline((await shipped.get("/queries", headers=BROWSER)).text)
    below = [each for each in outline.attribute("a", "href") if each.startswith("/queries/")]
    assert sorted(below) == [f"/queries/{each.id}" for each in QUESTIONS]
    assert len(outline.all("h2")) >= 3


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html;q=0.5, */*"])
async def test_programs_get_json(shipped: httpx.AsyncClient, accept: str | None) -> None:
    response = await shipped.get("/queries", headers={"Accept": accept} if accept else {})
    assert response.headers["content-type"] == "application/json"
    assert "Accept" in response.headers["vary"]
    cards = {each["id"]: each for each in response.json()["questions"]}
    assert set(cards) == {each.id for each in QUESTIONS}
    for question in QUESTIONS:
        card = cards[question.id]
        assert card["title"] == dict(question.title)
        assert card["question"] == dict(question.question)
        assert card["columns"] == list(question.columns)
        assert card["query"] == question.query
        assert card["links"]["self"] == f"{BASE}/queries/{question.id}"
        for told, parameter in zip(card["parameters"], question.parameters, strict=True):
            assert told["name"] == parameter.name
            assert told["type"] == parameter.type
            assert told["default"] == parameter.default
            assert told["choices"] == list(parameter.choices)
            assert told["description"] == dict(parameter.description)


async def test_the_links_of_the_list_lead_to_answers(shipped: httpx.AsyncClient) -> None:
    cards = (await shipped.get("/queries")).json()["questions"]
    links = next(each for each in cards if each["id"] == "records-of-a-country")["links"]
    for link in links.values():
        assert link.startswith(BASE)
        assert (await shipped.get(link.removeprefix(BASE))).status_code == 200


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("way", ["accept", "format"])
async def test_the_list_as_rdf(shipped: httpx.AsyncClient, form: object, way: str) -> None:
    found = next(each for each in GRAPH_FORMATS if each is form)
    if way == "accept":
        response = await shipped.get("/queries", headers={"Accept": found.media_type})
    else:
        response = await shipped.get(f"/queries?format={found.name}", headers=BROWSER)
    assert response.headers["content-type"] == found.content_type
    triples = {quad.triple for quad in parse(response.content, format=found.rdf)}
    ids = {t.object.value for t in triples if t.predicate == DCTERMS.identifier}
    assert ids == {each.id for each in QUESTIONS}
    executable = {
        t.subject
        for t in triples
        if t.predicate == RDF.type and t.object == SH.SPARQLSelectExecutable
    }
    assert executable == {
        NamedNode(f"{BASE}/queries/{each.id}")
        for each in QUESTIONS
        if not each.answers_with_a_graph
    }


async def test_turtle_has_the_queries_as_they_are(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get("/queries?format=ttl")
    triples = {quad.triple for quad in parse(response.content, format=TURTLE.rdf)}
    told = {t.object for t in triples if t.predicate in (SH.select, SH.construct)}
    assert told == {Literal(each.query) for each in QUESTIONS}


@pytest.mark.parametrize("accept", ["image/png", "text/csv"])
async def test_other_formats_are_not_there(shipped: httpx.AsyncClient, accept: str) -> None:
    response = await shipped.get("/queries", headers={"Accept": accept})
    assert response.status_code == 406
    offered = {each["mediaType"] for each in response.json()["available"]}
    assert {"application/json", "text/turtle"} <= offered


@pytest.mark.parametrize("query", ["lang=de", "lang=fr&lang=fr", "x=1", "format=json&format=json"])
async def test_parameters_that_cannot_be_used(shipped: httpx.AsyncClient, query: str) -> None:
    response = await shipped.get(f"/queries?{query}")
    assert response.status_code == 400
    assert response.json()["parameters"][0]["name"] == query.partition("=")[0]


async def test_head_and_other_methods(shipped: httpx.AsyncClient) -> None:
    assert (await shipped.head("/queries")).status_code == 200
    response = await shipped.post("/queries")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
