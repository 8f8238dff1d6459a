"""`benchmarks/run-nodes`: acknowledged writes outlive the death of nodes and of the log's servers.

It starts NATS servers, nodes and nginx on this machine, writes as `benchmarks.nodes` says until
there were so many writes and so many kills, and reads meanwhile. It ends with an error where an
acknowledged write is missing on a node or is there twice, or where a reader got an error that a
retry does not mend.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.nodes import Killable, Writers, counted, kill_at_random, settled
from benchmarks.nodes_readers import Readers
from tests.deploy.proxies import nginx
from tests.graph.building import source_text
from tests.nodes.nats_cluster import NatsCluster, free_ports
from tests.nodes.node import Node

BASE: Final = "https://data.example.org"
CLIENTS: Final = 2


@dataclass(frozen=True)
class _Server:
    """One of the log's servers."""

    cluster: NatsCluster
    number: int

    def kill(self) -> None:
        self.cluster.kill(self.number)

    def start(self) -> None:
        self.cluster.start(self.number)


def run(folder: Path, *, nodes: int, writes: int, kills: int, seed: int) -> list[str]:
    """Do all of it, and return what is wrong, a sentence each."""
    with NatsCluster(folder) as log:
        made = [
            Node(folder / f"node{number}", port, log.address)
            for number, port in enumerate(free_ports(nodes))
        ]
        for each in made:
            each.command("init", "--empty", "--log", log.address, "--base", BASE)
        source = folder / "counters.ttl"
        source.write_text(source_text("counters", "cem"), encoding="utf-8")
        made[0].command("load", str(source))
        token = made[0].command("token", "create", "--label", "Writer").strip()
        for each in made[1:]:
            each.take_tokens_of(made[0])
        for each in made:
            each.start()
        addresses = [each.address for each in made]
        with nginx(folder / "nginx", [each.removeprefix("http://") for each in addresses]) as door:
            faults = _written(door, made, log, token, writes=writes, kills=kills, seed=seed)
        for each in made:
            each.stop()
        hashes = {json.loads(each.command("verify", "--json"))["hash"] for each in made}
        if len(hashes) != 1:
            faults.append("The nodes have different canonical hashes.")
        if len({each.log_bytes() for each in made}) != 1:
            faults.append("The nodes have different changes logs.")
        print(f"canonical hash of all nodes: {', '.join(sorted(hashes))}")
        return faults


def _written(
    door: str, made: list[Node], log: NatsCluster, token: str, *, writes: int, kills: int, seed: int
) -> list[str]:
    """Write and read through the balancer while processes are killed; what is wrong then."""
    addresses = [each.address for each in made]
    over = threading.Event()
    writers = Writers(
        [door], token, BASE, clients=CLIENTS, writes=writes // CLIENTS, may_end=over.is_set
    )
    readers = Readers(door, BASE, is_over=over.is_set)
    servers: list[Killable] = [_Server(log, number) for number in range(log.size)]
    threads = [*writers.threads, *readers.threads]
    for thread in threads:
        thread.start()
    killed = kill_at_random(
        made,
        servers,
        times=kills,
        chance=random.Random(seed),  # noqa: S311 -- it decides who is killed
        is_over=lambda: writers.failure is not None,
    )
    over.set()
    for thread in threads:
        thread.join()
    if writers.failure is not None:
        return [f"A writer failed: {writers.failure}"]
    print(f"{killed} kills; {writers.found.in_words()}", flush=True)
    print(f"readers: {readers.found.in_words()}", flush=True)
    print(f"load at the end: {os.getloadavg()[1]:.1f} on {os.cpu_count()} processors", flush=True)
    settled(addresses)
    return [
        *readers.found.faults,
        *(
            f"{address} has counted {found} of {expected} for client {client}"
            for address in addresses
            for client, expected in writers.found.by_client.items()
            if (found := counted(address, client)) != expected
        ),
    ]


def main() -> None:
    """Read the options, run, and say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--writes", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        faults = run(
            Path(folder),
            nodes=given.nodes,
            writes=given.writes,
            kills=given.kills,
            seed=given.seed,
        )
    for each in faults:
        print(each, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
