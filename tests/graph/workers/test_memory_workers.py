"""Workers that answer from memory say what the disk says, whatever is written or killed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from pledgegraph.errors import Limit, QueryError, WorkerLost
from pledgegraph.history.canonical import canonical_hash
from pledgegraph.media_types import JSON
from pledgegraph.namespaces import PG, RDF, XSD
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.engine import ResultKind
from pledgegraph.store.query_evaluation import evaluate
from pledgegraph.store.system_graphs import computed_graph
from pledgegraph.store.union_graph import named_quads
from pledgegraph.workers import memory_template
from pledgegraph.workers.memory_store import MemoryStore
from pledgegraph.workers.memory_template import ResidenceState
from pledgegraph.workers.pool import Limits, QueryPool
from pledgegraph.workers.query_run import PooledAnswer
from pledgegraph.workers.usage import Usage
from tests.depth import THOROUGH
from tests.graph.building import BASE, change, node
from tests.graph.store.test_rules import PROMISES, engine_with_rules
from tests.running_service import children_of, make_store

pytestmark = pytest.mark.anyio

ROOM: Final = 1_000_000_000
LIMITS: Final = Limits(seconds=60, memory=500_000_000, workers=2, queue=50, aside_timeout=60)
STATE: Final = node("state")
COUNTER: Final = Quad(STATE, PG.number, Literal(0), node("id/source/state"))
QUERIES: Final = (
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT * { ?s ?p ?o }",
    "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?g { GRAPH ?g {} }",
    # Mended: a graph variable over a subquery, a path of length zero, large integers compared.
    "SELECT ?g ?n { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } }",
    f"SELECT ?o {{ {node('id/1')} <{PG.partOf.value}>* ?o }}",
    "SELECT ?s { ?s ?p ?o FILTER(?o > 9223372036854775807 || ?o < 3) }",
    f"SELECT ?s ?n {{ {{ SELECT ?s (COUNT(?o) AS ?n) {{ ?s ?p ?o }} GROUP BY ?s }} "
    f"MINUS {{ ?s <{PG.partOf.value}> ?whole }} }}",
    "SELECT (COUNT(*) AS ?n) FROM <https://data.example.org/id/source/0> "
    "FROM <https://data.example.org/id/source/1> { ?s ?p ?o }",
)
OBJECTS: Final[tuple[NamedNode | Literal, ...]] = (
    *(node(f"id/{n}") for n in range(8)),
    *(Literal(n) for n in range(5)),
    Literal("1.50", datatype=XSD.decimal),
    Literal("1e3", datatype=XSD.double),
    Literal("NaN", datatype=XSD.double),
    Literal("2025-02-30", datatype=XSD.date),
    Literal("2025-01-31", datatype=XSD.date),
    Literal("99999999999999999999", datatype=XSD.integer),
    Literal("chat", language="fr"),
    Literal('a "quoted"\nline\t\\ and # end 3 4'),
    Literal(""),
    Literal("\u00e9\U0001f600"),
)
CHANCE: Final = random.Random
PREDICATES: Final = (PG.partOf, PG.number, RDF.type, node("p"))


def random_quads(chance: random.Random, most: int) -> list[Quad]:
    """A few statements of a small world, so that changes meet."""
    return [
        Quad(
            node(f"id/{chance.randrange(12)}"),
            chance.choice(PREDICATES),
            chance.choice(OBJECTS),
            node(f"id/source/{chance.randrange(4)}"),
        )
        for _ in range(chance.randrange(most))
    ]


def rows(answer: bytes) -> list[str]:
    """The rows of an answer, in an order of their own."""
    return sorted(
        json.dumps(row, sort_keys=True) for row in json.loads(answer)["results"]["bindings"]
    )


def by_disk(engine: EmbeddedEngine, query: str) -> list[str]:
    output = io.BytesIO()
    with engine.snapshot() as snapshot:
        snapshot.query(query).serialise(output, JSON)
    return rows(output.getvalue())


def by_copy(copy: MemoryStore, query: str) -> list[str]:
    output = io.BytesIO()
    evaluate(copy.store, query, base=BASE).serialise(output, JSON)
    return rows(output.getvalue())


def hash_of(copy: MemoryStore) -> str:
    """The canonical hash of a copy, by its definition: sorted N-Quads of the named graphs."""
    lines = sorted(f"{quad} .\n".encode() for quad in named_quads(copy.store))
    return hashlib.sha256(b"".join(lines)).hexdigest()


def copy_of(engine: EmbeddedEngine) -> MemoryStore:
    """A copy as the template makes it."""
    with engine.snapshot() as snapshot:
        copy = MemoryStore(Path(str(snapshot.address["changes"])), merge=True)
        quads = io.BytesIO()
        snapshot.store.dump(quads, RdfFormat.N_QUADS)
        quads.seek(0)
        graphs = [
            each.value for each in snapshot.store.named_graphs() if isinstance(each, NamedNode)
        ]
        copy.load(quads, graphs, sequence=snapshot.sequence, version=snapshot.version)
    return copy


def follow(copy: MemoryStore, engine: EmbeddedEngine, *, at_once: int = 10_000) -> bool:
    with engine.snapshot() as snapshot:
        return copy.reaches(snapshot.sequence, snapshot.version, at_once=at_once)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    make_store(tmp_path / "store", base=BASE)
    engine = EmbeddedEngine(open_directory(tmp_path / "store", base=BASE))
    engine.update(change([COUNTER, *random_quads(CHANCE(1), 200)]))
    yield engine
    engine.close()


def test_computed_facts_are_followed(tmp_path: Path) -> None:
    engine = engine_with_rules(tmp_path / "store")
    parsed = parse(path=PROMISES, base_iri=f"{BASE}/")
    promises = [quad for quad in parsed if quad.graph_name != DefaultGraph()]
    engine.update(change(promises))
    copy, chance, seen = copy_of(engine), CHANCE(3), set()
    for _ in range(200 if THOROUGH else 12):
        some = chance.sample(promises, len(promises) // 8)
        engine.update(change(some) if chance.random() < 0.5 else change(remove=some))
        assert follow(copy, engine)
        with engine.snapshot() as snapshot:
            assert hash_of(copy) == canonical_hash(snapshot)
        computed = copy.store.quads_for_pattern(None, None, None, computed_graph(BASE))
        seen.add(sum(1 for _ in computed))
    assert len(seen) > 2
    engine.close()


def test_a_copy_that_follows_holds_what_the_disk_holds(engine: EmbeddedEngine) -> None:
    assert_that_a_copy_follows(engine, 1000 if THOROUGH else 120)


def assert_that_a_copy_follows(engine: EmbeddedEngine, changes: int) -> None:
    chance = CHANCE(14)
    copy = copy_of(engine)
    behind = 0
    for number in range(changes):
        added, removed = random_quads(chance, 12), random_quads(chance, 40)
        if chance.random() < 0.02:
            removed = [quad for quad in copy.store if quad.graph_name == node("id/source/2")]
        engine.update(change(added, removed))
        if chance.random() < 0.3:
            behind += 1
            continue  # several are taken in at once then
        assert follow(copy, engine, at_once=chance.choice((0, 10_000))) or copy.is_behind
        while copy.step():
            pass
        with engine.snapshot() as snapshot:
            assert copy.is_of(snapshot.version)
            if number % 5 == 0:
                assert hash_of(copy) == canonical_hash(snapshot)
        query = QUERIES[number % len(QUERIES)]
        assert by_copy(copy, query) == by_disk(engine, query), query
    assert behind
    assert follow(copy, engine)
    for query in QUERIES:
        assert by_copy(copy, query) == by_disk(engine, query), query


def test_a_copy_never_takes_a_number_for_the_state(engine: EmbeddedEngine) -> None:
    copy = copy_of(engine)
    engine.rebuild()
    assert not follow(copy, engine)  # the same number, made again
    assert copy.is_stale

    copy = copy_of(engine)
    with engine.snapshot() as held:
        engine.update(change(random_quads(CHANCE(2), 30)))
        assert follow(copy, engine)
        # Somebody who took an older snapshot before; the copy is good for others still.
        assert not copy.reaches(held.sequence, held.version, at_once=10)
        assert not copy.is_stale
        assert follow(copy, engine)


def test_a_directory_put_back_to_an_older_state_is_seen(tmp_path: Path) -> None:
    def beginning(name: str, *numbers: int) -> EmbeddedEngine:
        with new_directory(tmp_path / name, base=BASE) as directory:
            EmbeddedEngine(directory).settle()
        engine = EmbeddedEngine(directory)
        for each in numbers:
            engine.update(change([Quad(STATE, PG.number, Literal(each), node("id/source/1"))]))
        return engine

    first, second = beginning("store", 1, 2), beginning("other", 1, 7, 8)
    copy = copy_of(first)
    first.close()
    second.close()
    (tmp_path / "store").rename(tmp_path / "away")
    (tmp_path / "other").rename(tmp_path / "store")
    engine = EmbeddedEngine(open_directory(tmp_path / "store", base=BASE))
    # It has a record 3 that would fit behind the copy's number, and not behind its state.
    assert not follow(copy, engine)
    assert copy.is_stale
    engine.close()


@asynccontextmanager
async def pool_over(engine: EmbeddedEngine, room: int = ROOM) -> AsyncIterator[QueryPool]:
    """A pool that has begun to take the data into memory."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_START", "_SOON"):
            patch.setattr(memory_template, name, 0)
        pool = QueryPool(engine, LIMITS, Usage(30), room=room)
        await pool.warm()
        pool.begin()
        yield pool
        await pool.stop()


async def until(pool: QueryPool, state: ResidenceState, *, renewed: int = 0) -> None:
    while pool.residence.state is not state or pool.residence.renewed < renewed:
        await asyncio.sleep(0.01)


async def ask(pool: QueryPool, query: str) -> tuple[bytes, PooledAnswer]:
    answer = await pool.run(query, {ResultKind.SOLUTIONS: JSON})
    return b"".join([piece async for piece in answer.chunks()]), answer


async def from_memory(pool: QueryPool, query: str) -> list[str]:
    """The rows, once a worker gives them from memory."""
    while True:
        body, answer = await ask(pool, query)
        if answer.begun.origin:
            return rows(body)
        await asyncio.sleep(0.01)


async def test_answers_while_changes_come_and_processes_are_killed(engine: EmbeddedEngine) -> None:
    chance = CHANCE(41)
    shown: dict[int, int] = {}
    query = f"SELECT ?n {{ {STATE} {PG.number} ?n }}"
    seen: list[tuple[int, str, str]] = []
    lost = 0
    done = asyncio.Event()

    def write(number: int) -> int:
        removed = [*random_quads(chance, 60), *engine_counter(engine)]
        added = [
            *random_quads(chance, 20),
            Quad(STATE, PG.number, Literal(number), COUNTER.graph_name),
        ]
        return engine.update(change(added, removed)).sequence

    async def keep_asking(pool: QueryPool) -> None:
        nonlocal lost
        while not done.is_set():
            try:
                body, answer = await ask(pool, query)
            except WorkerLost:
                lost += 1  # whoever asks again gets an answer
                continue
            (row,) = json.loads(body)["results"]["bindings"]
            seen.append((answer.begun.sequence, row["n"]["value"], answer.begun.origin))

    async with pool_over(engine) as pool:
        with engine.snapshot() as snapshot:
            shown[snapshot.sequence] = 0
        askers = [asyncio.create_task(keep_asking(pool)) for _ in range(3)]
        await until(pool, ResidenceState.READY)
        number = 200 if THOROUGH else 48
        kills = {number // 4, number // 2, 3 * number // 4}
        for each in range(1, number + 1):
            shown[await asyncio.to_thread(write, each)] = each
            if each in kills or each % 11 == 0:
                # The template, the process that reads for it, or a worker, whatever it is at.
                found = sorted(children_of(os.getpid()))
                victims = found if each in kills else [chance.choice(found)]
                for victim in victims:
                    if _is_ours(victim):
                        os.kill(victim, signal.SIGKILL)
        await until(pool, ResidenceState.READY, renewed=2)
        assert await from_memory(pool, query) == by_disk(engine, query)
        done.set()
        await asyncio.gather(*askers)
        for question in QUERIES:
            assert await from_memory(pool, question) == by_disk(engine, question), question
    assert all(shown[sequence] == int(value) for sequence, value, _ in seen)
    assert {bool(origin) for _, _, origin in seen} == {True, False}
    assert len({sequence for sequence, _, origin in seen if origin}) > number // 20
    assert lost < len(seen)
    assert not [each for each in children_of(os.getpid()) if _is_ours(each)]


def engine_counter(engine: EmbeddedEngine) -> list[Quad]:
    with engine.snapshot() as snapshot:
        return list(snapshot.store.quads_for_pattern(STATE, PG.number, None, COUNTER.graph_name))


def _is_ours(process: int) -> bool:
    return b"pledgegraph.workers" in _command(process)


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


async def test_killed_queries_and_templates_leave_no_zombies(engine: EmbeddedEngine) -> None:
    """Not even of the processes that a template had half made when it was killed."""
    chance = CHANCE(7)
    soon = Limit("query_timeout", 0.02, "s")
    product = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }"

    async def killed(pool: QueryPool) -> None:
        with contextlib.suppress(QueryError):
            await pool.run(product, {ResultKind.SOLUTIONS: JSON}, deadline=soon)

    # A process that adopts has what services of other tests left behind when they were killed.
    others = children_of(os.getpid())
    async with pool_over(engine) as pool:
        await until(pool, ResidenceState.READY)
        for number in range(200 if THOROUGH else 12):
            asked = [asyncio.create_task(killed(pool)) for _ in range(2)]
            if number % 3 == 0:
                await asyncio.sleep(chance.random() * 0.1)
                for each in children_of(os.getpid()):
                    if b"template_process" in _command(each) and os.getpgid(each) == each:
                        os.kill(each, signal.SIGKILL)
            await asyncio.gather(*asked)
        await until(pool, ResidenceState.READY)
        async with asyncio.timeout(30):
            while _zombies() - others:
                await asyncio.sleep(0.1)


async def test_a_worker_is_forked_without_a_count_of_all_quads(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a million that takes seconds, in which the service answers nobody."""

    def counted(_snapshot: EmbeddedSnapshot) -> int:
        raise AssertionError("the quads were counted")

    monkeypatch.setattr(EmbeddedSnapshot, "__len__", counted)
    async with pool_over(engine) as pool:
        await until(pool, ResidenceState.READY)
        await from_memory(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")


def _zombies() -> set[int]:
    found = set()
    for each in children_of(os.getpid()):
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{each}/stat").read_text(encoding="ascii", errors="replace")
            if stat.rpartition(")")[2].split()[0] == "Z":
                found.add(each)
    return found


async def test_a_large_change_is_answered_from_the_disk_until_it_is_taken_in(
    engine: EmbeddedEngine,
) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    async with pool_over(engine) as pool:
        await until(pool, ResidenceState.READY)
        await from_memory(pool, query)
        engine.update(
            change(
                [
                    Quad(node(f"x{n}"), PG.number, Literal(n), node("id/source/x"))
                    for n in range(9000)
                ]
            )
        )
        body, answer = await ask(pool, query)
        assert not answer.begun.origin
        assert rows(body) == by_disk(engine, query)
        assert await from_memory(pool, query) == by_disk(engine, query)
        assert pool.residence.renewed == 1
        # And one that is more than there was: a new copy is made.
        engine.update(
            change(
                [
                    Quad(node(f"y{n}"), PG.number, Literal(n), node("id/source/x"))
                    for n in range(60_000)
                ]
            )
        )
        assert await from_memory(pool, query) == by_disk(engine, query)
        assert pool.residence.renewed == 2


async def test_a_store_that_is_too_large_stays_on_the_disk(engine: EmbeddedEngine) -> None:
    async with pool_over(engine, room=12_000) as pool:
        await until(pool, ResidenceState.TOO_LARGE)
        assert "copies_memory" in pool.residence.detail
        body, answer = await ask(pool, QUERIES[0])
        assert not answer.begun.origin
        assert rows(body) == by_disk(engine, QUERIES[0])
