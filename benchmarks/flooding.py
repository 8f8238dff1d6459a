"""Measures what others get while clients flood the service, beside an earlier state of it.

Usage: benchmarks/run-flood [--quads 1000000] [--seconds 60] [--clients 50] [--seed 1]
    [--beside TREE] [--page]

TREE is a checkout of the earlier state, in which `make .venv/.installed-dev` was run. The sides
take turns within one run. Everything stays on this machine, and ends with the run.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.generate import write as generate
from benchmarks.goals import Row, goal, table
from benchmarks.http_load import ENTITY, Beside, Client, Timed, flood
from benchmarks.http_peers import PEERS, Running, checkout, running, until_ready
from benchmarks.measure import machine
from benchmarks.page import write_on_page
from benchmarks.times import median, shown

MARK: Final = "### What others got"

_NOW, _BEFORE = "now", "before"
_OURS: Final = "pledgegraph"
_PAUSE: Final = 0.5
"""Seconds between an answer and the next question of one of the others."""
_GROUP_BY: Final = """\
PREFIX pg: <https://w3id.org/pledgegraph/def#>
SELECT ?register (COUNT(*) AS ?number) {{ ?commitment pg:inRegister ?register }} GROUP BY ?register
LIMIT {}"""
_OTHERS: Final[dict[str, Callable[[Client, int], Timed]]] = {
    "a question of the catalogue": lambda client, turn: client.get(
        f"/queries/outcomes-of-an-event?limit={900_000 + turn}"
    ),
    "a GROUP BY": lambda client, turn: client.ask(_GROUP_BY.format(900_000 + turn)),
    "a look-up": lambda client, turn: client.ask(ENTITY.format(turn % 1000)),
    "/health": lambda client, _turn: client.get("/health"),
}
"""What the others ask, never the same twice: nothing comes from memory."""


def others(service: Running, seconds: float) -> dict[str, Beside]:
    """What others get for so long, each at an address of its own."""
    until = time.monotonic() + seconds
    found = {name: Beside() for name in _OTHERS}
    clients = [Client(service, f"127.0.2.{1 + number}") for number in range(len(_OTHERS))]
    threads = []
    for (name, ask), client in zip(_OTHERS.items(), clients, strict=True):
        turns = iter(range(random.randrange(100_000), 10**9))  # noqa: S311 -- any will do
        work = partial(_next, ask, client, turns)
        threads.append(threading.Thread(target=found[name].watch, args=(work, until, _PAUSE)))
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for client in clients:
        client.close()
    return found


def _next(ask: Callable[[Client, int], Timed], client: Client, turns: Iterator[int]) -> Timed:
    return ask(client, next(turns))


def measured(options: argparse.Namespace, data: Path, scratch: Path) -> tuple[str, list[Row]]:
    """The table, and the goals."""
    names = {_NOW: _OURS}
    if options.beside:
        PEERS[_BEFORE] = (partial(checkout, options.beside), "/sparql")
        names = {_BEFORE: _BEFORE, **names}
    floods = {f"{options.clients} addresses": options.clients, "one address": 1, "none": 0}
    found: dict[tuple[str, str], dict[str, Beside]] = {}
    for flooded, addresses in floods.items():
        for side, name in names.items():
            with running(name, data, scratch) as service:
                if side == _NOW:
                    until_ready(service)
                if not addresses:
                    found[side, flooded] = others(service, options.seconds / 4)
                    continue
                with flood(service, options.clients, addresses):
                    found[side, flooded] = others(service, options.seconds)
    rows = []
    for name in _OTHERS:
        for flooded in floods:
            cells = [_cell(found[side, flooded][name]) for side in names]
            rows.append((name, flooded, *cells))
    head = ("others ask for", "the flood comes from", *names)
    goals = []
    for flooded, addresses in floods.items():
        if addresses:
            beside = found[_NOW, flooded]
            question = beside["a question of the catalogue"]
            goals.append(goal(f"99 of 100 of a question of the catalogue, flood from {flooded}",
                              question.p99, 3, "s", at_least=False))  # fmt: skip
            lost = sum(each.failed for each in beside.values())
            goals.append(goal(f"not answered, flood from {flooded}", lost, 0, "requests",
                              at_least=False))  # fmt: skip
    title = f"#### {options.clients} clients that ask for cross products, {options.seconds} s"
    return f"{title}\n\n{table(head, rows)}", goals


def _cell(beside: Beside) -> str:
    middle, late, last = median(beside.seconds), beside.p99, max(beside.seconds)
    lost = f"; {beside.failed} of {len(beside.seconds)} not answered" if beside.failed else ""
    return f"{shown(middle)}, {shown(late)}, {shown(last)}{lost}"


def main() -> int:
    """Measure, print the tables, and put them on the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=60, help="of each flood")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--beside", type=Path, help="a checkout of an earlier state")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md anew")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pledgegraph-") as folder:
        scratch = Path(folder)
        data = scratch / "data.nq"
        quads = generate(data, options.quads, options.seed)
        text, goals = measured(options, data, scratch)
    verdict = f"#### Goals under a flood\n\n{table(('goal', 'asked for', 'found', 'met'), goals)}"
    results = f"{machine()} {quads:,} quads.\n\n{text}\n\n{verdict}"
    print(results, flush=True)
    if options.page:
        write_on_page(MARK, results)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
