"""What one client may use a minute: told apart by address, refused with a time to come back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from pledgegraph.errors import Limit
from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.writes.tokens import Scope, Tokens
from pledgegraph_api.app.create import create_app
from pledgegraph_api.errors import BudgetSpent
from pledgegraph_api.middleware.rate_limit_store import Budget
from tests.api.conftest import MakeStore

pytestmark = pytest.mark.anyio

ClientOf = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]
WRONG = {"query": "SELECT {"}
RIGHT = {"query": "ASK {}"}


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def use(budget: Budget, clock: Clock, seconds: float, *, client: str = "a") -> None:
    """Ask one query that takes so long."""
    begun = budget.begin(client)
    clock.now += seconds
    budget.end(client, begun, failed=False)


def test_what_is_used_is_owed_and_comes_back() -> None:
    clock = Clock()
    budget = Budget(60, 0, clock)
    first, second = budget.begin("a"), budget.begin("a")
    clock.now += 90
    budget.end("a", first, failed=False)
    budget.end("a", second, failed=False)
    # There were 60 s at first, 90 s came and 180 s were used.
    with pytest.raises(BudgetSpent) as refused:
        budget.begin("a")
    assert refused.value.limit == Limit("budget_seconds", 60, "s/min")
    assert refused.value.retry_after == 31
    budget.begin("b")
    clock.now += refused.value.retry_after
    use(budget, clock, 1)


def test_one_query_at_a_time_never_meets_the_bound() -> None:
    clock = Clock()
    budget = Budget(60, 0, clock)
    for _ in range(100):
        use(budget, clock, 300)


def test_queries_that_still_run_count() -> None:
    clock = Clock()
    budget = Budget(60, 0, clock)
    for _ in range(10):
        budget.begin("a")
    clock.now += 7
    with pytest.raises(BudgetSpent):
        budget.begin("a")


def test_what_is_free_costs_no_time() -> None:
    clock = Clock()
    budget = Budget(60, 0, clock)
    budget.begin("a")
    begun = budget.begin("a")
    clock.now += 100
    budget.end("a", begun, failed=False, free=True)
    budget.begin("a")


def test_only_so_many_clients_are_remembered() -> None:
    budget = Budget(60, 30, Clock())
    for number in range(30_000):
        budget.end(str(number), budget.begin(str(number)), failed=False)
    assert len(budget) == 20_000


def of(address: str, app: FastAPI) -> httpx.AsyncClient:
    """A client at an address of its own."""
    transport = httpx.ASGITransport(app=app, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


async def test_errors_are_counted_for_each_client(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    app = create_app(settings.model_copy(update={"budget_errors": 3}), engine)
    async with of("203.0.113.9", app) as one, of("203.0.113.10", app) as other:
        for _ in range(3):
            assert (await one.get("/sparql", params=WRONG)).status_code == 400
        refused = await one.get("/sparql", params=RIGHT, headers={"Origin": "https://x.example"})
        assert refused.status_code == 429
        assert refused.json()["type"].endswith("/problems/budget")
        assert refused.json()["limit"] == "budget_errors"
        assert refused.json()["limitValue"] == 3
        assert 0 < int(refused.headers["retry-after"]) <= 20
        assert refused.headers["retry-after"] in refused.json()["remedy"]
        assert refused.headers["access-control-allow-origin"] == "*"
        # What asks no query goes on, and so does everybody else.
        assert (await one.get("/health")).status_code == 200
        assert (await one.get("/")).status_code == 200
        assert (await one.get("/problems/budget")).status_code == 200
        assert (await other.get("/sparql", params=RIGHT)).status_code == 200


async def test_time_is_counted(settings: Settings, engine: EmbeddedEngine) -> None:
    app = create_app(settings.model_copy(update={"budget_seconds": 0.000_001}), engine)
    async with of("203.0.113.9", app) as client:
        assert (await client.get("/sparql", params=RIGHT)).status_code == 200
        refused = await client.get("/queries/due-in-year")
        assert refused.status_code == 429
        assert refused.json()["limit"] == "budget_seconds"


async def test_this_machine_is_exempt_unless_told_otherwise(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    few = settings.model_copy(update={"budget_errors": 1})
    for exempt, status in (("127.0.0.0/8", 200), ("", 429)):
        app = create_app(few.model_copy(update={"budget_exempt": exempt}), engine)
        async with of("127.0.0.1", app) as client:
            for _ in range(2):
                await client.get("/sparql", params=WRONG)
            assert (await client.get("/sparql", params=RIGHT)).status_code == status


async def test_clients_behind_a_trusted_proxy_are_told_apart(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    # What is kept in memory is served to everybody, at no cost.
    behind = {"budget_errors": 1, "trusted_proxies": "127.0.0.1", "cache_bytes": 0}
    app = create_app(settings.model_copy(update=behind), engine)
    one, other = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "203.0.113.10"}
    async with of("127.0.0.1", app) as proxy, of("198.51.100.1", app) as stranger:
        await proxy.get("/sparql", params=WRONG, headers=one)
        assert (await proxy.get("/sparql", params=RIGHT, headers=one)).status_code == 429
        assert (await proxy.get("/sparql", params=RIGHT, headers=other)).status_code == 200
        # A stranger can neither be somebody else nor be a new client every time.
        await stranger.get("/sparql", params=WRONG, headers=other)
        assert (await proxy.get("/sparql", params=RIGHT, headers=other)).status_code == 200
        for fresh in range(3):
            said = {"X-Forwarded-For": f"203.0.113.{100 + fresh}"}
            assert (await stranger.get("/sparql", params=RIGHT, headers=said)).status_code == 429


async def test_the_holder_of_a_token_has_a_budget_of_his_own(
    make_store: MakeStore, settings: Settings, tmp_path: Path
) -> None:
    engine = make_store(tmp_path / "store")
    tokens = Tokens(tmp_path / "store")
    (first, ana), (_, ben) = (tokens.create(scopes=(Scope.READ,)) for _ in range(2))
    few = {"data_dir": tmp_path / "store", "budget_errors": 2, "cache_bytes": 0}
    app = create_app(settings.model_copy(update=few), engine)
    async with of("203.0.113.9", app) as shared, of("203.0.113.10", app) as elsewhere:

        async def ask(client: httpx.AsyncClient, what: dict[str, str], token: str = "") -> int:
            bearer = {"Authorization": f"Bearer {token}"} if token else {}
            return (await client.get("/sparql", params=what, headers=bearer)).status_code

        # Whoever holds none shares what the address has, and what he makes up is no token.
        for made_up in ("", "pgt_made-up"):
            assert await ask(shared, WRONG, made_up) == 400
        for made_up in ("", *(f"pgt_{each}" for each in range(3)), f"{ana}x", ana[:-1]):
            assert await ask(shared, RIGHT, made_up) == 429
        # A holder does not pay for others behind the address, nor they for him.
        assert await ask(shared, RIGHT, ana) == 200
        for _ in range(2):
            assert await ask(shared, WRONG, ana) == 400
        for place in (shared, elsewhere):
            assert await ask(place, RIGHT, ana) == 429
            assert await ask(place, RIGHT, ben) == 200
        assert await ask(elsewhere, RIGHT) == 200
        metrics = (await elsewhere.get("/metrics")).text
        assert "pledgegraph_budget_clients 4.0" in metrics
        # With the token its budget is gone.
        tokens.revoke(first.id)
        assert await ask(elsewhere, RIGHT, ana) == 200
        (tmp_path / "store" / "tokens.json").write_text("damaged", encoding="utf-8")
        assert await ask(elsewhere, RIGHT, ben) == 200
        assert await ask(shared, RIGHT, ben) == 429
    engine.close()


async def test_one_customer_s_ipv6_network_is_one_client(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    app = create_app(settings.model_copy(update={"budget_errors": 1}), engine)
    async with (
        of("2001:db8:1:2::1", app) as one,
        of("2001:db8:1:2:ffff::9", app) as same,
        of("2001:db8:1:3::1", app) as other,
    ):
        await one.get("/sparql", params=WRONG)
        assert (await same.get("/sparql", params=RIGHT)).status_code == 429
        assert (await other.get("/sparql", params=RIGHT)).status_code == 200


async def test_nothing_is_counted_where_the_bounds_are_off(
    settings: Settings, engine: EmbeddedEngine
) -> None:
    off = settings.model_copy(update={"budget_errors": 0, "budget_seconds": 0.0})
    async with of("203.0.113.9", create_app(off, engine)) as client:
        for _ in range(40):
            await client.get("/sparql", params=WRONG)
        assert (await client.get("/sparql", params=RIGHT)).status_code == 200
