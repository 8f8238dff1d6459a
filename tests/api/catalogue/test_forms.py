"""The form on a question's page: typed, labelled, filled in as it was asked."""

from __future__ import annotations

import re

import httpx
import pytest

from pledgegraph.catalogue.questions import Question, catalogue
from tests.api.outline import Outline

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
QUESTIONS = catalogue()
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


def offered(outline: Outline) -> dict[str, str]:
    """Value to label of the options of a page that has one list."""
    return dict(zip(outline.attribute("option", "value"), outline.text_of("option"), strict=True))


@pytest.mark.parametrize(
    ("question", "language"),
    # Each question in two of the six languages, so that each language has eighteen of them.
    [(each, LANGUAGES[(n + k) % 6]) for n, each in enumerate(QUESTIONS) for k in (0, 3)],
    ids=lambda of: getattr(of, "id", of),
)
async def test_every_parameter_has_a_labelled_field(
    question: Question, language: str, shipped: httpx.AsyncClient
) -> None:
    given = {p.name: p.example for p in question.parameters if p.example is not None}
    response = await shipped.get(
        f"/queries/{question.id}", params={**given, "lang": language}, headers=BROWSER
    )
    assert response.status_code == 200, response.text
    outline = Outline(response.text)
    assert outline.attribute("html", "lang") == [language]
    assert outline.attribute("html", "dir") == ["rtl" if language == "ar" else "ltr"]
    assert not [each for each in outline.all("h1") if "lang" in each]
    shown = " ".join(text for _, text in outline.texts)
    assert question.title[language] in shown
    assert question.question[language] in shown
    assert question.limits.get(language, "") in shown
    controls = [
        each
        for each in (*outline.content("input"), *outline.all("select"))
        if each.get("type") != "hidden"
    ]
    assert {each["name"] for each in controls} == {p.name for p in question.parameters}
    labelled = outline.attribute("label", "for")
    ids = [str(attrs["id"]) for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for control in controls:
        assert control["id"] in labelled
        assert set(str(control["aria-describedby"]).split()) <= set(ids)
    types = {str(each["name"]): each.get("type") for each in controls}
    for parameter in question.parameters:
        assert parameter.label[language] in outline.text_of("label")
        assert parameter.description[language] in shown
        if parameter.type in ("date", "integer"):
            assert types[parameter.name] == {"date": "date", "integer": "number"}[parameter.type]
        if parameter.choices or (
            parameter.type == "iri" and parameter.kind not in (None, "Record")
        ):
            assert types[parameter.name] is None
    # The whole query is on the page.
    assert "".join(outline.text_of("code")[-1:]) == question.query.strip()
    tables = outline.all("table")
    assert len(outline.all("caption")) == len(tables)
    assert all(each["scope"] == "col" for each in outline.all("th"))
    columns = [str(each["data-column"]) for each in outline.all("th")]
    assert outline.text_of("th") == [question.headings[name][language] for name in columns]


async def test_records_are_offered_by_their_names(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get(
        "/queries/outcomes-of-an-event?event=bishkek-workshop-2025", headers=BROWSER
    )
    outline = Outline(response.text)
    options = offered(outline)
    assert len(options) > 2
    assert "id/event/bishkek-workshop-2025" in options
    assert not any(label.startswith("id/") for label in options.values())
    labels = [label.casefold() for label in options.values()][1:]
    assert labels == sorted(labels)
    # The short name that the address has and the value that the list has mean the same.
    chosen = [each["value"] for each in outline.all("option") if "selected" in each]
    assert chosen == ["id/event/bishkek-workshop-2025"]


async def test_what_is_offered_can_be_answered(shipped: httpx.AsyncClient) -> None:
    asked = [(each, p) for each in QUESTIONS for p in each.parameters if p.offered]
    assert len(asked) > 8
    for question, parameter in asked:
        page = await shipped.get(f"/queries/{question.id}", headers=BROWSER)
        (field,) = [
            each
            for each in re.findall(r"<select.*?</select>", page.text, re.DOTALL)
            if f'name="{parameter.name}"' in each
        ]
        values = [each for each in re.findall(r'<option value="([^"]*)"', field) if each]
        assert parameter.example in values
        for value in values[:: max(1, len(values) // 3)]:
            asked_for = {parameter.name: value, "format": "csv"}
            answer = await shipped.get(f"/queries/{question.id}", params=asked_for)
            assert answer.text.count("\n") > 1, (question.id, value)


async def test_places_are_offered_in_the_readers_language(shipped: httpx.AsyncClient) -> None:
    for language, name in (("en", "Germany"), ("fr", "Allemagne"), ("es", "Alemania")):
        response = await shipped.get(
            f"/queries/records-of-a-country?lang={language}", headers=BROWSER
        )
        outline = Outline(response.text)
        assert offered(outline)["276"] == name
        chosen = [each["value"] for each in outline.all("option") if "selected" in each]
        assert chosen == ["454"]


async def test_what_the_data_do_not_hold_is_told_beside_its_field(
    shipped: httpx.AsyncClient,
) -> None:
    response = await shipped.get(
        "/queries/outcomes-of-an-event?event=http://elsewhere.example/e", headers=BROWSER
    )
    assert response.status_code == 400
    outline = Outline(response.text)
    (field,) = outline.all("select")
    assert field["aria-invalid"] == "true"
    assert "http://elsewhere.example/e" in response.text
    assert not outline.all("table")


async def test_an_empty_answer_comes_with_the_limits(shipped: httpx.AsyncClient) -> None:
    response = await shipped.get("/queries/commitments-by-sdg?sdg=17.18", headers=BROWSER)
    outline = Outline(response.text)
    assert not outline.all("table")
    assert "No rows" in response.text
    assert "Only links that a source states are here." in " ".join(outline.text_of("p"))


async def test_the_form_asks_what_it_shows(shipped: httpx.AsyncClient) -> None:
    address = "/queries/freshness-and-status?commitment=c2d-idc&day=2025-12-31&lang=es"
    outline = Outline((await shipped.get(address, headers=BROWSER)).text)
    (form,) = outline.content("form")
    assert form["method"] == "get"
    fields = {str(each["name"]): str(each["value"]) for each in outline.content("input")} | {
        "commitment": str(next(e["value"] for e in outline.all("option") if "selected" in e))
    }
    again = await shipped.get(str(form["action"]), params=fields, headers=BROWSER)
    assert again.status_code == 200
    assert 'lang="es"' in again.text
    assert "<dd>2025-12-31</dd>" in again.text
