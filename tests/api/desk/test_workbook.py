"""A register's workbook at the desk: checked, applied as it was shown, and nobody else's."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.tabular import Workbooks
from pledgegraph.writes.tokens import MakerScope, RegisterScope, Scope
from pledgegraph_api.app.create import create_app
from pledgegraph_api.http.languages import LANGUAGES
from tests.api.conftest import BASE, client_of
from tests.api.desk.conftest import Desk, Visitor
from tests.graph.tabular.books import Book
from tests.shipped_store import copy_shipped

pytestmark = pytest.mark.anyio

SLUG = "commit-to-data"
OURS = f"/steward/register?register={SLUG}"
REPORT = f"/steward/workbook?register={SLUG}"
MARKED = f"/steward/workbook.xlsx?register={SLUG}"
COMMITMENT = "/doc/commitment/c2d-idc"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data, for the tests of this module."""
    return copy_shipped(tmp_path_factory, tmp_path_factory.mktemp("book") / "store", BASE)


@pytest.fixture
async def desk(path: Path, anyio_backend: str) -> AsyncIterator[Desk]:
    """The desk over them."""
    assert anyio_backend == "asyncio"
    settings = Settings(data_dir=path, base=BASE, max_workbook_bytes=2_000_000)
    engine = open_engine(settings)
    found = Desk(create_app(settings, engine), engine, path)
    async with client_of(found.app):
        yield found
    engine.close()


def out(desk: Desk) -> Book:
    """The register's workbook, read."""
    return Book.read(
        Workbooks(desk.engine, Settings(base=BASE, data_dir=desk.engine.directory.path)).export(
            SLUG
        )
    )


async def send(
    visitor: Visitor, body: bytes, *, ticket: str | None = None, name: str = "register.xlsx"
) -> httpx.Response:
    """Send a workbook with the register's form."""
    visitor.client.base_url = "https://testserver"
    ticket = await ticket_of(visitor, OURS) if ticket is None else ticket
    return await visitor.client.post(
        "/steward/register", data={"ticket": ticket}, files={"file": (name, body)}
    )


async def ticket_of(visitor: Visitor, path: str) -> str:
    """The ticket of the last form on a page, which is the page's own."""
    answer = await visitor.client.get(path)
    found = re.findall(r'name="ticket" value="([^"]+)"', answer.text)
    return html.unescape(found[-1])


async def test_a_broken_workbook_loads_nothing(desk: Desk) -> None:
    before = desk.engine.version()
    book = out(desk)
    async with desk.visitor(RegisterScope(SLUG)) as visitor:
        visitor.client.base_url = "https://testserver"
        assert "/registers/commit-to-data.xlsx" in (await visitor.client.get(OURS)).text
        for broken, said in ((b"", "not empty"), (b"PK\x03\x04 no package", "damaged")):
            answer = await send(visitor, broken)
            assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
            assert said in answer.text
        assert (await send(visitor, b"x" * 3_000_000)).status_code == 413
        assert "No workbook of yours waits" in (await visitor.client.get(REPORT)).text
        assert (await visitor.client.get(MARKED)).status_code == 404

        book.put("Commitments", "c2d-idc", "Due", "31/02/2025")
        book.put("Commitments", "c2d-citizen-data", "Due", "December 2027")
        answer = await send(visitor, book.written())
        assert answer.status_code == 303
        assert answer.headers["location"] == REPORT
        report = await visitor.client.get(REPORT)
        assert report.headers["cache-control"] == "no-store, private"
        assert "To mend first: 1" in report.text
        assert "Write “28/02/2025” or “February 2025”." in report.text
        assert ">Apply<" not in report.text
        marked = await visitor.client.get(MARKED)
        assert "no-store" in marked.headers["cache-control"]
        assert "_check" in Book.read(marked.content).sheets
        ticket = await ticket_of(visitor, OURS)
        refused = await visitor.client.post("/steward/workbook", data={"ticket": ticket})
        assert refused.status_code == 409
        for language in LANGUAGES:
            spoken = await visitor.client.get(f"{REPORT}&lang={language}")
            assert spoken.headers["content-language"] == language
        assert desk.engine.version() == before


async def test_what_was_shown_is_applied_once_and_taken_back(desk: Desk) -> None:
    before = desk.engine.version()
    book = out(desk)
    book.put("Commitments", "c2d-citizen-data", "Due", "December 2027")
    book.put("Commitments", "c2d-idc", "Due", "November 2027")
    async with desk.visitor(RegisterScope(SLUG)) as visitor:
        await send(visitor, book.written())
        report = await visitor.client.get(REPORT)
        assert "Records added: 0; changed: 2; removed: 0" in report.text
        assert "November 2027" in report.text
        ticket = await ticket_of(visitor, REPORT)
        wrong = await visitor.client.post(
            "/steward/workbook", data={"ticket": ticket, "reason": "asked by a@b.example"}
        )
        assert (wrong.status_code, desk.engine.version()) == (422, before)
        made = await visitor.client.post(
            "/steward/workbook", data={"ticket": ticket, "reason": "As the ministry wrote."}
        )
        assert made.status_code == 303, made.text
        page = await visitor.client.get(made.headers["location"])
        number = re.search(r"change=(\d+)", made.headers["location"])
        assert number
        assert f'href="/changes/{number[1]}"' in page.text
        assert "Applied as change" in page.text
        assert out(desk).cell("Commitments", "c2d-idc", "Due") == "November 2027"
        # It waits no longer, and sending the form again changes nothing.
        assert "No workbook of yours waits" in (await visitor.client.get(REPORT)).text
        made_once = desk.engine.version()
        again = await visitor.client.post("/steward/workbook", data={"ticket": ticket})
        assert (again.status_code, desk.engine.version()) == (409, made_once)

        history = await visitor.client.get("/steward/history")
        assert "As the ministry wrote." in history.text
        back = await visitor.send("/steward/take-back", number=number[1])
        assert back.status_code == 303, back.text
        assert out(desk).cell("Commitments", "c2d-idc", "Due") != "November 2027"


async def test_of_two_workbooks_one_wins_and_the_other_sees_what_changed(desk: Desk) -> None:
    async with (
        desk.visitor(RegisterScope(SLUG)) as ana,
        desk.visitor(Scope.WRITE, label="Eva") as eva,
    ):
        tickets = []
        for visitor, due in ((ana, "October 2027"), (eva, "March 2028")):
            book = out(desk)
            book.put("Commitments", "c2d-idc", "Due", due)
            assert (await send(visitor, book.written())).status_code == 303
            tickets.append(await ticket_of(visitor, REPORT))
        swapped = await eva.client.post("/steward/workbook", data={"ticket": tickets[0]})
        assert swapped.status_code == 403
        made = await ana.client.post("/steward/workbook", data={"ticket": tickets[0]})
        assert made.status_code == 303
        before = desk.engine.version()
        late = await eva.client.post("/steward/workbook", data={"ticket": tickets[1]})
        assert (late.status_code, desk.engine.version()) == (409, before)
        assert "was changed after your workbook was checked" in late.text
        assert f"Workbook of the register {SLUG}." in late.text
        assert "Rows that somebody else has changed" in late.text
        assert out(desk).cell("Commitments", "c2d-idc", "Due") == "October 2027"


async def test_whoever_may_not_learns_nothing(desk: Desk) -> None:
    book = out(desk)
    book.put("Commitments", "c2d-idc", "Due", "July 2029")
    body, before = book.written(), desk.engine.version()
    async with desk.visitor(RegisterScope(SLUG)) as keeper:
        assert (await send(keeper, body)).status_code == 303
        theirs = await ticket_of(keeper, OURS)
        foreign = await keeper.client.post(
            "/steward/register",
            data={"ticket": theirs},
            files={"file": ("register.xlsx", body)},
            headers={"sec-fetch-site": "cross-site"},
        )
        assert foreign.status_code == 403
        kept = await ticket_of(keeper, REPORT)
        desk.tokens.revoke(keeper.id)
        for answer in (
            await keeper.client.get(REPORT),
            await keeper.client.get(MARKED),
            await send(keeper, body, ticket=theirs),
            await keeper.client.post("/steward/workbook", data={"ticket": kept}),
        ):
            assert answer.status_code == 401
    for scope in (RegisterScope("power-of-data"), MakerScope("unsd")):
        async with desk.visitor(scope, label="Ben") as other:
            other.client.base_url = "https://testserver"
            told = set()
            for slug in (SLUG, "no-such-register", "", "..%2Fx"):
                for page in ("register", "workbook", "workbook.xlsx"):
                    answer = await other.client.get(f"/steward/{page}?register={slug}")
                    assert answer.status_code == 404
                    told.update(re.findall(r"There is no [^<]+", answer.text))
            assert len(told) == 1, "what is there is answered as what is not"
            for ticket in (theirs, kept, await other.ticket("/steward")):
                assert (await send(other, body, ticket=ticket)).status_code in {403, 404}
                answer = await other.client.post("/steward/workbook", data={"ticket": ticket})
                assert answer.status_code in {403, 404}
    assert desk.engine.version() == before
