"""Measures the service over HTTP beside others, and says which of the goals are met.

Usage: benchmarks/run-http [--quads 1000000] [--rounds 5] [--seconds 5] [--flood 60] [--seed 1]
    [--peers oxigraph rdflib-endpoint virtuoso] [--before CHECKOUT] [--only small|long|rows|flood]
    [--page]

All services of a comparison are loaded with the same data, and take turns within one run.
"""

from __future__ import annotations

import argparse
import io
import random
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from benchmarks.generate import BASE
from benchmarks.generate import write as generate
from benchmarks.goals import Row, goal, table
from benchmarks.http_load import ENTITY, Beside, Client, Timed, flood, memory, rate
from benchmarks.http_peers import (
    PEERS,
    PeerMissing,
    Running,
    checkout,
    running,
    until_ready,
)
from benchmarks.measure import machine
from benchmarks.page import write_on_page
from benchmarks.task import QUERIES
from benchmarks.times import Times, median, shown
from pledgegraph.media_types import JSON, N_TRIPLES
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.engine import ResultKind

MARK: Final = "### What the service did"

_CONNECTIONS: Final = (1, 8, 64)
_COMPARED_AT: Final = 8
_LONG: Final = 0.05
"""Seconds of the engine's own time from which a query counts as a long one."""
_ROWS: Final = 100_000
_CLIENTS: Final = 50
_OURS, _IN_TWO, _PEER = "pledgegraph", "pledgegraph in two", "oxigraph"
_BEFORE = "pledgegraph before"

Section = tuple[str, list[Row]]


class Bench:
    """The data, and the services over them, each started when it is asked for."""

    def __init__(self, options: argparse.Namespace, scratch: Path) -> None:
        self.options = options
        self.scratch = scratch
        self.data = scratch / "data.nq"
        self.quads = generate(self.data, options.quads, options.seed)
        self.records = sum(
            b"/commitment/bench-" in line and b"def#Commitment> " in line
            for line in self.data.open("rb")
        )
        self.missing: list[str] = []
        self.before: tuple[str, ...] = ()
        if options.before is not None:
            PEERS[_BEFORE] = (partial(checkout, options.before), "/sparql")
            self.before = (_BEFORE,)

    @contextmanager
    def services(self, *names: str) -> Iterator[dict[str, Running]]:
        """Those of the services that are installed, in that order."""
        with ExitStack() as stack:
            found = {}
            for name in names:
                try:
                    found[name] = stack.enter_context(running(name, self.data, self.scratch))
                except PeerMissing as error:
                    if str(error) not in self.missing:
                        self.missing.append(str(error))
            for name, service in found.items():
                if name in (_OURS, _IN_TWO):
                    until_ready(service)
            yield found

    @contextmanager
    def engine(self) -> Iterator[EmbeddedSnapshot]:
        """The engine itself over our data, in this process."""
        engine = EmbeddedEngine(open_directory(self.scratch / _OURS / "data", base=BASE))
        with engine.snapshot() as snapshot:
            yield snapshot
        engine.close()


def small(bench: Bench) -> Section:
    """Ten rows about one record, again and again, and each time another."""
    found: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    names = (_OURS, _IN_TWO, *bench.before, *bench.options.peers)
    numbers = (_COMPARED_AT,) if bench.options.short else _CONNECTIONS
    with bench.services(*names) as services:
        for turn in range(bench.options.rounds):
            order = list(services.values())
            for service in order if turn % 2 == 0 else reversed(order):
                for mode in ("same", "other"):
                    for connections in numbers:
                        found[service.name, mode, connections].append(
                            rate(service, mode, bench.records, connections=connections,
                                 seconds=bench.options.seconds)
                        )  # fmt: skip
    rows = []
    for mode, title in (("same", "the same query again"), ("other", "another query each time")):
        for connections in numbers:
            per_second = {name: median(found[name, mode, connections]) for name in services}
            ours = per_second.pop(_OURS)
            cells = [f"{each:,.0f} ({ours / each:.2f})" for each in per_second.values()]
            rows.append((f"{title}, {connections} connections", f"{ours:,.0f}", *cells))
    head = ("requests a second (ours in theirs)", *services)
    goals = []
    if _PEER in services:
        for side, how in ((_OURS, ""), (_IN_TWO, ", two processes")):
            for mode, title, least in (("same", "repeated", 1.2), ("other", "uncached", 0.25)):
                pair = [median(found[name, mode, _COMPARED_AT]) for name in (side, _PEER)]
                goals.append(
                    goal(f"{title} small query, against `oxigraph serve`, {_COMPARED_AT} "
                         f"connections{how}",
                         pair[0] / pair[1], least, "times", at_least=True, digits=2)
                )  # fmt: skip
    if "rdflib-endpoint" in services:
        pair = [median(found[name, "other", _COMPARED_AT]) for name in (_OURS, "rdflib-endpoint")]
        goals.append(
            goal("uncached small query, against rdflib-endpoint", pair[0] / pair[1], 10, "times",
                 at_least=True)
        )  # fmt: skip
    return f"#### Ten rows about one record\n\n{table(head, rows)}", goals


def long(bench: Bench) -> Section:
    """Queries that keep the engine busy, from end to end and by the engine alone."""
    rows, ratios = [], []
    with bench.services(_OURS, *bench.before) as services, bench.engine() as engine:
        clients = {name: Client(service) for name, service in services.items()}
        for path in sorted(QUERIES.glob("*.rq")):
            query = path.read_text(encoding="utf-8")
            alone: Times = []
            found: dict[str, Times] = defaultdict(list)
            for _ in range(bench.options.rounds * 2):
                alone.append(_by_engine(engine, query).last)
                for name, client in clients.items():
                    found[name].append(client.ask(query).last)
            whole = found[_OURS]
            if median(alone) < _LONG and not bench.options.short:
                continue
            ratios.append(median(whole) / median(alone))
            title = query.splitlines()[0].lstrip("# ")
            before = [shown(median(found[name])) for name in bench.before]
            whole_and_alone = (shown(median(whole)), shown(median(alone)))
            rows.append((title, *whole_and_alone, f"{ratios[-1]:.2f}", *before))
        for client in clients.values():
            client.close()
    head = ("query", "over HTTP", "engine alone", "ratio", *bench.before)
    worst = max(ratios, default=0.0)
    return f"#### Queries of over {_LONG * 1e3:.0f} ms\n\n{table(head, rows)}", [
        goal("longest over HTTP against the engine alone", worst, 1.1, "times", at_least=False,
             digits=2)
    ]  # fmt: skip


def rows(bench: Bench) -> Section:
    """Many rows as JSON: when they begin, how fast they come, and what they take of memory."""
    query = f"SELECT ?s ?p ?o {{ ?s ?p ?o }} LIMIT {_ROWS}"
    found: dict[str, list[Timed]] = defaultdict(list)
    grown = 0
    peers = (each for each in bench.options.peers if each != "rdflib-endpoint")
    names = (_OURS, *bench.before, *peers)
    with bench.services(*names) as services, bench.engine() as engine:
        for turn in range(bench.options.rounds * 2 + 1):
            found["engine"].append(_by_engine(engine, query))
            order = list(services.values())
            for service in order if turn % 2 == 0 else reversed(order):
                before = memory(service.process)
                client = Client(service)
                found[service.name].append(client.ask(query))
                client.close()
                if service.name == _OURS and turn:
                    grown = max(grown, memory(service.process) - before)
    cells = [
        (
            name,
            shown(median([each.first for each in times])),
            shown(median([each.last for each in times])),
            f"{median([each.size / each.last / 1e6 for each in times]):.0f} MB/s",
        )
        for name, times in found.items()
    ]
    late = median([each.first for each in found[_OURS]]) - median(
        [each.first for each in found["engine"]]
    )
    goals = [
        goal("first byte after the engine's first", late * 1e3, 50, "ms", at_least=False),
        goal("memory of the front process grown by", grown / 1e6, 5, "MB", at_least=False),
    ]
    if _PEER in services:
        pair = [median([each.size / each.last for each in found[n]]) for n in (_OURS, _PEER)]
        goals.append(
            goal("bytes a second of a long answer, against `oxigraph serve`", pair[0] / pair[1], 1,
                 "times", at_least=True, digits=2)
        )  # fmt: skip
    head = ("answers of", "first byte", "last byte", "rate")
    return f"#### {_ROWS:,} rows as JSON\n\n{table(head, cells)}", goals


def flooded(bench: Bench) -> Section:
    """What others get while fifty clients ask for cross products, and what they get after it."""
    with bench.services(_OURS) as services:
        service = services[_OURS]
        kinds = {
            "an entity by SPARQL": lambda client: client.ask(
                ENTITY.format(random.randrange(bench.records))  # noqa: S311 -- any will do
            ),
            "/health": lambda client: client.get("/health"),
            "a question of the catalogue": lambda client: client.get(
                "/queries/outcomes-of-an-event"
            ),
        }
        calm = _watched(service, kinds, min(5, bench.options.flood))
        with flood(service, _CLIENTS, _CLIENTS):
            time.sleep(1)
            under = _watched(service, kinds, bench.options.flood)
        time.sleep(2)
        after = _watched(service, kinds, min(5, bench.options.flood))
    cells = [
        (name, shown(calm[name].p99), shown(under[name].p99), shown(after[name].p99),
         f"{under[name].failed} of {len(under[name].seconds)}")
        for name in kinds
    ]  # fmt: skip
    head = ("99 of 100 within", "before", f"with {_CLIENTS} clients", "after", "not answered")
    goals = [
        goal(f"99 of 100 of {name} under the flood within", under[name].p99 * 1e3, 200, "ms",
             at_least=False)
        for name in kinds
    ]  # fmt: skip
    lost = sum(each.failed for watched in (under, after) for each in watched.values())
    goals.append(goal("not answered, under the flood and after it", lost, 0, "requests",
                      at_least=False))  # fmt: skip
    title = f"#### {_CLIENTS} clients that ask for cross products, {bench.options.flood} s"
    return f"{title}\n\n{table(head, cells)}", goals


def _watched(service: Running, kinds: dict[str, Any], seconds: float) -> dict[str, Beside]:
    until = time.monotonic() + seconds
    found = {name: Beside() for name in kinds}
    clients = [Client(service) for _ in kinds]
    threads = [
        threading.Thread(target=found[name].watch, args=(partial(ask, client), until, 0.05))
        for (name, ask), client in zip(kinds.items(), clients, strict=True)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for client in clients:
        client.close()
    return found


class _Clock:
    """A file that notes when the first of it was written, and how much."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.first = 0.0
        self._kept = io.BytesIO()

    def write(self, data: bytes) -> int:
        self.first = self.first or time.perf_counter()
        return self._kept.write(data)

    def flush(self) -> None:
        """Nothing."""

    @property
    def size(self) -> int:
        return self._kept.tell()


def _by_engine(engine: EmbeddedSnapshot, query: str) -> Timed:
    clock = _Clock()
    answer = engine.query(query)
    form = N_TRIPLES if answer.kind is ResultKind.GRAPH else JSON
    answer.serialise(cast(BinaryIO, clock), form)
    return Timed(clock.first - clock.begun, time.perf_counter() - clock.begun, clock.size)


PARTS: Final = {"small": small, "long": long, "rows": rows, "flood": flooded}


def versions(peers: Sequence[str]) -> str:
    """Which releases of the peers were measured, as far as Python knows them."""
    found = []
    for name in peers:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} of this system")
    return ", ".join(found)


def main() -> int:
    """Measure, print the tables, and put them on the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of each stretch of requests")
    parser.add_argument("--flood", type=int, default=60, help="seconds of the flood")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", nargs="*", default=[_PEER], help="beside pledgegraph")
    parser.add_argument(
        "--before", type=Path, metavar="CHECKOUT", help="beside the service of that checkout too"
    )
    parser.add_argument(
        "--short",
        action="store_true",
        help="take short queries for long ones too, and fewer numbers of connections",
    )
    parser.add_argument("--only", choices=PARTS, help="one part; it does not go on the page")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md anew")
    options = parser.parse_args()
    if options.before and not (options.before / ".venv" / "bin" / "pledgegraph").exists():
        parser.error(f"nothing is installed in {options.before}: `make .venv/.installed-dev` there")
    goals = list[Row]()
    with tempfile.TemporaryDirectory(prefix="pledgegraph-") as folder:
        bench = Bench(options, Path(folder))
        results = f"{machine()}\nBeside it: {versions(options.peers)}. {bench.quads:,} quads."
        print(results, flush=True)
        for name, measured in PARTS.items():
            if options.only in (None, name):
                text, rows_of_goals = measured(bench)
                print(f"\n{text}", flush=True)
                results += f"\n\n{text}"
                goals += rows_of_goals
    verdict = f"#### Goals\n\n{table(('goal', 'asked for', 'found', 'met'), goals)}"
    print(f"\n{verdict}", flush=True)
    for each in bench.missing:
        print(f"Not installed here, and so not measured: {each}.", flush=True)
    if options.page and not options.only:
        write_on_page(MARK, f"{results}\n\n{verdict}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
