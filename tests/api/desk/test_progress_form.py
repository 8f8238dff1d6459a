"""A report in two minutes: by the maker as its own, by a steward with its source, once."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from pledgegraph.namespaces import PG
from pledgegraph.writes.tokens import MakerScope, RegisterScope, Scope
from pledgegraph_api.http.languages import LANGUAGES
from tests.api.conftest import BASE
from tests.api.desk.conftest import Desk, Visitor

pytestmark = pytest.mark.anyio

FORM = "/steward/report?commitment=c-one"
ANA = f"{BASE}/id/actor/ana"
REPORT = {
    "reporter": ANA,
    "status": "in-progress",
    "day": "2026-03-02",
    "text": "Two workshops <b>held</b>.\r\nA third is planned.",
    "language": "en",
    "link": "",
    "title": "",
}
SOURCE = {"link": "https://ana.example/report", "title": "Annual report"}


def told(desk: Desk, promise: str = "c-one") -> list[NamedNode]:
    node = NamedNode(f"{BASE}/id/commitment/{promise}")
    with desk.engine.snapshot() as snapshot:
        found = {quad.subject for quad in snapshot.pointing_at([node], [PG.reportsOn])}
    return sorted((each for each in found if isinstance(each, NamedNode)), key=str)


def secure(visitor: Visitor) -> Visitor:
    visitor.client.base_url = "https://testserver"
    return visitor


async def test_a_makers_report_is_the_makers_own_and_is_there_once(desk: Desk) -> None:
    async with desk.visitor(MakerScope("ana"), label="Ana's office") as visitor:
        secure(visitor)
        home = await visitor.client.get("/steward")
        assert FORM in html.unescape(home.text)
        assert "c-two" not in home.text
        ticket = await form_ticket(visitor)
        sent = await visitor.client.post("/steward/report", data={**REPORT, "ticket": ticket})
        assert sent.status_code == 303, sent.text
        assert sent.headers["location"] == "/doc/commitment/c-one"
        again = await visitor.client.post("/steward/report", data={**REPORT, "ticket": ticket})
        assert again.status_code == 303
        (account,) = told(desk)
        page = await visitor.client.get("/doc/commitment/c-one")
        assert "Two workshops &lt;b&gt;held&lt;/b&gt;." in page.text
        with desk.engine.snapshot() as snapshot:
            node = NamedNode(f"{BASE}/id/commitment/c-one")
            (own,) = snapshot.about([node], [PG.makersReport], merged=True)
            assert own.object == account
            (status,) = snapshot.about([node], [PG.currentStatus], merged=True)
            assert str(status.object).endswith("#in-progress>")
            graphs = {str(quad.graph_name) for quad in snapshot.about([account])}
            (graph,) = {each.strip("<>") for each in graphs if "computed" not in each}
            published = snapshot.about([NamedNode(graph)], [PG.publishedBy], merged=True)
            assert [str(quad.object) for quad in published] == [f"<{ANA}>"]
        # The form is filled in with what is known now.
        form = await visitor.client.get(FORM)
        assert '<option value="in-progress" selected' in form.text
        # A maker decides nothing and takes nothing back.
        assert (await visitor.client.get("/steward/corrections")).text.count("<article") == 0
        assert "take-back" not in (await visitor.client.get("/steward/history")).text


async def form_ticket(visitor: Visitor, path: str = FORM) -> str:
    """The ticket of the form itself, not of the button that ends the session."""
    page = await visitor.client.get(path)
    assert page.status_code == 200, page.text
    return html.unescape(re.findall(r'name="ticket" value="([^"]+)"', page.text)[-1])


def said_at(page: str) -> list[str]:
    """The fields that the summary of what is wrong leads to, which say so beside themselves."""
    summary, _, form = page.partition('role="alert"')[2].partition("</div>")
    fields = re.findall(r'<a href="#([^"]+)">', summary)
    for each in fields:
        (tag,) = re.findall(rf'<(?:input|select|textarea)[^>]* id="{each}"[^>]*>', form)
        assert 'aria-invalid="true"' in tag
        (names,) = re.findall(r'aria-describedby="([^"]*)"', tag)
        assert f"error-{each}" in names.split()
        (message,) = re.findall(rf'id="error-{each}">([^<]+)<', form)
        assert message in summary
    return fields


@pytest.mark.parametrize(
    ("change", "word", "field"),
    [
        ({"day": "31/02/2026"}, "2026-03-02", "day"),
        ({"day": (datetime.now(UTC) + timedelta(days=2)).date().isoformat()}, "future", "day"),
        ({"status": "", "text": ""}, "Choose a status", "status"),
        ({"status": "not-reported"}, "Choose a status", "status"),
        ({"text": "Write to ana@example.org"}, "e-mail", "text"),
        ({"link": "javascript:alert(1)"}, "http://", "link"),
        ({"link": ""}, "title of the document", "link"),
        ({"reporter": f"{BASE}/id/actor/ben"}, "who reports", ""),
        ({"language": "tlh"}, "language", "language"),
        ({"text": "x" * 4_001}, "4,000", "text"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_lost(
    desk: Desk, change: dict[str, str], word: str, field: str
) -> None:
    before = desk.engine.version()
    async with desk.visitor(RegisterScope("one")) as visitor:
        secure(visitor)
        fields = {**REPORT, **SOURCE, **change, "ticket": await form_ticket(visitor)}
        answer = await visitor.client.post("/steward/report", data=fields)
        assert answer.status_code == 422
        assert word in answer.text.partition('role="alert"')[2].partition("</div>")[0]
        assert said_at(answer.text) == ([field] if field else [])
        if "title" not in change:
            assert 'value="Annual report"' in answer.text
    assert desk.engine.version() == before


async def test_of_two_reports_at_once_one_wins_and_the_other_sees_it(desk: Desk) -> None:
    async with (
        desk.visitor(Scope.WRITE, label="Eva") as one,
        desk.visitor(RegisterScope("two"), label="Tom") as other,
    ):
        path = FORM.replace("one", "two")
        tickets = [await form_ticket(secure(each), path) for each in (one, other)]
        report = {**REPORT, **SOURCE, "reporter": f"{BASE}/id/actor/ben"}
        first = await one.client.post("/steward/report", data={**report, "ticket": tickets[0]})
        assert first.status_code == 303, first.text
        late = {**report, "ticket": tickets[1], "status": "completed", "day": "2026-04-01"}
        second = await other.client.post("/steward/report", data=late)
        assert second.status_code == 409
        alert = second.text.partition('role="alert"')[2].partition("</div>")[0]
        assert "March 2, 2026" in alert
        assert "Ben" in alert
        assert len(told(desk, "c-two")) == 1
        # It still says something new, so it is sent again from the page that tells so.
        fresh = html.unescape(re.findall(r'name="ticket" value="([^"]+)"', second.text)[-1])
        third = await other.client.post("/steward/report", data={**late, "ticket": fresh})
        assert third.status_code == 303
        assert len(told(desk, "c-two")) == 2
        page = await other.client.get("/doc/commitment/c-two")
        assert "https://ana.example/report" in page.text


async def test_what_was_taken_back_stays_in_the_history_and_comes_back(desk: Desk) -> None:
    async with (
        desk.visitor(RegisterScope("one"), label="Tom") as tom,
        desk.visitor(RegisterScope("two"), label="Lea") as lea,
    ):
        fields = {
            **REPORT,
            **SOURCE,
            "text": "It was so.",
            "ticket": await form_ticket(secure(tom)),
        }
        assert (await tom.client.post("/steward/report", data=fields)).status_code == 303
        told_first = len(told(desk))
        for left in (told_first - 1, told_first):
            history = (await tom.client.get("/steward/history")).text
            number = re.findall(r'name="number" value="(\d+)"', history)[0]
            assert (
                f'value="{number}"' not in (await secure(lea).client.get("/steward/history")).text
            )
            assert (await lea.send("/steward/take-back", number=number)).status_code == 404
            back = await tom.send("/steward/take-back", number=number)
            assert back.status_code == 303, back.text
            assert len(told(desk)) == left
        assert "It was so." in (await tom.client.get("/doc/commitment/c-one")).text


async def test_who_has_nothing_to_do_with_it_gets_no_form(desk: Desk) -> None:
    before = desk.engine.version()
    for scopes in ((MakerScope("ben"),), (RegisterScope("two"),)):
        async with desk.visitor(*scopes) as visitor:
            secure(visitor)
            assert (await visitor.client.get(FORM)).status_code == 404
            ticket = await form_ticket(visitor, FORM.replace("one", "two"))
            # The ticket says which commitment it is for, whatever the form says.
            await visitor.client.post(
                "/steward/report", data={**REPORT, "ticket": ticket, "commitment": "c-one"}
            )
            plain = await visitor.ticket("/steward")
            answer = await visitor.client.post("/steward/report", data={**REPORT, "ticket": plain})
            assert answer.status_code == 404
    async with desk.visitor() as visitor:
        assert (await visitor.client.get(FORM)).status_code == 401
        assert (await visitor.client.post("/steward/report", data=REPORT)).status_code == 401
    assert desk.engine.version() == before


ASSESSED = """
<id/assessment/a-{slug}> a pg:Assessment ; pg:assessor <id/actor/eva> ; pg:grade grade:high ;
    pg:reportsOn <id/commitment/c-{slug}> ; pg:method "By reading."@en ;
    pg:status <https://w3id.org/pledgegraph/scheme/status#paused> ; pg:text "It rests."@en ;
    pg:asOf "2026-02-01"^^<http://www.w3.org/2001/XMLSchema#date> .
<id/actor/eva> a pg:Actor ; rdfs:label "Eva's office"@en ; pg:grade grade:high ;
    pg:actorType <https://w3id.org/pledgegraph/scheme/actor-type#civil-society> .
"""
REPLY = {**REPORT, "status": "", "text": "We <b>differ</b>."}


async def test_a_maker_replies_beside_the_assessment(desk: Desk, tmp_path: Path) -> None:
    for slug, maker in (("three", "ana"), ("four", "ben")):
        desk.load(tmp_path, slug, maker, ASSESSED.replace("{slug}", slug))
    assessment = f"{BASE}/id/assessment/a-three"
    page = "/doc/commitment/c-three"
    async with desk.visitor(MakerScope("ana"), label="Ana's office") as visitor:
        secure(visitor)
        client = visitor.client
        home = html.unescape((await client.get("/steward")).text)
        (form,) = re.findall(r'href="(/steward/report\?commitment=c-three&assessment=[^"]+)"', home)
        assert "a-four" not in home
        opened = await client.get(form)
        assert f'<option value="{assessment}" selected>February 1, 2026 · Eva' in opened.text
        for foreign in (f"{BASE}/id/assessment/a-four", f"{BASE}/id/report/none"):
            fields = {**REPLY, "replies_to": foreign, "ticket": await form_ticket(visitor, form)}
            refused = await client.post("/steward/report", data=fields)
            assert refused.status_code == 422
            assert "from the list the assessment" in refused.text
        fields = {**REPLY, "replies_to": assessment, "ticket": await form_ticket(visitor, form)}
        shown = await client.post("/steward/report", data={**fields, "act": "preview"})
        assert "Reply by <span" in shown.text
        assert "Reply by <span" not in (await client.get(page)).text
        sent = await client.post("/steward/report", data=fields)
        assert (sent.status_code, sent.headers["location"]) == (303, page), sent.text
        (reply,) = [each for each in told(desk, "c-three") if "/note/" in each.value]
        # What waits for a reply no longer does.
        assert "a-three" not in (await client.get("/steward")).text

        said = (await client.get(page)).text
        (beside,) = re.findall(r'<li class="voice-assessor">(.*?)</li>', said, re.S)
        assert "It rests." in beside
        assert "We &lt;b&gt;differ&lt;/b&gt;." in beside
        (alone,) = re.findall(r'<li class="voice-maker">(.*?)</li>', said, re.S)
        assert re.search(r"Reply to the assessment: <span[^>]*>February 1, 2026 · Eva", alone)
        # Its words stand once in the timeline, and in short above.
        assert said.partition('id="timeline"')[2].count("differ&lt;") == 1
        box = said.partition('class="answer"')[2].partition("</section>")[0]
        assert "differ&lt;" in box
        overall = (await client.get("/progress")).text
        assert overall.count("Reply of the maker") == 2  # the text of the link, and its label
        assert "a reply to an assessment" in overall
        with desk.engine.snapshot() as snapshot:
            node = NamedNode(f"{BASE}/id/commitment/c-three")
            assert not list(snapshot.about([node], [PG.currentStatus], merged=True))
        for language, words in WORDS.items():
            spoken = await client.get(page, params={"lang": language})
            assert words in spoken.text, language

        json_ld = {"accept": "application/ld+json"}
        whole = (await client.get("/doc/commitment/c-three", headers=json_ld)).json()
        told_of = {each["id"]: each for each in whole["reports"]}
        assert told_of[reply.value]["repliesTo"] == [assessment]
        assessed = (await client.get("/doc/assessment/a-three", headers=json_ld)).json()
        assert [each["id"] for each in assessed["replies"]] == [reply.value]


WORDS = {
    "en": "Reply by <span",
    "fr": "Réponse de",
    "es": "Respuesta de",
    "ar": "رد من",
    "ru": "Ответ:",
    "zh": "的回应",
}


async def test_what_replies_to_an_assessment_is_reviewed_as_such(
    desk: Desk, tmp_path: Path
) -> None:
    desk.load(tmp_path, "five", "ana", ASSESSED.replace("{slug}", "five"))
    form = "/steward/report?commitment=c-five"
    async with (
        desk.visitor(RegisterScope("five"), label="Tom") as tom,
        desk.visitor(RegisterScope("five"), label="Lea") as lea,
    ):
        ticket = await form_ticket(secure(tom), form)
        assessment = f"{BASE}/id/assessment/a-five"
        fields = {**REPLY, **SOURCE, "replies_to": assessment, "ticket": ticket, "act": "review"}
        assert (await tom.client.post("/steward/report", data=fields)).status_code == 303
        listed = (await secure(lea).client.get("/steward/reviews")).text
        (address,) = set(re.findall(r'href="(/steward/review\?id=\w+)"', listed))
        seen = (await lea.client.get(address)).text
        assert re.search(r"Reply to an assessment</dt>\s*<dd[^>]*>February 1, 2026 · Eva", seen)
        applied = await lea.client.post(
            "/steward/review",
            data={"ticket": await form_ticket(lea, address), "verdict": "apply", "words": ""},
        )
        assert applied.status_code == 303, applied.text
        assert "Reply by <span" in (await lea.client.get("/doc/commitment/c-five")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_form_speaks_every_language(desk: Desk, language: str) -> None:
    async with desk.visitor(Scope.WRITE) as visitor:
        secure(visitor)
        answer = await visitor.client.get(f"{FORM}&lang={language}")
        assert answer.headers["content-language"] == language
        assert answer.headers["cache-control"] == "no-store, private"
