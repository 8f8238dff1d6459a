"""What is sent for review waits for another person, who applies or declines what is shown."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from pledgegraph.reviews import Proposals
from pledgegraph.settings import Settings
from pledgegraph.tabular import Workbooks
from pledgegraph.writes.tokens import MakerScope, RegisterScope, Scope
from pledgegraph_api.http.languages import LANGUAGES
from tests.api.conftest import BASE
from tests.api.desk.conftest import Desk, Visitor
from tests.graph.tabular.books import Book

pytestmark = pytest.mark.anyio

PAGE = "/steward/review?id={}"
PUBLIC = "/doc/commitment/c-one"
REPORT = {
    "reporter": f"{BASE}/id/actor/ana",
    "status": "in-progress",
    "day": "2026-03-02",
    "language": "en",
    "link": "https://ana.example/report",
    "title": "Annual report",
}


def secure(visitor: Visitor) -> Visitor:
    """As by the proxy in front: cookies are sent by https alone."""
    visitor.client.base_url = "https://testserver"
    return visitor


async def ticket_of(visitor: Visitor, path: str) -> str:
    """The ticket of the last form on a page, which is the page's own."""
    answer = await visitor.client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(re.findall(r'name="ticket" value="([^"]+)"', answer.text)[-1])


async def send_report(
    visitor: Visitor, text: str, *, act: str = "review", slug: str = "one", **more: str
) -> httpx.Response:
    """Fill in the form of a commitment."""
    ticket = await ticket_of(visitor, f"/steward/report?commitment=c-{slug}")
    fields = {**REPORT, "text": text, **more, "ticket": ticket, "act": act}
    return await visitor.client.post("/steward/report", data=fields)


def kept(desk: Desk, words: str) -> str:
    """The id of what waits with these words in it."""
    waiting = Proposals(desk.path, days=1).waiting()
    (found,) = [each for each in waiting if words in f"{each.note} {each.content}"]
    return found.id


async def decide(visitor: Visitor, name: str, verdict: str, words: str = "") -> httpx.Response:
    """Decide on the page of what waits."""
    ticket = await ticket_of(visitor, PAGE.format(name))
    fields = {"ticket": ticket, "verdict": verdict, "words": words}
    return await visitor.client.post("/steward/review", data=fields)


async def test_a_report_is_published_by_another_person_alone(desk: Desk) -> None:
    before = desk.engine.version()
    async with (
        desk.visitor(RegisterScope("one"), label="Ana") as ana,
        desk.visitor(RegisterScope("one"), label="Eva") as eva,
        desk.visitor(RegisterScope("one"), label="Ana") as same,
        desk.visitor(RegisterScope("two"), label="Ben") as ben,
        desk.visitor(MakerScope("ana"), label="The maker") as maker,
    ):
        for each in (ana, eva, same, ben, maker):
            secure(each)
        shown = await send_report(ana, "Half is done.", act="preview")
        assert shown.status_code == 200
        assert "Half is done." in shown.text
        # It leads to nothing that is not there yet, and says how one goes on.
        there = shown.text.partition("<main")[2].partition("</main>")[0]
        assert not re.findall(r'href="[^"]*(?:/cite/|/feeds/|/embed/|c-one\.)', there)
        assert "Go back in your browser" in there
        assert "Preview: this is how the page would be." in shown.text
        assert shown.headers["cache-control"] == "no-store, private"
        assert "etag" not in shown.headers
        sent = await send_report(ana, "Half is done.")
        assert (sent.status_code, sent.headers["location"]) == (303, "/steward/reviews")
        name = kept(desk, "Half is done.")
        assert desk.engine.version() == before
        for path in (PUBLIC, "/changes", "/progress"):
            public = await ben.client.get(path)
            assert "Half is done." not in public.text
            assert "Preview: this is" not in public.text

        # Neither who sent it nor, under another token, the same person decides about it.
        for visitor in (ana, same):
            listed = await visitor.client.get("/steward/reviews")
            assert ("Waits for another person" in listed.text) == (visitor is ana)
            assert "Nothing waits for your review." in listed.text
        own = await ana.client.get(PAGE.format(name))
        assert ">Apply<" not in own.text
        assert (await decide(ana, name, "apply")).status_code == 404
        for visitor in (same, ben, maker):
            for path in (PAGE.format(name), f"/steward/review.xlsx?id={name}"):
                assert (await visitor.client.get(path)).status_code == 404
            preview = f"/steward/preview?review={name}&record=commitment/c-one"
            assert (await visitor.client.get(preview)).status_code == 404
            stolen = await visitor.ticket("/steward")
            answer = await visitor.client.post(
                "/steward/review", data={"ticket": stolen, "review": name, "verdict": "apply"}
            )
            assert answer.status_code == 404
        assert desk.engine.version() == before


async def test_the_sender_is_told_what_came_of_it(desk: Desk) -> None:
    async with (
        desk.visitor(RegisterScope("one"), label="Ana") as ana,
        desk.visitor(RegisterScope("one"), label="Eva") as eva,
        desk.visitor() as ben,
    ):
        for each in (ana, eva, ben):
            secure(each)
        await send_report(ana, "All but half is done.")
        name, before = kept(desk, "All but half is done."), desk.engine.version()
        home = await eva.client.get("/steward")
        assert re.search("Waiting for your review: [12]", home.text)
        page = await eva.client.get(PAGE.format(name))
        assert "All but half is done." in page.text
        preview = await eva.client.get(f"/steward/preview?review={name}&record=commitment/c-one")
        assert "All but half is done." in preview.text
        assert f'<a href="/steward/review?id={name}">Go back</a>' in preview.text
        assert desk.engine.version() == before

        # A declined one tells why; nothing of it is published.
        assert (await decide(eva, name, "decline")).status_code == 422
        assert (await decide(eva, name, "decline", "It is a third.")).status_code == 303
        for language in LANGUAGES:
            for path in ("/steward/reviews?", f"{PAGE.format(name)}&"):
                told = await ana.client.get(f"{path}lang={language}")
                assert told.headers["content-language"] == language
                assert "It is a third." in told.text
        assert desk.engine.version() == before

        await send_report(ana, "A third is done.")
        name = kept(desk, "A third is done.")
        applied = await decide(eva, name, "apply", "Thank you.")
        assert applied.headers["location"] == PAGE.format(name)
        told = await ana.client.get(PAGE.format(name))
        assert "Thank you." in told.text
        assert "Decided by Eva" in told.text
        (number,) = re.findall(r'href="/changes/(\d+)"', told.text)
        assert "A third is done." in (await ben.client.get(PUBLIC)).text
        change = await ben.client.get(f"/changes/{number}")
        assert "Sent by Ana." in change.text
        assert "Eva" in change.text


async def test_of_two_reviewers_one_wins_and_the_other_sees_it(desk: Desk) -> None:
    async with (
        desk.visitor(RegisterScope("two"), label="Ana") as ana,
        desk.visitor(RegisterScope("two"), label="Eva") as eva,
        desk.visitor(Scope.WRITE, label="Tom") as tom,
    ):
        for each in (ana, eva, tom):
            secure(each)
        ben = {"reporter": f"{BASE}/id/actor/ben"}
        await send_report(ana, "First word.", slug="two", **ben)
        await send_report(ana, "Second word.", slug="two", **ben)
        first, second = kept(desk, "First word."), kept(desk, "Second word.")
        tickets = [await ticket_of(each, PAGE.format(first)) for each in (eva, tom)]
        other = await ticket_of(tom, PAGE.format(second))
        answers = [
            await each.client.post("/steward/review", data={"ticket": ticket, "verdict": verdict})
            for each, ticket, verdict in ((eva, tickets[0], "apply"), (tom, tickets[1], "apply"))
        ]
        assert [each.status_code for each in answers] == [303, 409]
        assert "Somebody else was faster" in answers[1].text
        assert "Decided by Eva" in answers[1].text
        before = desk.engine.version()
        # What was told meanwhile is shown before the second one is told, too.
        late = await tom.client.post("/steward/review", data={"ticket": other, "verdict": "apply"})
        assert (late.status_code, desk.engine.version()) == (409, before)
        alert = late.text.partition('role="alert"')[2]
        assert "changed after you opened this page" in alert
        assert "Progress report on c-two, 2026-03-02. Sent by Ana." in alert
        assert (await decide(tom, second, "apply")).status_code == 303
        assert desk.engine.version() != before


async def test_what_nobody_may_send_any_more_can_be_declined_alone(desk: Desk) -> None:
    async with (
        desk.visitor(MakerScope("ana"), label="The office") as maker,
        desk.visitor(Scope.WRITE, label="Eva") as eva,
    ):
        for each in (maker, eva):
            secure(each)
        await send_report(maker, "By the office itself.", link="", title="")
        name = kept(desk, "By the office itself.")
        ticket = await ticket_of(eva, PAGE.format(name))
        desk.tokens.revoke(maker.id)
        before = desk.engine.version()
        assert "is revoked" in (await eva.client.get(PAGE.format(name))).text
        answer = await eva.client.post(
            "/steward/review", data={"ticket": ticket, "verdict": "apply"}
        )
        assert (answer.status_code, desk.engine.version()) == (409, before)
        assert (await decide(eva, name, "decline", "Who are you?")).status_code == 303


async def test_what_died_between_change_and_outcome_is_told_right(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        desk.visitor(RegisterScope("one"), label="Ana") as ana,
        desk.visitor(RegisterScope("one"), label="Eva") as eva,
    ):
        for each in (ana, eva):
            secure(each)
        await send_report(ana, "Told before the end.")
        name = kept(desk, "Told before the end.")
        ticket = await ticket_of(eva, PAGE.format(name))

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(Proposals, "decide", die)
            with pytest.raises(KeyboardInterrupt):
                await eva.client.post(
                    "/steward/review", data={"ticket": ticket, "verdict": "apply"}
                )
        assert "Told before the end." in (await ana.client.get(PUBLIC)).text
        assert f"id={name}" not in (await eva.client.get("/steward/reviews")).text
        told = await ana.client.get(PAGE.format(name))
        assert "Decided by Eva" in told.text


async def test_a_workbook_waits_and_is_applied_as_it_was_shown(desk: Desk) -> None:
    book = Book.read(
        Workbooks(desk.engine, Settings(base=BASE, data_dir=desk.engine.directory.path)).export(
            "one"
        )
    )
    book.put("Commitments", "c-one", "Due", "December 2027")
    page = "/steward/register?register=one"
    async with (
        desk.visitor(RegisterScope("one"), label="Ana") as ana,
        desk.visitor(RegisterScope("one"), label="Eva") as eva,
    ):
        for each in (ana, eva):
            secure(each)
        before = desk.engine.version()
        await ana.client.post(
            "/steward/register",
            data={"ticket": await ticket_of(ana, page)},
            files={"file": ("register.xlsx", book.written())},
        )
        report = "/steward/workbook?register=one"
        preview = "/steward/preview?register=one&record=commitment/c-one"
        assert preview.replace("&", "&amp;") in (await ana.client.get(report)).text
        shown = await ana.client.get(preview)
        assert "Preview: this is how the page would be." in shown.text
        assert "December 2027" in shown.text
        assert f'<a href="{report}">Go back</a>' in shown.text
        assert "December 2027" not in (await ana.client.get(PUBLIC)).text
        assert (await eva.client.get(preview)).status_code == 404
        fields = {"ticket": await ticket_of(ana, report), "act": "review"}
        wrong = await ana.client.post("/steward/workbook", data={**fields, "reason": "a@b.example"})
        assert wrong.status_code == 422
        for _ in range(2):
            fields["reason"] = "As agreed."
            sent = await ana.client.post("/steward/workbook", data=fields)
        assert sent.status_code == 409, "it was sent already"
        assert desk.engine.version() == before
        name = kept(desk, "As agreed.")
        reviewed = await eva.client.get(PAGE.format(name))
        assert "was empty, becomes “December 2027”" in html.unescape(
            re.sub(r"</?bdi>", "", reviewed.text)
        )
        marked = await eva.client.get(f"/steward/review.xlsx?id={name}")
        assert Book.read(marked.content).cell("Commitments", "c-one", "Due") == "December 2027"
        assert (await decide(eva, name, "apply")).status_code == 303
        assert "December 2027" in (await ana.client.get(PUBLIC)).text
        assert not [*(desk.path / "reviews").rglob("*.file")]

        # One that its sender takes back is nowhere.
        await send_report(ana, "Not so.")
        name = kept(desk, "Not so.")
        assert (await decide(eva, name, "withdraw")).status_code == 404
        assert (await decide(ana, name, "withdraw")).status_code == 303
        assert (await eva.client.get(PAGE.format(name))).status_code == 404
