"""`benchmarks/run-rates`: nginx before one, two and three nodes of a shared log.

Requests a second by `wrk`, the processor time of the nodes for each, how long after a write a
reader still gets what was there before, and whether any node knows the entity tag of any other.
All nodes run all the time; nginx is before so many of them. The sizes take turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx

from benchmarks.http_load import requests_a_second
from benchmarks.nodes import VALUE, increment, settled
from tests.deploy.proxies import nginx
from tests.graph.building import source_text
from tests.nodes.nats_cluster import NatsCluster, free_ports
from tests.nodes.node import Node

BASE: Final = "https://data.example.org"
SIZES: Final = (1, 2, 3)
_WATCHED: Final = 2.5
"""Seconds after a write in which its readers are watched."""
_CLIENT: Final = 5
_QUERY: Final = f"SELECT ?n {{ <urn:x-counter:{_CLIENT}> <{VALUE}> ?n }}"
_SAME: Final = f"/sparql?format=json&query={quote(_QUERY)}"
_PATHS: Final = (_SAME, "/doc/source/counters.ttl", "/doc/source/counters", "/sources", "/")
_OTHER: Final = f"""\
local number = math.random(1000000000)
local path = "/sparql?format=json&query={quote("SELECT * { ?s a ?o } LIMIT 10 #")}"
request = function()
  number = number + 1
  return wrk.format("GET", path .. number)
end
"""


def rates(
    doors: dict[int, str], nodes: list[Node], script: Path, *, rounds: int, seconds: int
) -> None:
    """Print requests a second and the nodes' processor time for each."""
    told: defaultdict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    kinds = {
        "the same query, nginx keeps the answer": ("{door}" + _SAME,),
        "the same query, past nginx's cache": (
            *("--header", "Pledgegraph-At-Least: 1"),
            "{door}" + _SAME,
        ),
        "another query each time": ("--script", str(script), "{door}/"),
    }
    for _ in range(rounds):
        for kind, arguments in kinds.items():
            for size, door in doors.items():
                before = sum(each.processor_time() for each in nodes)
                found = requests_a_second(
                    f"{kind}, {size}",
                    (
                        *("--connections", "8", "--duration", f"{seconds}s"),
                        *(each.format(door=door) for each in arguments),
                    ),
                )
                spent = sum(each.processor_time() for each in nodes) - before
                told[kind, size].append((found, 1000 * spent / (found * seconds)))
    print("| requests a second (processor time of the nodes for each) | one | two | three |")
    print("| --- | ---: | ---: | ---: |")
    for kind in kinds:
        cells = [
            f"{statistics.median(rate for rate, _ in told[kind, size]):,.0f} "
            f"({statistics.median(spent for _, spent in told[kind, size]):.2f} ms)"
            for size in doors
        ]
        print(f"| {kind} | {' | '.join(cells)} |", flush=True)


def _count(door: str, client: httpx.Client, *, past_cache: bool) -> int:
    headers = {"Pledgegraph-At-Least": "1"} if past_cache else {}
    rows = (
        client.get(door + _SAME, headers=headers).raise_for_status().json()["results"]["bindings"]
    )
    return int(rows[0]["n"]["value"]) if rows else 0


def _write(node: Node, token: str) -> float:
    """Count one further; returns when that was acknowledged."""
    httpx.post(
        f"{node.address}/update",
        content=increment(BASE, _CLIENT),
        headers={
            "Content-Type": "application/sparql-update",
            "Authorization": f"Bearer {token}",
        },
        timeout=60,
    ).raise_for_status()
    return time.monotonic()


def staleness(doors: dict[int, str], node: Node, token: str, *, rounds: int) -> None:
    """Print how long after its acknowledgement a write is not yet in all answers.

    The answer is read all the time, so that nginx has one from before the write.
    """
    lags: defaultdict[tuple[bool, int], list[float]] = defaultdict(list)
    with httpx.Client(timeout=30) as client, ThreadPoolExecutor(1) as writer:
        for _ in range(rounds):
            for size, door in doors.items():
                for past_cache in (False, True):
                    old = _count(node.address, client, past_cache=True)
                    writing = writer.submit(_write, node, token)
                    asked = []
                    while not writing.done() or time.monotonic() < writing.result() + _WATCHED:
                        began = time.monotonic()
                        if _count(door, client, past_cache=past_cache) <= old:
                            asked.append(began)
                        time.sleep(0.01)
                    acknowledged = writing.result()
                    lags[past_cache, size].append(
                        max([0.0, *(each - acknowledged for each in asked)])
                    )
    print("| the last answer without a write, after it was acknowledged | one | two | three |")
    print("| --- | ---: | ---: | ---: |")
    for past_cache in (False, True):
        cells = [
            f"{statistics.median(found):.2f} s, {max(found):.2f} s"
            for size in doors
            if (found := lags[past_cache, size])
        ]
        way = "past nginx's cache" if past_cache else "nginx keeps the answer"
        print(f"| {way}: median, longest | {' | '.join(cells)} |", flush=True)


def tags(doors: dict[int, str], nodes: list[Node]) -> None:
    """Print how many of each node's entity tags every door answered with 304."""
    asked = good = 0
    past = {"Pledgegraph-At-Least": "1"}
    with httpx.Client(timeout=30) as client:
        for each in nodes:
            for path in _PATHS:
                tag = client.get(each.address + path).raise_for_status().headers["ETag"]
                for door in (*doors.values(), *(one.address for one in nodes)):
                    headers = {**past, "If-None-Match": tag}
                    asked += 1
                    good += client.get(door + path, headers=headers).status_code == 304
    print(f"{good} of {asked} conditional requests with the tag of a node were answered 304")


def main() -> None:
    """Start all, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        log = stack.enter_context(NatsCluster(folder))
        nodes = [
            Node(folder / f"node{number}", port, log.address)
            for number, port in enumerate(free_ports(max(SIZES)))
        ]
        for each in nodes:
            each.command("init", "--empty", "--log", log.address, "--base", BASE)
        source = folder / "counters.ttl"
        source.write_text(source_text("counters", "cem"), encoding="utf-8")
        nodes[0].command("load", str(source))
        token = nodes[0].command("token", "create", "--label", "Writer").strip()
        for each in nodes:
            each.start(trusted_proxies="127.0.0.1", budget_exempt="127.0.0.1")
            stack.callback(each.kill)
        addresses = [each.address for each in nodes]
        settled(addresses)
        hosts = [each.removeprefix("http://") for each in addresses]
        doors = {
            size: stack.enter_context(nginx(folder / f"nginx{size}", hosts[:size]))
            for size in SIZES
        }
        script = folder / "other.lua"
        script.write_text(_OTHER, encoding="ascii")
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
        tags(doors, nodes)
        rates(doors, nodes, script, rounds=given.rounds, seconds=given.seconds)
        staleness(doors, nodes[0], token, rounds=given.rounds)
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)


if __name__ == "__main__":
    main()
