"""The pages of promises answer: was it kept, who says so, as of when, and what nobody states."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from html import unescape

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.web.translations import months, spanned
from tests.api.conftest import BASE, client_of, make_store
from tests.api.outline import Outline
from tests.api.rdfa import Stated

pytestmark = pytest.mark.anyio

PREFIXES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ODD = (
    PREFIXES
    + """
<id/source/one> {
  <id/source/one> a pg:Source ; schema:url <javascript:alert(1)> ;
    pg:retrieved "yesterday"^^xsd:date .
  <id/commitment/bare> a pg:Commitment .
  <id/commitment/odd> a pg:Commitment ; rdfs:label "Odd <script>alert(1)</script>"@en ;
    pg:madeBy "nobody in particular" ; pg:dueEarliest "2025-13-45"^^xsd:date ;
    pg:dueAsPublished "by and by" ; pg:announcedEarliest "once"^^xsd:date ;
    pg:position "first" ; pg:eventCount "many" ; pg:inRegister <javascript:alert(2)> ;
    pg:hasEvidence <id/gone/evidence> ; pg:announcedAt <id/gone/event> .
  <id/undertaking/odd> a pg:Undertaking ; pg:partOf <id/commitment/odd> , <id/undertaking/odd> ;
    pg:position 1.5 .
  <id/target/odd> a pg:Target ; pg:partOf <id/undertaking/odd> ; pg:targetValue "ten" , 12 ;
    pg:unit "people" ; rdfs:label "People reached"@en .
  <id/measurement/odd> a pg:Measurement ; pg:ofTarget <id/target/odd> ; pg:value 7 ;
    pg:asOf "2025-03-31"^^xsd:date .
  <id/note/odd> a pg:ProgressNote ; pg:reportsOn <id/commitment/odd> , <id/undertaking/odd> ;
    pg:status "as text" ; pg:earliest "2025-01-01"^^xsd:date ; pg:latest "2025-01-31"^^xsd:date ;
    pg:text "<img src=x onerror=alert(3)>"@en .
  <id/change/odd> a pg:DeadlineChange ; pg:changeOf <id/commitment/odd> .
  <id/rating/odd> a pg:Rating ; pg:rates <id/commitment/odd> .
  <id/amount/odd> a pg:Amount ; pg:amountFor <id/commitment/odd> ; pg:value "1e3"^^xsd:double .
  <id/commitment/loop> a pg:Commitment ; pg:partOf <id/commitment/loop2> .
  <id/commitment/loop2> a pg:Commitment ; pg:partOf <id/commitment/loop> .
"""
    + "".join(
        f'<id/note/{n}> a pg:ProgressNote ; pg:reportsOn <id/commitment/hub> ; pg:text "N {n}"@en ;'
        f' pg:asOf "2025-01-{n % 28 + 1:02}"^^xsd:date .\n'
        for n in range(70)
    )
    + """
  <id/commitment/hub> a pg:Commitment ; rdfs:label "Hub"@en .
}
"""
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


def answer_of(page: str) -> str:
    """The text of the page above all statements."""
    shown = page.partition('<section class="statements"')[0].partition("<h1")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", shown)).split())


async def text(client: httpx.AsyncClient, path: str, language: str = "en") -> str:
    response = await client.get(f"/doc/{path}.html?lang={language}")
    assert response.status_code == 200, path
    return response.text


async def test_what_no_source_states_is_said(shipped: httpx.AsyncClient) -> None:
    said = answer_of(await text(shipped, "commitment/c2d-citizen-data"))
    assert "Has it been delivered? Not stated." in said
    assert "latest account is of August 14, 2025: " in said
    assert "Parts of which something is known here: 2 of 3. Events held: 6. Outcomes: 4." in said
    assert "What no source states: how far it is; a due date; an independent assessment." in said
    assert "Steering Committee of the Collaborative on Citizen Data" in said
    # In the order of their positions, not of their addresses.
    places = [
        said.index(each)
        for each in ("1. Implement citizen", "2. Conduct workshops", "3. Disseminate knowledge")
    ]
    assert places == sorted(places)


async def test_whose_word_it_is_is_said(shipped: httpx.AsyncClient) -> None:
    rated = answer_of(await text(shipped, "commitment/ogp-rs0022"))
    assert "Has it been delivered? The maker does not say." in rated
    assert (
        "Independent assessor: substantially complete (in its own words: “Substantial”) 2019"
        in rated
    )
    told = answer_of(await text(shipped, "commitment/fds2020-2-1"))
    assert "Has it been delivered? The maker says:" in told
    assert "in progress (in its own words: “partially COMPLETED”) January 29, 2021" in told
    parts = answer_of(await text(shipped, "commitment/fds2020-action-2"))
    assert "Has it been delivered? Not stated of the whole." in parts
    assert "It is on a part, not on the whole." in parts
    assert "It is on a part" not in told
    assert "About its parts, the maker says: in progress" in parts
    assert "Looked at one by one: 75 of 96 delivered." in parts


async def test_a_finding_that_another_passes_on_says_so(shipped: httpx.AsyncClient) -> None:
    """The reviewer's finding on the design is told by the government alone, and is no status."""
    page = await text(shipped, "commitment/us-us0113")
    assert "an independent finding of how far it is (a reviewer has looked at other things" in page
    assert "What no source states: an independent assessment" not in page
    plain = re.sub(r"<[^>]+>|\s+", " ", page)
    told = re.findall(
        r"OGP Independent Reporting Mechanism *, *as told by +General Services Administration",
        plain,
    )
    # The assessment and its three ratings.
    assert len(told) == 4, told
    direct = await text(shipped, "commitment/ogp-rs0022")
    assert "as told by" not in direct


async def test_a_whole_whose_parts_are_done_says_so(shipped: httpx.AsyncClient) -> None:
    done = answer_of(await text(shipped, "commitment/fds2020-action-13"))
    assert "all of its known parts are reported as completed" in done
    assert "no end is reported" not in done
    assert "no end is reported" in answer_of(await text(shipped, "commitment/fds2020-action-2"))


async def test_the_page_of_a_session_names_what_it_decided(shipped: httpx.AsyncClient) -> None:
    session = await text(shipped, "event/un-statistical-commission-56")
    assert "/endorsement/copenhagen-framework-unsc-56" in session
    assert "/outcome/copenhagen-framework-endorsed" in session
    told = await text(shipped, "event/bogota-workshop-2025")
    assert "/note/c2d-citizen-data-2025-02-12" in told


async def test_the_original_is_one_step_away(shipped: httpx.AsyncClient) -> None:
    page = await text(shipped, "commitment/c2d-citizen-data")
    (line,) = re.findall(r'<a class="out" href="(https://[^"]+)">Read the original', page)
    assert "localhost" not in line


async def test_an_inference_says_why(shipped: httpx.AsyncClient) -> None:
    page = await text(shipped, "commitment/c2d-citizen-data")
    fact = page.partition("<dt>Promised</dt>")[2].partition("</dd>")[0]
    assert "<summary>inferred</summary>" in fact
    assert "The research took it to be the 5th forum" in fact


async def test_only_a_link_may_be_inferred(shipped: httpx.AsyncClient) -> None:
    page = await text(shipped, "commitment/c2d-citizen-data")
    entries = re.findall(r'<li class="voice-.*?</li>', page, re.DOTALL)
    (outcome,) = [each for each in entries if "Citizen Data Commons, a platform" in each]
    held = await text(shipped, "event/bogota-workshop-2025")
    for shown in (outcome, held):
        assert "<summary>only the link is inferred</summary>" in shown
        assert "<summary>inferred</summary>" not in shown
    dated = await text(shipped, "event/egm-3-citizen-data-2024")
    assert "<summary>inferred</summary>" in dated


async def test_a_page_of_the_register_is_no_word_of_the_maker(shipped: httpx.AsyncClient) -> None:
    voices = {
        name: set(re.findall(r'<span class="voice">([^<:]*)', await text(shipped, name)))
        for name in ("commitment/midn-col", "commitment/fds2020-2-1")
    }
    page = "The register\N{RIGHT SINGLE QUOTATION MARK}s page"
    assert page in voices["commitment/midn-col"]
    assert page not in voices["commitment/fds2020-2-1"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_answer_is_there_in_every_language(
    shipped: httpx.AsyncClient, language: str
) -> None:
    said = [
        answer_of(await text(shipped, path, language))
        for path in ("commitment/c2d-citizen-data", "commitment/fds2020-action-2")
    ]
    assert all(said)
    for each in said:
        assert ("Has it been delivered?" in each) == (language == "en")
        assert "duration" not in each


@pytest.mark.parametrize(
    "path",
    ["commitment/bare", "commitment/odd", "undertaking/odd", "commitment/loop", "commitment/loop2"],
)
async def test_odd_data_are_answered_for_too(odd: httpx.AsyncClient, path: str) -> None:
    for language in ("en", "ar"):
        page = await text(odd, path, language)
        assert answer_of(page)
        assert "<script>alert" not in page
        assert "<img" not in page
        assert not [each for each in Stated(page).links if each.startswith("javascript:")]


async def test_targets_stand_beside_what_was_measured(odd: httpx.AsyncClient) -> None:
    page = await text(odd, "commitment/odd")
    row = page.partition('id="targets"')[2].partition("</tbody>")[0]
    shown = " ".join(re.sub(r"<[^>]*>", " ", row).split())
    assert "12 / ten people" in shown
    assert "7 people · March 31, 2025" in shown


async def test_further_pages_of_a_long_document_lead_back_to_the_answer(
    odd: httpx.AsyncClient,
) -> None:
    address = "/doc/commitment/hub"
    assert "10 more entries are not shown." in answer_of((await odd.get(f"{address}.html")).text)
    second = (await odd.get(f"{address}.html?page=2")).text
    assert 'id="answer"' not in second
    assert {address, f"{address}?view=statements"} <= Stated(second).links


async def test_the_statements_can_be_had_alone(shipped: httpx.AsyncClient) -> None:
    address = "/doc/commitment/c2d-citizen-data.html"
    whole = await shipped.get(address)
    alone = await shipped.get(f"{address}?view=statements")
    assert 'id="answer"' not in alone.text
    assert alone.headers["etag"] != whole.headers["etag"]
    turtle = await shipped.get("/doc/commitment/c2d-citizen-data.ttl")
    said = {quad.triple for quad in parse(turtle.content, format=RdfFormat.TURTLE)}
    assert len(said & Stated(alone.text).triples) > 100
    assert Stated(whole.text).triples < Stated(alone.text).triples
    assert "/doc/commitment/c2d-citizen-data?view=statements" in Stated(whole.text).links
    # Who has kept a link to a part of the page still gets somewhere.
    for page in (whole, alone):
        ids = {each.get("id") for each in Outline(page.text).all("h2")}
        assert {"sources", "identifier"} <= ids
    assert '<h2 id="statements">' in whole.text
    assert "/doc/commitment/c2d-citizen-data" in Stated(alone.text).links
    wrong = await shipped.get(f"{address}?view=pictures")
    assert wrong.status_code == 400


async def test_an_earlier_version_is_seen_from_its_own_day(shipped: httpx.AsyncClient) -> None:
    newest = (await shipped.get("/commitments.jsonld")).headers["pledgegraph-snapshot"]
    page = await shipped.get(f"/doc/commitment/c2d-citizen-data.html?version={newest}")
    links = [str(each["href"]) for each in Outline(page.text).all("a") if each.get("href")]
    within = [each for each in links if each.startswith("/id/undertaking/")]
    assert within
    assert all(f"version={newest}" in each for each in within)


@pytest.mark.parametrize(
    ("first", "last", "language", "shown"),
    [
        ((2025, 3, 1), (2025, 3, 31), "fr", "mars 2025"),
        ((2025, 1, 1), (2025, 12, 31), "ru", "2025"),
        ((2025, 2, 12), (2025, 2, 13), "zh", "2025年2月12日至13日"),
        ((2025, 2, 12), (2025, 2, 12), "en", "February 12, 2025"),
    ],
)
def test_a_stretch_of_days_is_said_shortly(
    first: tuple[int, int, int], last: tuple[int, int, int], language: str, shown: str
) -> None:
    assert spanned(date(*first), date(*last), language) == shown


@pytest.mark.parametrize(
    ("language", "shown"), [("ar", "15 شهرًا"), ("en", "15 months"), ("zh", "15个月")]
)
def test_months_have_their_word_in_each_language(language: str, shown: str) -> None:
    assert months(15, language) == shown
