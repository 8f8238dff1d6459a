"""The pool of worker processes, over a store with nothing in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from pledgegraph.errors import Limit, QueryTimeout
from pledgegraph.media_types import JSON
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.engine import ResultKind
from pledgegraph.workers.pool import Limits, QueryPool
from pledgegraph.workers.query_run import PooledAnswer
from pledgegraph.workers.usage import Usage
from tests.running_service import make_store

pytestmark = pytest.mark.anyio

BASE = "https://data.example.org"
VALUES = tuple(f"VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 }}" for n in range(12))
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(VALUES)} }}"
SLOW = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(VALUES[:6])} }}"
LIMITS = Limits(seconds=60, memory=500_000_000, workers=1, queue=10, aside_timeout=60)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """Nothing: the queries bring their data."""
    path = tmp_path_factory.mktemp("pool") / "store"
    make_store(path, base=BASE)
    engine = EmbeddedEngine(open_directory(path, base=BASE))
    yield engine
    engine.close()


@pytest.fixture
async def pool(engine: EmbeddedEngine) -> AsyncIterator[QueryPool]:
    """A pool with one place."""
    pool = QueryPool(engine, LIMITS, Usage(30))
    yield pool
    await pool.stop()


async def until_running(pool: QueryPool, number: int) -> None:
    while pool.running != number:
        await asyncio.sleep(0.01)


async def test_the_deadline_does_not_run_while_a_query_is_set_aside(pool: QueryPool) -> None:
    order: list[str] = []

    async def ask(name: str, seconds: float, *, short: bool) -> None:
        deadline = Limit("timeout", seconds, "s")
        formats = {ResultKind.SOLUTIONS: JSON}
        with pytest.raises(QueryTimeout):
            await pool.run(ENDLESS, formats, deadline=deadline, client=name, short=short)
        order.append(name)

    first = asyncio.create_task(ask("first", 1.5, short=False))
    await until_running(pool, 1)
    # It goes before the first, for longer than the first has in all.
    second = asyncio.create_task(ask("second", 3, short=True))
    await asyncio.gather(first, second)
    assert order == ["second", "first"]


async def test_what_was_set_aside_is_told_apart_from_what_was_worked(pool: QueryPool) -> None:
    formats = {ResultKind.SOLUTIONS: JSON}

    async def ask(client: str, *, short: bool) -> PooledAnswer:
        return await pool.run(SLOW, formats, client=client, short=short)

    first = asyncio.create_task(ask("a", short=False))
    await until_running(pool, 1)
    second = asyncio.create_task(ask("b", short=True))
    answers = await asyncio.gather(first, second)
    assert all(each.whole is not None for each in answers)
    waited = [each.begun.waited for each in answers]
    assert waited[0] >= answers[1].begun.worked


async def test_more_may_be_aside_than_stay_idle(engine: EmbeddedEngine) -> None:
    pool = QueryPool(engine, LIMITS, Usage(30))
    formats = {ResultKind.BOOLEAN: JSON}
    for _ in range(3):
        await asyncio.gather(*(pool.run("ASK {}", formats, client=f"{n}") for n in range(6)))
    assert 1 <= pool.idle <= 2
    await pool.stop()
