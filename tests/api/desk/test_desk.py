"""The desk lets in who may work there, shows nobody else anything, and two stewards get on."""

from __future__ import annotations

from pathlib import Path

import pytest

from pledgegraph.corrections import Correction, Told
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.writes.tokens import RegisterScope, Scope
from pledgegraph_api.http.languages import LANGUAGES
from tests.api.desk.conftest import Desk

pytestmark = pytest.mark.anyio

WRITTEN = "Only stewards may read this."
PAGES = (
    "/steward",
    "/steward/corrections",
    "/steward/history",
    "/steward/report?commitment=c-one",
    "/steward/register?register=one",
    "/steward/workbook?register=one",
)
FORMS = (
    "/steward/sign-out",
    "/steward/corrections/{id}",
    "/steward/take-back",
    "/steward/report",
    "/steward/register",
    "/steward/workbook",
)


def report(desk: Desk, page: str = "/doc/commitment/c-one") -> Correction:
    return desk.corrections.add(page, Told(WRITTEN, "b", "c"), language="en")


async def test_every_page_and_form_refuses_who_is_not_signed_in(desk: Desk) -> None:
    waiting = report(desk)
    _, read = desk.tokens.create(scopes=(Scope.READ,))
    revoked, gone = desk.tokens.create(scopes=(Scope.WRITE,))
    desk.tokens.revoke(revoked.id)
    before = desk.engine.version()
    async with desk.visitor() as visitor:
        answers = [(await visitor.sign_in(secret)).status_code for secret in (read, gone, "", "x")]
        assert answers == [403, 401, 401, 401]
        assert not visitor.client.cookies
        for path in (*PAGES, "/steward/workbook.xlsx?register=one"):
            for method in ("GET", "HEAD"):
                answer = await visitor.client.request(method, path)
                assert answer.status_code == (303 if path == "/steward" else 401), (method, path)
                assert WRITTEN not in answer.text
                assert "no-store" in answer.headers["cache-control"]
        for path in FORMS:
            for headers in ({}, {"Authorization": f"Bearer {read}"}):
                answer = await visitor.client.post(
                    path.replace("{id}", waiting.id), data={"ticket": "x"}, headers=headers
                )
                assert answer.status_code == 401, path
        # A cookie that somebody made up is none.
        visitor.client.cookies.set("pledgegraph-steward", "eyJ0b2tlbiI6IngifQ.x.y")
        assert (await visitor.client.get("/steward/corrections")).status_code == 401
        for method in ("PUT", "DELETE", "PATCH"):
            for path in (*PAGES, *FORMS):
                assert (await visitor.client.request(method, path)).status_code == 405
    assert desk.engine.version() == before
    assert waiting in desk.corrections.waiting()


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


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_desk_speaks_every_language(desk: Desk, language: str) -> None:
    report(desk)
    async with desk.visitor(Scope.WRITE) as visitor:
        visitor.client.base_url = "https://testserver"
        for path in (*PAGES, "/steward/sign-in"):
            mark = "&" if "?" in path else "?"
            answer = await visitor.client.get(f"{path}{mark}lang={language}")
            assert answer.headers["content-language"] == language
            assert f"?lang={language}" in answer.text.partition("<form")[2]


def _numbers(desk: Desk, reason: str) -> list[int]:
    log = ChangesLog(desk.path / "changes")
    return [each.sequence for each in log.newest_first() if each.header().reason == reason]
