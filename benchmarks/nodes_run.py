"""`benchmarks/run-nodes`: acknowledged writes outlive the death of nodes and of the log's servers.

It starts NATS servers and nodes on this machine and writes to them as `benchmarks.nodes` says. It
ends with an error where an acknowledged write is missing on a node, or is there twice.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.nodes import Killable, Writers, counted, kill_at_random, settled
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
        writers = Writers(addresses, token, BASE, clients=CLIENTS, writes=writes // CLIENTS)
        servers: list[Killable] = [_Server(log, number) for number in range(log.size)]
        for thread in writers.threads:
            thread.start()
        killed = kill_at_random(
            made,
            servers,
            times=kills,
            chance=random.Random(seed),  # noqa: S311 -- it decides who is killed
            is_over=partial(_is_over, writers.threads),
        )
        for thread in writers.threads:
            thread.join()
        if writers.failure is not None:
            return [f"A writer failed: {writers.failure}"]
        print(f"{killed} kills; {writers.found.in_words()}", flush=True)
        settled(addresses)
        faults = [
            f"{address} has counted {found} of {writes // CLIENTS} for client {client}"
            for address in addresses
            for client in range(CLIENTS)
            if (found := counted(address, client)) != writes // CLIENTS
        ]
        for each in made:
            each.stop()
        hashes = {json.loads(each.command("verify", "--json"))["hash"] for each in made}
        if len(hashes) != 1:
            faults.append("The nodes have different canonical hashes.")
        if len({each.log_bytes() for each in made}) != 1:
            faults.append("The nodes have different changes logs.")
        print(f"canonical hash of all nodes: {', '.join(sorted(hashes))}")
        return faults


def _is_over(threads: list[threading.Thread]) -> bool:
    return not any(each.is_alive() for each in threads)


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
