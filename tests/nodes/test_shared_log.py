"""Nodes that share a changes log of NATS JetStream, with real servers and real services."""

from __future__ import annotations

import json
import random
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle, product
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from benchmarks.nodes import Writers, counted, increment, kill_at_random, settled
from tests.conftest import Require
from tests.graph.building import source_text
from tests.nodes.nats_cluster import NatsCluster, free_ports
from tests.nodes.node import Node
from tests.running_service import COPIES

BASE = "https://data.example.org"
SELECT = quote("SELECT * { ?s ?p ?o }")
DESCRIBE = quote(f"DESCRIBE <{BASE}/id/actor/cem>")
# All that has an entity tag but for `/dumps/`, and `/catalog` and `/.well-known/void`, which list
# dumps: each node makes its own.
SAME_AT_EVERY_NODE = f"""
/ /progress /progress?day=2026-01-01 /progress.csv /progress.svg /embed/progress
/commitments /commitments.csv /commitments.ndjson /commitments.xlsx /commitments?format=json
/actors /actors.csv /actors?format=json /events /sources /sources.csv
/search?q=cem /search.csv?q=cem /search?q=cem&format=json
/doc/actor/cem /doc/actor/cem?view=statements /doc/actor/cem.ttl /doc/actor/cem.jsonld
/doc/actor/cem.rdf /doc/actor/cem.nt /doc/source/counters /doc/source/counters.ttl
/cite/actor/cem /cite/actor/cem.bib /cite/actor/cem.ris /cite/actor/cem.json
/feeds/commitments.atom /changes.atom /sitemap.xml
/def /def.ttl /def.jsonld /shapes /shapes.ttl /scheme/status /scheme/status.ttl /context.jsonld
/queries /queries?format=json /queries/due-dates /queries/due-dates?format=csv
/changes /changes?format=json /changes?format=turtle /changes/1 /changes/2?format=json
/changes/2?format=turtle
/sparql?query={SELECT}&format=json /sparql?query={SELECT}&format=csv /sparql?query={DESCRIBE}
/graphs?default /graphs/source/texts /graphs/source/texts?format=turtle
/methodology /guide /guide/queries /contribute /problems /docs /static/style.css
""".split()
SEED = 20261130
RETRACTED = "iisd-world-data-forum-4"


class Nodes:
    """Two nodes over three servers of the log, and a token that both take."""

    def __init__(self, folder: Path, log: NatsCluster) -> None:
        self.log = log
        ports = free_ports(2)
        self.nodes = [
            Node(folder / f"node{number}", port, log.address) for number, port in enumerate(ports)
        ]
        self.nodes[0].command("init", "--empty", "--log", log.address, "--base", BASE)
        for name in ("texts", "counters"):
            file = folder / f"{name}.ttl"
            file.write_text(source_text(name, "cem"), encoding="utf-8")
            self.nodes[0].command("load", str(file))
        # What the unit of systemd does at its first start.
        self.nodes[1].command("init", "--update", "--log", log.address)
        self.token = self.nodes[0].command("token", "create", "--label", "Writer").strip()
        self.nodes[1].take_tokens_of(self.nodes[0])
        for each in self.nodes:
            each.start(copies_memory=COPIES)

    @property
    def addresses(self) -> Sequence[str]:
        return [each.address for each in self.nodes]

    def update(self, node: int, text: str, **headers: str) -> httpx.Response:
        """Have a node make an update."""
        return httpx.post(
            f"{self.nodes[node].address}/update",
            content=text,
            headers={
                "Content-Type": "application/sparql-update",
                "Authorization": f"Bearer {self.token}",
                **headers,
            },
            timeout=60,
        )


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, require: Require) -> Iterator[Nodes]:
    """Nodes for all tests of this module; each leaves them as they are to be."""
    require("nats-server", shutil.which("nats-server") is not None)
    folder = tmp_path_factory.mktemp("nodes")
    with NatsCluster(folder) as log:
        found = Nodes(folder, log)
        yield found
        for each in found.nodes:
            each.stop()


def insert(text: str) -> str:
    return (
        f'INSERT DATA {{ GRAPH <{BASE}/id/source/texts> {{ <urn:x-a> <urn:x-says> "{text}"@en }} }}'
    )


def test_a_write_at_one_node_is_read_at_the_other(nodes: Nodes) -> None:
    written = nodes.update(0, insert("from the first node"))
    assert written.status_code == 200, written.text
    made = written.json()
    there = nodes.nodes[1]
    answer = httpx.get(
        f"{there.address}/sparql",
        params={"query": "ASK { ?s ?p 'from the first node'@en }"},
        headers={
            "Pledgegraph-At-Least": str(made["sequence"]),
            "Accept": "application/sparql-results+json",
        },
        timeout=30,
    )
    assert answer.status_code == 200
    assert answer.json()["boolean"] is True
    assert int(answer.headers["Pledgegraph-Snapshot"]) >= made["sequence"]


def test_an_entity_tag_of_one_node_is_good_at_the_other(nodes: Nodes) -> None:
    made = nodes.update(1, insert("for the tag")).json()
    assert all(each.has(made["sequence"]) for each in nodes.nodes)
    ways = cycle(product(("en", "ar", "fr", "zh"), ("identity", "gzip", "zstd")))
    with httpx.Client(timeout=60) as client:
        for path in SAME_AT_EVERY_NODE:
            language, coding = next(ways)
            headers = {"Accept-Language": language, "Accept-Encoding": coding}
            answers = [client.get(each + path, headers=headers) for each in nodes.addresses]
            assert [each.status_code for each in answers] == [200, 200], path
            # A weak tag says that rows may come in any order.
            is_exact = not any(each.headers["ETag"].startswith("W/") for each in answers)
            first, second = (each.content if is_exact else _told(each) for each in answers)
            assert first == second, path
            for address, answer in zip(reversed(nodes.addresses), answers, strict=True):
                conditional = {**headers, "If-None-Match": answer.headers["ETag"]}
                again = client.get(address + path, headers=conditional)
                assert again.status_code == 304, (path, language, coding)


def _told(answer: httpx.Response) -> object:
    """What an answer says, in whatever order; its bytes, where an order belongs to it."""
    kind = answer.headers["Content-Type"].partition(";")[0]
    if kind == "application/sparql-results+json":
        told = answer.json()
        return told["head"], sorted(json.dumps(row) for row in told["results"]["bindings"])
    if kind == "text/csv":
        return sorted(answer.text.splitlines())
    form = RdfFormat.from_media_type(kind)
    return set(parse(answer.content, form)) if form else answer.content


def test_an_entity_tag_of_a_copy_in_memory_is_good_at_the_other_node(nodes: Nodes) -> None:
    asked = {"query": "SELECT * { ?s ?p ?o } #", "format": "json"}
    with httpx.Client(timeout=60) as client:
        for each in nodes.addresses:
            for attempt in range(600):
                tried = {**asked, "query": f"{asked['query']}{attempt}"}
                if "memory" in client.get(f"{each}/sparql", params=tried).headers["Server-Timing"]:
                    break
                time.sleep(0.1)
        # The second time each answers with what it has kept.
        for _ in range(2):
            tags = [
                client.get(f"{each}/sparql", params=asked).headers["ETag"]
                for each in nodes.addresses
            ]
            assert tags[0] == tags[1]  # a balancer that keeps answers compares them by itself
            for address, tag in zip(reversed(nodes.addresses), tags, strict=True):
                again = client.get(
                    f"{address}/sparql", params=asked, headers={"If-None-Match": tag}
                )
                assert again.status_code == 304
                assert again.headers["ETag"] == tag


def test_a_snapshot_that_nobody_has_is_refused_after_a_while(nodes: Nodes) -> None:
    for given, status in (("999999", 503), ("many", 400), ("1, 2", 400)):
        answer = httpx.get(
            f"{nodes.addresses[0]}/health", headers={"Pledgegraph-At-Least": given}, timeout=30
        )
        assert answer.status_code == status, given
        assert "Pledgegraph-At-Least" in answer.text or "not here yet" in answer.text
        assert ("Retry-After" in answer.headers) is (status == 503)


def test_an_update_that_is_sent_again_is_made_once(nodes: Nodes) -> None:
    first = nodes.update(0, increment(BASE, 77), **{"Idempotency-Key": '"k-1"'})
    again = nodes.update(1, increment(BASE, 77), **{"Idempotency-Key": '"k-1"'})
    other = nodes.update(1, increment(BASE, 78), **{"Idempotency-Key": '"k-1"'})
    assert first.status_code == again.status_code == 200, again.text
    assert again.json()["sequence"] == first.json()["sequence"]
    assert other.status_code == 422
    assert "same Idempotency-Key" in other.text
    settled(nodes.addresses)
    assert [counted(each, 77) for each in nodes.addresses] == [1, 1]
    assert counted(nodes.addresses[0], 78) == 0


def test_a_change_too_long_for_a_message_comes_too(nodes: Nodes) -> None:
    chance = random.Random(SEED)  # noqa: S311 -- nothing secret
    texts = [chance.randbytes(600).hex() for _ in range(2_000)]
    triples = "".join(f'<urn:x-{n}> <urn:x-says> "{text}" .' for n, text in enumerate(texts))
    made = nodes.update(0, f"INSERT DATA {{ GRAPH <{BASE}/id/source/texts> {{ {triples} }} }}")
    assert made.status_code == 200, made.text
    assert all(each.has(made.json()["sequence"]) for each in nodes.nodes)
    assert nodes.nodes[0].log_bytes() == nodes.nodes[1].log_bytes()


def test_two_who_write_at_once_both_win_in_turn(nodes: Nodes) -> None:
    writers = Writers(nodes.addresses, nodes.token, BASE, clients=2, writes=8)
    for each in writers.threads:
        each.start()
    for each in writers.threads:
        each.join(120)
    assert writers.failure is None
    assert writers.found.acknowledged == 16
    settled(nodes.addresses)
    for client in range(2):
        assert [counted(each, client) for each in nodes.addresses] == [8, 8]


def test_without_a_quorum_writes_are_refused_and_reads_go_on(nodes: Nodes) -> None:
    for number in (0, 1):
        nodes.log.kill(number)
    try:
        began = time.monotonic()
        refused = nodes.update(0, insert("without a quorum"))
        assert time.monotonic() - began < 30  # it is given up by itself, at seven seconds
        assert refused.status_code == 503, refused.text
        assert "Retry-After" in refused.headers
        assert "does not answer" in refused.json()["detail"]
        assert httpx.get(nodes.addresses[0], timeout=30).status_code == 200
    finally:
        for number in (0, 1):
            nodes.log.start(number)
    deadline = time.monotonic() + 90
    while nodes.update(1, insert("again with a quorum")).status_code != 200:
        assert time.monotonic() < deadline, "writes do not come back"
        time.sleep(0.5)
    settled(nodes.addresses)


def test_nothing_outlives_a_node_that_is_killed(nodes: Nodes) -> None:
    node = nodes.nodes[1]
    children = node.children()
    assert any(words.endswith(" follow ") for words in children.values()), children
    node.kill()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{each}").exists() for each in children):
        assert time.monotonic() < deadline, "a process lives on"
        time.sleep(0.05)
    node.start()


def test_what_is_acknowledged_outlives_the_death_of_nodes_and_servers(nodes: Nodes) -> None:
    writers = Writers(nodes.addresses, nodes.token, BASE, clients=2, writes=15)
    before = [counted(nodes.addresses[0], client) for client in range(2)]
    for each in writers.threads:
        each.start()
    servers = [
        SimpleNamespace(kill=partial(nodes.log.kill, n), start=partial(nodes.log.start, n))
        for n in range(nodes.log.size)
    ]
    killing = threading.Thread(
        target=kill_at_random,
        args=(nodes.nodes, servers),
        kwargs={
            "times": 6,
            "chance": random.Random(SEED),  # noqa: S311 -- nothing secret
            "is_over": lambda: not any(each.is_alive() for each in writers.threads),
        },
    )
    killing.start()
    for each in [*writers.threads, killing]:
        each.join(240)
    assert writers.failure is None, writers.failure
    assert writers.found.acknowledged == 30
    settled(nodes.addresses)
    for client in range(2):
        found = [counted(each, client) for each in nodes.addresses]
        assert found == [before[client] + 15] * 2
    assert nodes.nodes[0].log_bytes() == nodes.nodes[1].log_bytes()


def test_every_node_can_be_verified_against_the_log(nodes: Nodes) -> None:
    settled(nodes.addresses)
    found = [json.loads(each.command("verify", "--json")) for each in nodes.nodes]
    assert found[0]["hash"] == found[1]["hash"]
    assert found[0]["sequence"] == found[1]["sequence"]


def test_a_start_takes_no_change_to_shipped_data_back(tmp_path: Path, require: Require) -> None:
    """What `serve --update` does at each start, it does once for all nodes of a log."""
    require("nats-server", shutil.which("nats-server") is not None)
    asked = ("query", f"ASK {{ GRAPH <{BASE}/id/source/{RETRACTED}> {{ ?s ?p ?o }} }}")
    with NatsCluster(tmp_path, size=1) as log:
        first, joined_before, joined_after = (
            Node(tmp_path / name, 1, log.address) for name in "abc"
        )
        join = ("init", "--update", "--log", log.address)
        first.command("init", "--replicas", "1", "--log", log.address, "--base", BASE)
        joined_before.command(*join)
        assert "true" in joined_before.command(*asked)
        first.command("retract", RETRACTED)
        joined_after.command(*join)
        for each in (joined_before, joined_after):
            assert "holds the data of this release already" in each.command("init", "--update")
        assert "false" in joined_after.command(*asked)


def test_a_new_log_says_that_servers_are_missing(tmp_path: Path, require: Require) -> None:
    require("nats-server", shutil.which("nats-server") is not None)
    log = NatsCluster(tmp_path)
    try:
        for number in (0, 1):
            log.start(number)
        node = Node(tmp_path / "node", 1, log.address)
        said = node.command("init", "--empty", "--log", log.address, "--base", BASE, fails=True)
        assert "A new log is kept on 3 servers, and fewer are there" in said
        assert "Start the servers that are missing" in said
        assert not node.store.exists()
    finally:
        log.__exit__(None, None, None)


def test_a_node_of_another_base_is_refused(nodes: Nodes, tmp_path: Path) -> None:
    stranger = Node(tmp_path / "stranger", 1, nodes.log.address)
    said = stranger.command(
        "init", "--log", nodes.log.address, "--base", "https://else.example", fails=True
    )
    assert f"The shared log is of {BASE}" in said
    assert not stranger.store.exists()


def test_a_directory_that_is_no_node_is_not_taken_for_one(nodes: Nodes, tmp_path: Path) -> None:
    alone = Node(tmp_path / "alone", 1, nodes.log.address)
    alone.command("init", "--empty", "--base", BASE)
    said = alone.command("init", "--update", "--log", nodes.log.address, fails=True)
    assert "the data directory is no node of one" in said
