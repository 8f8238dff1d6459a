"""What an address gets that asks for what there is not: the choices."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.anyio

ACCEPTS = ("text/html", "text/turtle", "application/ld+json")
ACTOR = "/doc/actor/co-dane"


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("path", [ACTOR, "/id/actor/co-dane", "/commitments", "/changes"])
@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("format=html&format=html", "repeated"),
        ("nonsense=1", "unknown"),
        ("lang=xx", "value"),
        ("lang=fr&lang=en", "repeated"),
    ],
)
async def test_parameters_that_cannot_be_used_are_refused_with_the_choices(
    shipped: httpx.AsyncClient, path: str, query: str, reason: str, accept: str
) -> None:
    if path == "/commitments" and accept == "text/turtle":
        accept = "text/csv"
    if query.startswith("format") and accept == "text/html":
        query = "format=jsonld&format=jsonld"
    response = await shipped.get(f"{path}?{query}", headers={"Accept": accept})
    assert response.status_code == 400
    problem = (await shipped.get(f"{path}?{query}", headers={"Accept": "application/json"})).json()
    (fault,) = problem["parameters"]
    assert fault["name"] == query.partition("=")[0]
    assert ("2 times" in fault["detail"]) == (reason == "repeated")
    if reason == "unknown":
        assert "lang" in fault["choices"]
    if reason == "value":
        assert sorted(fault["choices"]) == ["ar", "en", "es", "fr", "ru", "zh"]
    assert "lang" in problem["remedy"]


@pytest.mark.parametrize("path", [ACTOR, "/id/actor/co-dane", "/commitments"])
async def test_what_other_sites_add_to_a_link_changes_nothing(
    shipped: httpx.AsyncClient, path: str
) -> None:
    plain = await shipped.get(path, follow_redirects=True)
    shared = await shipped.get(f"{path}?utm_source=mail&fbclid=abc", follow_redirects=True)
    assert shared.status_code == 200
    assert shared.content == plain.content
    assert shared.headers["etag"] == plain.headers["etag"]
    wrong = await shipped.get(f"{path}?utm_source=mail&verison=1")
    assert wrong.status_code == 400


@pytest.mark.parametrize("query", ["page=1&page=2", "version=1&version=2", "page=1&page=1"])
async def test_a_document_is_asked_for_one_page_of_one_version(
    shipped: httpx.AsyncClient, query: str
) -> None:
    response = await shipped.get(f"{ACTOR}?{query}")
    assert response.status_code == 400
    assert "2 times" in response.json()["parameters"][0]["detail"]


@pytest.mark.parametrize(
    ("path", "wrong", "right"),
    [
        (f"{ACTOR}.xyz", ".xyz", f"{ACTOR}.ttl"),
        (f"{ACTOR}.json", ".json", f"{ACTOR}.jsonld"),
        ("/commitments.xml", ".xml", "/commitments.csv"),
        ("/changes/1.xyz", ".xyz", "/changes/1.rdfp"),
    ],
)
async def test_an_unknown_extension_gets_those_that_there_are(
    shipped: httpx.AsyncClient, path: str, wrong: str, right: str
) -> None:
    response = await shipped.get(path)
    assert response.status_code == 404
    problem = response.json()
    assert wrong in problem["detail"]
    assert right in problem["near"]
    extension = f".{right.rpartition('.')[2]}"
    assert extension in problem["remedy"]
    for each in problem["near"]:
        assert (await shipped.get(each)).status_code == 200, each


@pytest.mark.parametrize("path", ["/changes?page=99", "/changes/pages/99", "/changes?page=0"])
async def test_a_page_of_the_changes_that_there_is_not(
    shipped: httpx.AsyncClient, path: str
) -> None:
    response = await shipped.get(path)
    assert response.status_code == 404
    assert "1" in response.json()["remedy"]


async def test_a_page_of_the_changes_is_found_by_its_number(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get("/changes?page=1")
    assert response.status_code == 303
    assert response.headers["location"] == "/changes/pages/1"
