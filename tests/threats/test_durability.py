"""Durability: what is acknowledged stays, nothing is there by half, and a full disk is survived.

Each test is a line of the list of threats, by its number.
"""

from __future__ import annotations

import gzip
import hashlib
import random
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Dataset, Literal, NamedNode, Quad, RdfFormat, parse

from pledgegraph.store.changes import Change
from tests.running_service import RunningService, make_store, running_service
from tests.threats.attacking import eventually, refused
from tests.threats.conftest import BASE

GRAPH = NamedNode("urn:things")
VERSION = NamedNode("urn:version")
THINGS = 3_000
KILLS = 3
PARTS = 40
"""Statements of one change, which must be there all or not at all."""


class KilledError(Exception):
    """The service has been killed, and will not end as it should."""


@pytest.fixture(scope="module")
def dumping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that dumps whatever is new, over things that all have the same version."""
    folder = tmp_path_factory.mktemp("durability")
    quads = [
        Quad(NamedNode(f"urn:thing:{each}"), VERSION, Literal("0"), GRAPH) for each in range(THINGS)
    ]
    first = Change(agent="tests", reason="The first version", add=quads)
    make_store(folder / "store", base=BASE, data=[first], gated=False)
    with running_service(
        folder / "store", folder / "log", dump_interval=0.05, dump_keep=100, query_workers=2
    ) as running:
        yield running


class Writer:
    """A client who may write."""

    def __init__(self, service: RunningService, token: str) -> None:
        self._address = f"{service.address}/update"
        self._headers = {"Authorization": f"Bearer {token}"}

    def update(self, text: str) -> httpx.Response:
        """What comes of an update."""
        form = {"update": text}
        return httpx.post(self._address, data=form, headers=self._headers, timeout=60)


def test_40_a_dump_taken_while_a_change_lands(dumping: RunningService) -> None:
    writer = Writer(dumping, dumping.new_token("Who changes everything"))
    versions = {1: "0"}
    for version in ("1", "2", "3", "4"):
        changed = writer.update(
            f"DELETE {{ GRAPH <urn:things> {{ ?s <urn:version> ?old }} }} "
            f'INSERT {{ GRAPH <urn:things> {{ ?s <urn:version> "{version}" }} }} '
            "WHERE { GRAPH <urn:things> { ?s <urn:version> ?old } }"
        )
        assert changed.status_code == 200, changed.text
        versions[changed.json()["sequence"]] = version
    with httpx.Client(base_url=dumping.address, timeout=30) as client:

        def dumps() -> list[dict[str, object]]:
            found: list[dict[str, object]] = client.get("/dumps/").json()["dumps"]
            return found

        newest = max(versions)
        assert eventually(lambda: any(each["snapshot"] == newest for each in dumps()))
        listed = dumps()
        # Some that were begun before the last change.
        assert len(listed) > 1
        for dump in listed:
            number = dump["snapshot"]
            assert isinstance(number, int)
            for ending, form in (("nq.gz", RdfFormat.N_QUADS), ("trig.gz", RdfFormat.TRIG)):
                packed = client.get(f"/dumps/{number}/pledgegraph-{number}.{ending}").content
                text = gzip.decompress(packed)
                quads = Dataset(parse(text, format=form))
                assert len(quads) == THINGS
                assert {quad.object.value for quad in quads} == {versions[number]}
                if form == RdfFormat.N_QUADS:
                    assert hashlib.sha256(text).hexdigest() == dump["hash"]


def test_41_kill_9_at_any_moment_of_a_write(tmp_path: Path) -> None:
    chance = random.Random(20_261_125)  # noqa: S311 - not for secrets
    store = tmp_path / "store"
    make_store(store, base=BASE, gated=False)
    numbers = count()
    acknowledged: set[int] = set()
    token = ""
    for blow in range(KILLS + 1):
        with suppress(KilledError), running_service(store, tmp_path / f"log-{blow}") as service:
            token = token or service.new_token("Two who write")
            there = changes_that_are_there(service)
            assert acknowledged <= there
            if blow == KILLS:
                service.command("verify")
                break
            before = len(acknowledged)
            threads = [
                threading.Thread(
                    target=write_until_it_dies, args=(service, token, numbers, acknowledged)
                )
                for _ in range(2)
            ]
            for thread in threads:
                thread.start()
            assert eventually(lambda: len(acknowledged) > before, patience=30)  # noqa: B023
            time.sleep(chance.uniform(0, 0.5))
            service.service.process.kill()
            service.service.process.wait()
            for thread in threads:
                thread.join()
            raise KilledError
    assert len(acknowledged) >= KILLS


def write_until_it_dies(
    service: RunningService, token: str, numbers: Iterator[int], acknowledged: set[int]
) -> None:
    """Make one change after the other, each of several statements."""
    writer = Writer(service, token)
    with suppress(httpx.TransportError):
        while True:
            number = next(numbers)
            parts = " ".join(
                f"<urn:part:{number}:{each}> <urn:of> {number} ." for each in range(PARTS)
            )
            response = writer.update(f"INSERT DATA {{ GRAPH <urn:g> {{ {parts} }} }}")
            assert response.status_code == 200, response.text
            acknowledged.add(number)


def changes_that_are_there(service: RunningService) -> set[int]:
    """The numbers of the changes that a service shows, each of which is whole."""
    answer = service.ask(
        "SELECT ?n (COUNT(*) AS ?parts) { GRAPH <urn:g> { ?s <urn:of> ?n } } GROUP BY ?n"
    )
    rows = answer.json()["results"]["bindings"]
    assert {row["parts"]["value"] for row in rows} <= {str(PARTS)}
    return {int(row["n"]["value"]) for row in rows}


@contextmanager
def full_disk(service: RunningService) -> Iterator[None]:
    """The service's files cannot grow beyond a bound, which is how a full disk is met."""
    number, kind = service.service.process.pid, resource.RLIMIT_FSIZE
    before = resource.prlimit(number, kind)
    resource.prlimit(number, kind, (100_000, before[1]))
    try:
        yield
    finally:
        resource.prlimit(number, kind, before)


def test_42_disk_full(dumping: RunningService) -> None:
    writer = Writer(dumping, dumping.new_token("Who fills the disk"))
    text = random.Random(20_261_126).randbytes(300_000).hex()  # noqa: S311 - not for secrets
    large = f'INSERT DATA {{ GRAPH <urn:large> {{ <urn:it> <urn:is> "{text}" }} }}'
    is_there = "ASK { GRAPH <urn:large> { ?s ?p ?o } }"
    with full_disk(dumping):
        refused(writer.update(large), 507, "storage-full")
        assert dumping.ask(is_there).json()["boolean"] is False
        things = dumping.ask("SELECT (COUNT(*) AS ?n) { GRAPH <urn:things> { ?s ?p ?o } }")
        assert things.json()["results"]["bindings"][0]["n"]["value"] == str(THINGS)
        assert httpx.get(f"{dumping.address}/health").status_code == 200
    # There is room again, and nobody has done anything about it.
    assert writer.update(large).status_code == 200
    assert dumping.ask(is_there).json()["boolean"] is True
    dumping.command("verify")
