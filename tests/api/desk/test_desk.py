"""The desk lets in who may work there, shows nobody else anything, and two stewards get on."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pledgegraph.corrections import Correction, Told
from pledgegraph.reviews import Proposal, Proposals
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.writes.tokens import MakerScope, RegisterScope, Scope
from pledgegraph_api.http.languages import LANGUAGES
from tests.api.desk.conftest import Desk

pytestmark = pytest.mark.anyio

WRITTEN = "Only stewards may read this."
PAGES = {
    "/steward": "",
    "/steward/corrections": "",
    "/steward/history": "",
    "/steward/reviews": "",
    "/steward/review": "?id={proposal}",
    "/steward/report": "?commitment=c-one",
    "/steward/register": "?register=one",
    "/steward/workbook": "?register=one",
}
"""Where a page is for who may see it, and how one of register one is asked for."""
FILES = {
    "/steward/review.xlsx": "?id={proposal}",
    "/steward/workbook.xlsx": "?register=one",
    "/steward/preview": "?register=one&record=commitment/c-one",
}
LISTS = ("/steward", "/steward/corrections", "/steward/history", "/steward/reviews")
"""Pages for everybody with a token, on which everybody sees what is theirs."""
FORMS = {
    "/steward/sign-out": {},
    "/steward/corrections/{name}": {"verdict": "accept", "words": "x", "language": "en"},
    "/steward/take-back": {"number": "{number}"},
    "/steward/report": {"commitment": "c-one", "status": "completed"},
    "/steward/register": {"register": "one"},
    "/steward/workbook": {"register": "one", "act": "apply"},
    "/steward/review": {"review": "{proposal}", "verdict": "apply"},
}
OPEN = "/steward/sign-in"


def tried(desk: Desk) -> list[tuple[str, str, str, dict[str, str]]]:
    """Method, route, address and fields of everything at the desk, as of register one."""
    waiting, proposal = report(desk), proposed(desk)
    (number,) = _numbers(desk, "The register one.")
    said = {"proposal": proposal.id, "number": str(number), "name": waiting.id}
    gets: list[tuple[str, str, str, dict[str, str]]] = [
        (method, path, path + query.format(**said), {})
        for path, query in {**PAGES, **FILES}.items()
        for method in ("GET", "HEAD")
    ]
    posts = [
        (
            "POST",
            path,
            path.format(**said),
            {key: value.format(**said) for key, value in fields.items()},
        )
        for path, fields in FORMS.items()
    ]
    return gets + posts


def proposed(desk: Desk) -> Proposal:
    """A workbook of register one that waits for review."""
    proposal = Proposal(
        id=secrets.token_hex(8),
        kind="workbook",
        about="one",
        sender="somebody",
        label="Somebody else",
        received=datetime.now(UTC),
        sequence=1,
        note=WRITTEN,
        content={"name": "one.csv"},
    )
    return Proposals(desk.path, days=1).add(proposal, b"Identifier\n")


def report(desk: Desk, page: str = "/doc/commitment/c-one") -> Correction:
    return desk.corrections.add(page, Told(WRITTEN, "b", "c"), language="en")


def test_everything_at_the_desk_is_tried(desk: Desk) -> None:
    there = {
        (method, path)
        for route in desk.app.routes
        if (path := str(getattr(route, "path", ""))).startswith("/steward")
        for method in getattr(route, "methods", None) or ("mounted",)
    }
    signing_in = {(method, OPEN) for method in ("GET", "HEAD", "POST")}
    assert there == {(method, path) for method, path, *_ in tried(desk)} | signing_in


async def test_everything_at_the_desk_refuses_who_is_not_signed_in(desk: Desk) -> None:
    _, read = desk.tokens.create(scopes=(Scope.READ,))
    revoked, gone = desk.tokens.create(scopes=(Scope.WRITE,))
    desk.tokens.revoke(revoked.id)
    requests = tried(desk)
    before = state(desk)
    async with desk.visitor() as visitor:
        answers = [(await visitor.sign_in(secret)).status_code for secret in (read, gone, "", "x")]
        assert answers == [403, 401, 401, 401]
        assert not visitor.client.cookies
        for headers in (
            {},
            {"Authorization": f"Bearer {read}"},
            {"Authorization": f"Bearer {gone}"},
        ):
            for method, path, address, fields in requests:
                data = {**fields, "ticket": "x"} if method == "POST" else None
                answer = await visitor.client.request(method, address, data=data, headers=headers)
                expected = (
                    303 if (method, path) in {("GET", "/steward"), ("HEAD", "/steward")} else 401
                )
                assert answer.status_code == expected, (method, path)
                assert_nothing_told(answer)
        # A cookie that somebody made up is none.
        visitor.client.cookies.set("pledgegraph-steward", "eyJ0b2tlbiI6IngifQ.x.y")
        assert (await visitor.client.get("/steward/corrections")).status_code == 401
        for method in ("PUT", "DELETE", "PATCH"):
            for path in {*PAGES, *FORMS}:
                assert (await visitor.client.request(method, path)).status_code == 405
    assert state(desk) == before


async def test_everything_at_the_desk_refuses_whose_token_was_revoked(desk: Desk) -> None:
    requests = tried(desk)
    before = state(desk)
    async with desk.visitor(Scope.WRITE) as visitor:
        visitor.client.base_url = "https://testserver"
        ticket = await visitor.ticket("/steward")
        desk.tokens.revoke(visitor.id)
        for method, path, address, fields in requests:
            data = {**fields, "ticket": ticket} if method == "POST" else None
            answer = await visitor.client.request(method, address, data=data)
            assert answer.status_code == (303 if path == "/steward" else 401), (method, path)
            assert_nothing_told(answer)
    assert state(desk) == before


@pytest.mark.parametrize("scope", [RegisterScope("two"), MakerScope("ben")])
async def test_everything_at_the_desk_refuses_the_token_of_another(
    desk: Desk, scope: RegisterScope | MakerScope
) -> None:
    requests = tried(desk)
    before = state(desk)
    async with desk.visitor(scope) as visitor:
        visitor.client.base_url = "https://testserver"
        ticket = await visitor.ticket("/steward")
        for method, path, address, fields in requests:
            if path == "/steward/sign-out":
                continue
            if path == "/steward/register" and method == "POST":
                sent = {"data": {**fields, "ticket": ticket}, "files": {"file": ("a.csv", b"x")}}
                answer = await visitor.client.post(address, **sent)  # type: ignore[arg-type]
            else:
                data = {**fields, "ticket": ticket} if method == "POST" else None
                answer = await visitor.client.request(method, address, data=data)
            assert answer.status_code == (200 if path in LISTS else 404), (method, path)
            assert_nothing_told(answer)
            assert "Promise one" not in answer.text
    assert state(desk) == before


def assert_nothing_told(answer: httpx.Response) -> None:
    assert WRITTEN not in answer.text
    assert "no-store" in answer.headers["cache-control"]


def state(desk: Desk) -> tuple[object, ...]:
    """All that somebody could have changed."""
    proposals = Proposals(desk.path, days=1)
    decided = desk.corrections.decided(), proposals.decided()
    return desk.engine.version(), desk.corrections.waiting(), proposals.waiting(), decided


async def test_a_session_is_a_cookie_for_the_desk_alone_and_ends_with_its_token(
    desk: Desk,
) -> None:
    async with desk.visitor(Scope.WRITE) as visitor:
        (cookie,) = visitor.client.cookies.jar
        assert cookie.path == "/steward"
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "strict"
        assert cookie.secure, "the base is https"
        # httpx sends no Secure cookie by http: the proxy in front speaks https.
        visitor.client.base_url = "https://testserver"
        home = await visitor.client.get("/steward")
        assert home.status_code == 200
        assert home.headers["cache-control"] == "no-store, private"
        assert "cookie" in home.headers["vary"].lower()
        public = await visitor.client.get("/doc/commitment/c-one")
        assert "cookie" not in public.request.headers
        # The session is no token: what programs write to does not take it.
        update = await visitor.client.post("/update", data={"update": "DROP ALL"})
        assert update.status_code == 401
        desk.tokens.revoke(visitor.id)
        assert (await visitor.client.get("/steward")).status_code == 303
        assert (await visitor.client.get("/steward/history")).status_code == 401


async def test_forms_of_other_sites_and_sessions_are_refused(desk: Desk) -> None:
    waiting = report(desk)
    async with desk.visitor(Scope.WRITE) as one, desk.visitor(Scope.WRITE, label="Eva") as other:
        for each in (one, other):
            each.client.base_url = "https://testserver"
        foreign = await other.ticket("/steward")
        form = {"verdict": "accept", "words": "x", "language": "en"}
        path = f"/steward/corrections/{waiting.id}"
        for data, headers in (
            ({**form, "ticket": foreign}, {}),
            ({**form, "ticket": ""}, {}),
            (form, {}),
            ({**form, "ticket": await one.ticket("/steward")}, {"sec-fetch-site": "cross-site"}),
            ({**form, "ticket": await one.ticket("/steward")}, {"origin": "null"}),
        ):
            answer = await one.client.post(path, data=data, headers=headers)
            assert answer.status_code == 403, data
        assert waiting in desk.corrections.waiting()
        assert (await one.send("/steward/sign-out")).status_code == 303
        assert (await one.client.get("/steward/corrections")).status_code == 401


def said(page: httpx.Response) -> str:
    """The word of success on a page; empty where there is none."""
    assert page.status_code == 200, page.text
    return page.text.partition('role="status"')[2].partition("</p>")[0]


async def test_the_steward_of_another_register_learns_nothing(desk: Desk) -> None:
    waiting = report(desk)
    elsewhere = report(desk, "/progress")
    number = str(next(iter(_numbers(desk, "The register one."))))
    before = desk.engine.version()
    async with desk.visitor(RegisterScope("two")) as visitor:
        visitor.client.base_url = "https://testserver"
        home = await visitor.client.get("/steward")
        assert "Register two" in home.text
        assert "Register one" not in home.text
        assert "Promise one" not in home.text
        listed = await visitor.client.get("/steward/corrections")
        assert WRITTEN not in listed.text
        for each in (waiting, elsewhere):
            answer = await visitor.send(
                f"/steward/corrections/{each.id}", verdict="accept", words="x", language="en"
            )
            assert answer.status_code == 404
        history = await visitor.client.get("/steward/history")
        assert "The register two." in history.text
        assert "The register one." not in history.text
        answer = await visitor.send("/steward/take-back", number=number)
        assert answer.status_code == 404
        for nonsense in ("", "x", "0", "99999999999999999999", "-1"):
            answer = await visitor.send("/steward/take-back", number=nonsense)
            assert answer.status_code == 404, nonsense
    assert desk.engine.version() == before
    assert {waiting, elsewhere} <= set(desk.corrections.waiting())
    async with desk.visitor(RegisterScope("one")) as visitor:
        visitor.client.base_url = "https://testserver"
        listed = await visitor.client.get("/steward/corrections")
        assert WRITTEN in listed.text
        assert f"/steward/corrections/{elsewhere.id}" not in listed.text


async def test_of_two_who_decide_one_wins_and_the_other_sees_it(desk: Desk) -> None:
    waiting = report(desk)
    path = f"/steward/corrections/{waiting.id}"
    async with desk.visitor(Scope.WRITE) as one, desk.visitor(Scope.ADMIN, label="Eva") as other:
        for each in (one, other):
            each.client.base_url = "https://testserver"
        listed = await one.client.get("/steward/corrections")
        assert re.search(
            r'<h2[^>]*><a href="/doc/commitment/c-one"[^>]*>Promise one</a>', listed.text
        )
        for fields in (
            {"words": "x", "language": "en"},
            {"verdict": "accept", "words": "x", "language": "tlh"},
            {"verdict": "accept", "words": "", "language": "en"},
            {"verdict": "accept", "words": "to ana@example.org", "language": "en"},
        ):
            answer = await one.send(path, **fields)
            assert answer.status_code == 422
            assert 'role="alert"' in answer.text
        assert "to ana@example.org" in answer.text, "the steward's words are kept"
        taken = await one.send(path, verdict="accept", words="It is 2025 now.", language="en")
        assert taken.status_code == 303
        told = said(await one.client.get(taken.headers["location"]))
        assert "Accepted." in told
        assert 'href="/doc/commitment/c-one"' in told
        # Whoever is given the address is told nothing that is not theirs.
        assert said(await other.client.get(taken.headers["location"])) == ""
        late = await other.send(path, verdict="decline", words="No.", language="en")
        assert late.status_code == 409
        assert "It is 2025 now." in late.text
        page = await other.client.get("/doc/commitment/c-one")
        assert "It is 2025 now." in page.text
        assert "Ana" not in page.text.partition('class="outcomes"')[2]


async def test_changes_are_taken_back_unless_somebody_built_on_them(
    desk: Desk, tmp_path: Path
) -> None:
    desk.load(tmp_path, "three", "cem")
    (number,) = _numbers(desk, "The register three.")
    async with desk.visitor(RegisterScope("three"), label="Cem") as visitor:
        visitor.client.base_url = "https://testserver"
        assert (await visitor.client.get("/doc/commitment/c-three")).status_code == 200
        wrong = await visitor.send("/steward/take-back", number=str(number), reason="a@b.example")
        assert wrong.status_code == 422
        back = await visitor.send("/steward/take-back", number=str(number), reason="Not ours.")
        assert back.status_code == 303, back.text
        told = said(await visitor.client.get(back.headers["location"]))
        assert f'<a href="/changes/{number}">{number}</a> is taken back' in told
        assert (await visitor.client.get("/doc/commitment/c-three")).status_code == 404
        again = await visitor.send("/steward/take-back", number=str(number))
        # What the register held is gone, so the change is nobody's but an editor's.
        assert again.status_code == 404
    async with desk.visitor(Scope.WRITE) as editor:
        editor.client.base_url = "https://testserver"
        again = await editor.send("/steward/take-back", number=str(number))
        assert again.status_code == 409
        assert "has removed a statement" in again.text
        listed = await editor.client.get("/steward/history")
        assert "Not ours." in listed.text
        assert "Cem" in listed.text
        (undone,) = _numbers(desk, "Not ours.")
        assert (await editor.send("/steward/take-back", number=str(undone))).status_code == 303
        assert (await editor.client.get("/doc/commitment/c-three")).status_code == 200


async def test_the_register_that_a_source_names_takes_its_changes_back(
    desk: Desk, tmp_path: Path
) -> None:
    """Not that which its commitments name; and where there are two, who keeps both."""
    for slug, named in (
        ("six", "<id/register/one>"),
        ("seven", "<id/register/one>, <id/register/two>"),
    ):
        desk.load(tmp_path, slug, slug, f"<id/source/of-{slug}> pg:inRegister {named} .")
    (six,), (seven,) = (_numbers(desk, f"The register {slug}.") for slug in ("six", "seven"))
    for number, scopes, status in (
        (six, ("six",), 404),
        (six, ("two",), 404),
        (six, ("one",), 303),
        (seven, ("seven",), 404),
        (seven, ("one",), 404),
        (seven, ("one", "two"), 303),
    ):
        async with desk.visitor(*map(RegisterScope, scopes)) as visitor:
            visitor.client.base_url = "https://testserver"
            back = await visitor.send("/steward/take-back", number=str(number))
            assert back.status_code == status, (number, scopes, back.text)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_desk_speaks_every_language(desk: Desk, language: str) -> None:
    report(desk)
    async with desk.visitor(Scope.WRITE) as visitor:
        visitor.client.base_url = "https://testserver"
        said = {"proposal": proposed(desk).id}
        for path in (*(path + query.format(**said) for path, query in PAGES.items()), OPEN):
            mark = "&" if "?" in path else "?"
            answer = await visitor.client.get(f"{path}{mark}lang={language}")
            assert answer.headers["content-language"] == language
            assert f"?lang={language}" in answer.text.partition("<form")[2]


def _numbers(desk: Desk, reason: str) -> list[int]:
    log = ChangesLog(desk.path / "changes")
    return [each.sequence for each in log.newest_first() if each.header().reason == reason]
