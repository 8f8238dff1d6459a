"""Registers out over HTTP as workbooks and in again, by those who may and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph.setup import open_engine
from pledgegraph.store import EmbeddedEngine
from pledgegraph.writes import RegisterScope, Scope, Tokens
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of
from tests.graph.tabular.books import Book
from tests.shipped_store import copy_shipped

pytestmark = pytest.mark.anyio

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REGISTER = "commit-to-data"


class Desk:
    """A service, and who comes to it."""

    def __init__(self, client: httpx.AsyncClient, engine: EmbeddedEngine) -> None:
        self.client = client
        self.engine = engine
        self.tokens = Tokens(engine.directory.path)
        self.ours = self.token(RegisterScope(REGISTER), "The keeper")

    def token(self, scope: Scope | RegisterScope, label: str | None = None) -> str:
        """A new token."""
        return self.tokens.create(scopes=(scope,), label=label)[1]

    async def send(self, body: bytes, token: str | None, **more: Any) -> httpx.Response:
        """Send a workbook."""
        headers = {"Content-Type": XLSX, **more.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        parameters = {"register": REGISTER, **more}
        return await self.client.post(
            "/submissions", content=body, headers=headers, params=parameters
        )

    def state(self) -> str | None:
        """The name of the newest snapshot."""
        return self.engine.version()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data, for the tests of this module."""
    return copy_shipped(tmp_path_factory, tmp_path_factory.mktemp("desk") / "store", BASE)


@pytest.fixture
async def desk(path: Path, anyio_backend: str) -> AsyncIterator[Desk]:
    """The service over them."""
    assert anyio_backend == "asyncio"
    settings = Settings(data_dir=path, base=BASE, max_workbook_bytes=2_000_000)
    engine = open_engine(settings)
    async with client_of(create_app(settings, engine)) as client:
        yield Desk(client, engine)
    engine.close()


async def test_a_register_goes_out_is_changed_and_comes_in(desk: Desk) -> None:
    got = await desk.client.get(f"/registers/{REGISTER}.xlsx")
    assert (got.status_code, got.headers["content-type"]) == (200, XLSX)
    tagged = {"If-None-Match": got.headers["etag"]}
    again = await desk.client.get(f"/registers/{REGISTER}.xlsx", headers=tagged)
    assert again.status_code == 304
    book = Book.read(got.content)
    book.put("Commitments", "c2d-idc", "Due", "31/02/2025")
    faulty = book.written()
    report = await desk.send(faulty, desk.ours)
    assert report.status_code == 200
    told = report.json()
    assert (told["stops"], told["receipt"], told["applied"]) == (True, "", False)
    (fault,) = told["faults"]
    assert (fault["kind"], fault["found"]) == ("date", "31/02/2025")
    marked = await desk.send(faulty, desk.ours, headers={"Accept": XLSX})
    assert "_check" in Book.read(marked.content).sheets
    words = await desk.send(faulty, desk.ours, headers={"Accept": "text/plain"})
    assert "Write “28/02/2025” or “February 2025”." in words.text
    before = desk.state()
    refused = await desk.send(faulty, desk.ours, apply="0" * 32)
    assert refused.status_code == 422
    assert refused.json()["type"] == f"{BASE}/problems/workbook-refused"
    assert refused.json()["report"]["faults"] == told["faults"]

    book.put("Commitments", "c2d-idc", "Due", "December 2027")
    good = book.written()
    told = (await desk.send(good, desk.ours)).json()
    assert (told["stops"], told["counts"]) == (False, {"add": 0, "change": 1, "remove": 0})
    stale = await desk.send(good, desk.ours, apply="0" * 32)
    assert (stale.status_code, desk.state()) == (409, before)
    files = {"file": ("register.xlsx", good, XLSX)}
    made = await desk.client.post(
        "/submissions",
        files=files,
        params={"register": REGISTER, "apply": told["receipt"]},
        headers={"Authorization": f"Bearer {desk.ours}"},
    )
    assert made.status_code == 200, made.text
    assert made.json()["applied"]
    change = await desk.client.get(f"/changes/{made.json()['changeSet']}?format=json")
    assert change.json()["agent"] == "The keeper"
    out = Book.read((await desk.client.get(f"/registers/{REGISTER}.xlsx")).content)
    assert out.cell("Commitments", "c2d-idc", "Due") == "December 2027"


async def test_whoever_may_not_is_refused_and_learns_nothing(desk: Desk) -> None:
    body = (await desk.client.get(f"/registers/{REGISTER}.xlsx")).content
    before = desk.state()
    revoked, secret = desk.tokens.create(scopes=(RegisterScope(REGISTER),))
    desk.tokens.revoke(revoked.id)
    cases = {
        None: 401,
        "pgt_nonsense": 401,
        secret: 401,
        desk.token(Scope.READ): 403,
        desk.token(RegisterScope("power-of-data")): 403,
    }
    for token, status in cases.items():
        answers = []
        for register in (REGISTER, "no-such-register", "", "../x"):
            for more in ({}, {"apply": "0" * 32}):
                answer = await desk.send(body, token, register=register, **more)
                assert answer.status_code == status, (token, register)
                answers.append(answer.json())
        if status == 401:
            assert len({answer["detail"] for answer in answers}) == 1
        assert not any("report" in answer for answer in answers)
    assert desk.state() == before
    editor = await desk.send(body, desk.token(Scope.WRITE))
    assert editor.status_code == 200
    nothing = await desk.send(body, desk.token(Scope.WRITE), register="no-such-register")
    assert nothing.status_code == 200
    assert nothing.json()["stops"]


async def test_what_is_no_workbook_is_refused(desk: Desk) -> None:
    assert (await desk.send(b"x" * 3_000_000, desk.ours)).status_code == 413
    plain = {"headers": {"Content-Type": "image/png"}}
    assert (await desk.send(b"x", desk.ours, **plain)).status_code == 415
    damaged = await desk.send(b"PK\x03\x04 no package", desk.ours)
    assert damaged.status_code == 400
    assert "damaged" in damaged.json()["detail"]
    assert (await desk.client.get("/submissions")).status_code == 405
    assert (await desk.client.get("/registers/no-such.xlsx")).status_code == 404
    assert (await desk.client.get("/registers/template.xlsx?sheets=x")).status_code == 400
    template = await desk.client.get("/registers/template.xlsx?lang=fr")
    assert "Engagements" in Book.read(template.content).sheets


async def test_one_that_takes_too_long_is_refused_with_what_to_do(path: Path) -> None:
    settings = Settings(data_dir=path, base=BASE, workbook_timeout=0.01)
    engine = open_engine(settings)
    async with client_of(create_app(settings, engine)) as client:
        desk = Desk(client, engine)
        late = await desk.send(b"", desk.ours)
    engine.close()
    assert late.status_code == 504
    assert "send a workbook in parts" in late.json()["remedy"]
    assert late.json()["limit"] == "workbook_timeout"


async def test_a_workbook_may_take_longer_than_another_write(path: Path) -> None:
    engine = open_engine(Settings(data_dir=path, base=BASE))
    settings = Settings(data_dir=path, base=BASE, write_timeout=0.01)
    async with client_of(create_app(settings, engine)) as client:
        desk = Desk(client, engine)
        slow = await desk.send(b"", desk.ours)
    engine.close()
    assert slow.status_code == 200, slow.text
