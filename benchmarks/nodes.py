"""Nodes of a shared changes log that are written to while processes are killed.

Two clients write through a balancer. Each write is sent again, with its key, until a node
acknowledges it. Meanwhile nodes and servers of the log are killed at random moments, never so many
servers that those left are no quorum, and others read (`benchmarks.nodes_readers`). In the end
every acknowledged write has to be on every node, once.
"""

from __future__ import annotations

import json
import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import httpx

VALUE: Final = "urn:x-value"
BROKEN: Final = frozenset({502, 504})
"""What a balancer says when the node behind it broke the connection, or is not there."""
_PAUSE: Final = 0.1
_PATIENCE: Final = 120.0


class Killable(Protocol):
    """What is killed and started again."""

    def kill(self) -> None: ...

    def start(self) -> None: ...


@dataclass
class Written:
    """What came of the writes."""

    acknowledged: int = 0
    tries: int = 0
    refused: int = 0
    """Answers of 503."""
    broken: int = 0
    """Connections that broke, at the client or behind the balancer (502, 504)."""
    seconds: list[float] = field(default_factory=list)
    """From the first try of a write to its acknowledgement."""
    by_client: dict[int, int] = field(default_factory=dict)
    """How many were acknowledged to each client."""
    longest_gap: float = 0.0
    """The longest time between two acknowledgements of any client."""

    def in_words(self) -> str:
        """The figures in a line."""
        cuts = statistics.quantiles(self.seconds, n=100)
        return (
            f"{self.acknowledged} writes acknowledged after {self.tries} tries ({self.refused} "
            f"answers of 503, {self.broken} broken connections); p50 {cuts[49]:.2f} s, p99 "
            f"{cuts[98]:.2f} s; longest time without one {self.longest_gap:.1f} s"
        )


def increment(base: str, client: int) -> str:
    """An update that is wrong when it is made twice: it counts."""
    counter = f"<urn:x-counter:{client}>"
    value = f"<{VALUE}>"
    return (
        f"DELETE {{ GRAPH <{base}/id/source/counters> {{ {counter} {value} ?old }} }} "
        f"INSERT {{ GRAPH <{base}/id/source/counters> {{ {counter} {value} ?new }} }} "
        f"WHERE {{ OPTIONAL {{ {counter} {value} ?old }} BIND(COALESCE(?old, 0) + 1 AS ?new) }}"
    )


def counted(address: str, client: int) -> int:
    """What a node says that a client's counter is at."""
    query = f"SELECT ?n {{ <urn:x-counter:{client}> <{VALUE}> ?n }}"
    answer = httpx.get(
        f"{address}/sparql",
        params={"query": query},
        headers={"Accept": "application/sparql-results+json"},
        timeout=30,
    )
    answer.raise_for_status()
    rows: list[Any] = answer.json()["results"]["bindings"]
    return int(rows[0]["n"]["value"]) if rows else 0


class Writers:
    """Clients that each write so many times, through addresses that change with every try.

    They go on after that until ``may_end`` says that it is enough.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        token: str,
        base: str,
        *,
        clients: int,
        writes: int,
        may_end: Callable[[], bool] = lambda: True,
    ) -> None:
        self._addresses = addresses
        self._token = token
        self._base = base
        self._writes = writes
        self._may_end = may_end
        self._guard = threading.Lock()
        self._last = time.monotonic()
        self._next = 0
        self.found = Written()
        self.failure: BaseException | None = None
        self.threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True)
            for number in range(clients)
        ]

    def _address(self) -> str:
        """The next node, as a balancer that goes round would have it."""
        with self._guard:
            self._next += 1
            return self._addresses[self._next % len(self._addresses)]

    def _run(self, client: int) -> None:
        try:
            written = 0
            while written < self._writes or not self._may_end():
                self._write(client)
                written += 1
                self.found.by_client[client] = written
        except BaseException as error:
            self.failure = error
            raise

    def _write(self, client: int) -> None:
        key, began = str(uuid.uuid4()), time.monotonic()
        while not self._is_acknowledged(client, key):
            if time.monotonic() - began > _PATIENCE:
                raise TimeoutError("a write was not acknowledged for too long")
            time.sleep(_PAUSE)
        now = time.monotonic()
        with self._guard:
            self.found.acknowledged += 1
            self.found.seconds.append(now - began)
            self.found.longest_gap = max(self.found.longest_gap, now - self._last)
            self._last = now

    def _is_acknowledged(self, client: int, key: str) -> bool:
        self.found.tries += 1
        try:
            answer = httpx.post(
                f"{self._address()}/update",
                content=increment(self._base, client),
                headers={
                    "Content-Type": "application/sparql-update",
                    "Authorization": f"Bearer {self._token}",
                    "Idempotency-Key": key,
                },
                timeout=30,
            )
        except httpx.TransportError:
            self.found.broken += 1
            return False
        if answer.status_code in BROKEN:
            self.found.broken += 1
            return False
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            self.found.refused += 1
            return False
        if answer.status_code != httpx.codes.OK:
            raise ValueError(answer.text)
        return True


def kill_at_random(
    nodes: Sequence[Killable],
    servers: Sequence[Killable],
    *,
    times: int,
    chance: random.Random,
    is_over: Callable[[], bool],
) -> int:
    """Kill a node or a server, again and again, each back before the next one; how often."""
    killed = 0
    while killed < times and not is_over():
        time.sleep(chance.uniform(0.1, 1.5))
        one = chance.choice([*nodes, *servers])
        one.kill()
        time.sleep(chance.uniform(0.1, 1.0))
        one.start()
        killed += 1
    return killed


def settled(addresses: Sequence[str]) -> dict[str, int]:
    """The newest snapshot of each node, once all have the same."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        found: dict[str, int] = {}
        for each in addresses:
            with suppress(httpx.TransportError, json.JSONDecodeError, KeyError):
                found[each] = int(httpx.get(f"{each}/health", timeout=10).json()["snapshot"])
        if len(found) == len(addresses) and len(set(found.values())) == 1:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"the nodes are not at one: {found}")
        time.sleep(0.2)
