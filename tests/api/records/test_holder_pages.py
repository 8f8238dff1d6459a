"""The pages of actors, events and registers: what was promised there, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from pledgegraph_api.http.languages import LANGUAGES
from tests.api.conftest import BASE, client_of, make_store
from tests.api.rdfa import Stated
from tests.api.records.test_promise_pages import PREFIXES, answer_of, text

pytestmark = pytest.mark.anyio

ODD = (
    PREFIXES
    + """
@prefix org: <http://www.w3.org/ns/org#> .
<id/source/one> {
  <id/actor/nobody> a pg:Actor .
  <id/actor/odd> a pg:Actor ; pg:partOf <id/actor/odd> ; schema:url <javascript:alert(1)> , "x" ;
    rdfs:label "<b>Odd</b>"@en ; pg:actorType "a kind" ; org:unitOf <id/actor/gone> .
  <id/participation/odd> a pg:Participation ; pg:participant <id/actor/odd> ;
    pg:participationIn "somewhere" ; pg:role <id/gone/role> .
  <id/event/odd> a pg:Event ; pg:earliest "2020-13-01"^^xsd:date ; pg:eventStatus "held" .
  <id/event/past> a pg:Event ; rdfs:label "Past"@en ; pg:earliest "2020-03-01"^^xsd:date ;
    pg:latest "2020-03-02"^^xsd:date ;
    pg:eventStatus <https://w3id.org/pledgegraph/scheme/event-status#announced> .
  <id/event/held> a pg:Event ; rdfs:label "Held"@en ; pg:earliest "2020-03-01"^^xsd:date ;
    pg:latest "2020-03-02"^^xsd:date ;
    pg:eventStatus <https://w3id.org/pledgegraph/scheme/event-status#announced> ,
      <https://w3id.org/pledgegraph/scheme/event-status#held> .
  <id/source/one> a pg:Source .
  <id/assessment/mute> a pg:Assessment ; pg:reportsOn <id/commitment/7> ;
    pg:assessor <id/actor/odd> ; pg:asOf "2022-05-06"^^xsd:date .
  <id/note/itself> a pg:ProgressNote ; pg:reportsOn <id/note/itself> .
  <id/register/odd> a pg:Register ; rdfs:label "Register"@en .
  <id/framework/odd> a pg:Framework ; rdfs:label "Framework"@en .
"""
    + "".join(
        f'  <id/commitment/{n}> a pg:Commitment ; rdfs:label "C {n}"@en ;'
        f" pg:madeBy <id/actor/odd> ; pg:inRegister <id/register/odd> ; pg:finalDueDate "
        f'"2020-01-01"^^xsd:date ; pg:lastReport "2024-01-01"^^xsd:date ;'
        f' pg:lastReportLatest "2024-12-31"^^xsd:date .\n'
        for n in range(120)
    )
    + "".join(
        f'  <id/event/m{n}> a pg:Event ; rdfs:label "Meeting {n}"@en ; pg:host <id/actor/odd> ;'
        f' pg:earliest "2021-{n // 28 + 1:02}-{n % 28 + 1:02}"^^xsd:date ;'
        f' pg:latest "2021-{n // 28 + 1:02}-{n % 28 + 1:02}"^^xsd:date .\n'
        for n in range(40)
    )
    + "  <id/event/m39> pg:coHost <id/actor/odd> .\n}"
)


@pytest.fixture(scope="module")
async def odd(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    assert anyio_backend == "asyncio"
    engine = make_store(tmp_path_factory.mktemp("odd") / "store", ODD.encode())
    settings = Settings(data_dir=engine.directory.path, base=BASE)
    async with client_of(create_app(settings, engine)) as client:
        yield client
    engine.close()


async def test_what_its_units_promised_counts_to_a_body(shipped: httpx.AsyncClient) -> None:
    said = answer_of(await text(shipped, "actor/collaborative-on-citizen-data"))
    assert "Commitments: 2" in said
    assert "parts, units or predecessors: 1, by Steering Committee of the Collaborative" in said
    assert "Enhancing production and use of citizen data" in said
    assert "Took part in" in said


async def test_an_actor_has_its_other_names_and_its_places_outside(
    shipped: httpx.AsyncClient,
) -> None:
    page = await text(shipped, "actor/co-dane")
    said = answer_of(page)
    assert "Also called: Departamento Administrativo Nacional de Estadística (es)" in said
    assert "http://www.wikidata.org/entity/Q1190181" in Stated(page).links


async def test_a_year_beside_a_day_in_it_is_not_another_date(shipped: httpx.AsyncClient) -> None:
    said = answer_of(await text(shipped, "framework/copenhagen-framework-on-citizen-data"))
    assert re.search(r"Mar 4\W+7, 2025 · Endorsement", said)
    assert "2025 /" not in said


async def test_an_account_without_words_is_named_by_what_and_who(odd: httpx.AsyncClient) -> None:
    said = answer_of(await text(odd, "source/one"))
    # This store has no ontology, so the class is called by its IRI.
    assert "May 6, 2022 · pg:Assessment · C 7 · <b>Odd</b>" in said
    assert "pg:ProgressNote · id/note/itself" in said


async def test_an_event_that_nobody_confirms_is_said_to_be_past(odd: httpx.AsyncClient) -> None:
    past = answer_of(await text(odd, "event/past"))
    assert "no source here says whether it was held" in past
    held = answer_of(await text(odd, "event/held"))
    assert "whether it was held" not in held
    assert "announced ·" not in held


async def test_a_long_list_says_what_it_leaves_out(odd: httpx.AsyncClient) -> None:
    said = answer_of(await text(odd, "actor/odd"))
    assert "50 of 120 are shown" in said
    assert re.search(r"Due date passed, no end reported: 120 ?\.", said)
    # A year is no day.
    assert "The latest is of 2024." in said


async def test_the_newest_events_of_an_actor_are_shown_and_the_others_counted(
    odd: httpx.AsyncClient,
) -> None:
    said = answer_of(await text(odd, "actor/odd"))
    shown = re.findall(r"Meeting (\d+)", said)
    # One was hosted and co-hosted, and is there for both.
    assert shown == ["39", *(str(n) for n in range(39, 10, -1))]
    assert "11 more entries are not shown" in said


@pytest.mark.parametrize(
    "path",
    ["actor/nobody", "actor/odd", "event/odd", "register/odd", "framework/odd"],
)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_odd_data_are_answered_for_too(
    odd: httpx.AsyncClient, path: str, language: str
) -> None:
    page = await text(odd, path, language)
    assert answer_of(page)
    assert "<b>Odd" not in page
    assert not [each for each in Stated(page).links if each.startswith("javascript:")]
