"""Load on a service: requests for a while, one long answer, and a flood with others beside it."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from benchmarks.http_peers import Running

_SCRIPT: Final = Path(__file__).parent / "requests.lua"
_WRK: Final = shutil.which("wrk") or "wrk"
_JSON: Final = "application/sparql-results+json"
_RATE: Final = re.compile(r"Requests/sec:\s+([\d.]+)")
_TOTAL: Final = re.compile(r"\btotal;dur=([\d.]+)")
_FAILED: Final = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")

ENTITY: Final = "SELECT ?p ?o {{ <http://localhost:8000/id/commitment/bench-{}> ?p ?o }} LIMIT 10"
_MOST_CLIENTS: Final = 200

CROSS: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o }"


class RequestsFailed(Exception):
    """A service did not answer all of what it was asked: its figures would mean nothing."""


def rate(service: Running, mode: str, records: int, *, connections: int, seconds: int) -> float:
    """Requests a second; ``mode`` is ``same`` or ``other``, see the script.

    Raises:
        RequestsFailed: some were not answered with success.
    """
    return requests_a_second(
        f"{service.name}, {connections} connections, {mode}",
        ("--connections", str(connections), "--duration", f"{seconds}s", "--script", str(_SCRIPT),
         f"http://127.0.0.1:{service.port}", "--", service.path, str(records), mode),
    )  # fmt: skip


def rate_at(service: Running, address: str, seconds: int, *, connections: int = 8) -> float:
    """Requests a second to one address again and again.

    Raises:
        RequestsFailed: some were not answered with success.
    """
    return requests_a_second(
        f"{service.name}, {address}",
        ("--connections", str(connections), "--duration", f"{seconds}s",
         f"http://127.0.0.1:{service.port}{address}"),
    )  # fmt: skip


def requests_a_second(what: str, arguments: Sequence[str]) -> float:
    """Requests a second by `wrk` with those arguments.

    Raises:
        RequestsFailed: some were not answered with success.
    """
    done = subprocess.run(
        [_WRK, "--threads", "1", "--timeout", "10s", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    found = _RATE.search(done.stdout)
    failed = _FAILED.search(done.stdout)
    if found is None or failed is not None:
        raise RequestsFailed(f"{what}: {failed[0] if failed else done.stderr}")
    return float(found[1])


@dataclass(frozen=True, slots=True)
class Timed:
    """How long one answer took, in seconds from the request."""

    first: float
    """To the first byte of the body."""
    last: float
    size: int
    server: float = 0.0
    """In all, by the server's own clock, where it tells."""


class Client:
    """One connection that asks one query after the other, none of them twice."""

    def __init__(self, service: Running, address: str = "127.0.0.1") -> None:
        """Ask from that address of this machine."""
        if not address.startswith("127."):
            raise ValueError(f"{address} is not an address of this machine alone")
        self._service = service
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", service.port, timeout=60, source_address=(address, 0)
        )

    def ask(self, query: str) -> Timed:
        """The time of the answer to a query.

        Raises:
            RequestsFailed: it is no success.
        """
        return self.get(f"{self._service.path}?query={quote(query)}%0A%23{time.time_ns()}")

    def get(self, address: str) -> Timed:
        """The time of the answer at an address."""
        begun = time.perf_counter()
        self._connection.request("GET", address, headers={"Accept": f"{_JSON}, */*;q=0.1"})
        response = self._connection.getresponse()
        chunk = response.read1(65_536)
        first = time.perf_counter()
        size = len(chunk)
        while chunk:
            chunk = response.read1(1 << 20)
            size += len(chunk)
        response.read()  # with a known length, the last piece alone does not end it
        if response.status != http.HTTPStatus.OK:
            raise RequestsFailed(f"{self._service.name}: status {response.status}")
        told = _TOTAL.search(response.getheader("Server-Timing", ""))
        server = float(told[1]) / 1e3 if told else 0.0
        return Timed(first - begun, time.perf_counter() - begun, size, server)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def leave(self) -> None:
        """Break off, also what another thread waits for."""
        if self._connection.sock is not None:
            with suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)


def memory(process: int) -> int:
    """The resident memory of a process, in bytes."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


@contextmanager
def flood(service: Running, clients: int, addresses: int) -> Iterator[None]:
    """So many clients that ask for cross products, again and again, until the block is left.

    They ask from so many addresses of this machine.

    Raises:
        ValueError: that are more clients or addresses than a flood here has.
    """
    if not 0 < addresses <= clients <= _MOST_CLIENTS:
        raise ValueError(f"a flood has up to {_MOST_CLIENTS} clients, each at one address")
    end = threading.Event()
    asking: dict[int, Client] = {}

    def ask(number: int) -> None:
        while not end.is_set():
            client = asking[number] = Client(service, f"127.0.1.{1 + number % addresses}")
            try:
                client.ask(CROSS)
            except (RequestsFailed, OSError, http.client.HTTPException):
                # Refused, timed out or cut off, as it should be.
                end.wait(0.2)
            finally:
                client.close()

    threads = [threading.Thread(target=ask, args=(each,), daemon=True) for each in range(clients)]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        end.set()
        for client in list(asking.values()):
            client.leave()
        for each in threads:
            each.join(60)


@dataclass(slots=True)
class Beside:
    """What others got meanwhile: seconds of each answer, and how many were none."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def watch(self, ask: Callable[[], Timed], until: float, pause: float) -> None:
        """Ask again and again until that time, by `time.monotonic`."""
        while time.monotonic() < until:
            begun = time.perf_counter()
            try:
                ask()
            except (RequestsFailed, OSError, http.client.HTTPException):
                self.failed += 1
            self.seconds.append(time.perf_counter() - begun)
            time.sleep(pause)

    @property
    def p99(self) -> float:
        """The time that 99 in 100 answers did not exceed."""
        ordered = sorted(self.seconds)
        return ordered[max(0, -(-len(ordered) * 99 // 100) - 1)]
