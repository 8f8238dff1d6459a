"""The costs, the odd bytes and the leaks of the threat list, on a service with small limits.

Each gets a clear problem document, and the next query is answered.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

import httpx
import pytest

from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.server.test_serving import BASE, ENDLESS, HUGE, connection
from tests.running_service import Service, serving

WITHIN = 120
"""Seconds that an answer may take; much else may run on the machine."""


CROSS = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(12))
EVERYTHING = {
    "cross product": ENDLESS,
    "closures": "SELECT (COUNT(*) AS ?n) { "
    + " . ".join(f"?a{n} (<>|!<>)* ?b{n}" for n in range(9))
    + " }",
    "random order": f"SELECT ?a0 {{ {CROSS} }} ORDER BY RAND()",
    "doubling": 'SELECT (STRLEN(?s40) AS ?n) { BIND("x" AS ?s0) '
    + " ".join(f"BIND(CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(40))
    + " }",
    "GROUP_CONCAT": f"SELECT (GROUP_CONCAT(STR(?c0)) AS ?all) {{ {CROSS} }}",
    "DISTINCT": f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {CROSS} }}",
    "huge numbers": "SELECT (SUM(?x) AS ?n) { "
    + " ".join(f"VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 }}" for n in range(12))
    + " BIND(?v0 * ?v11 AS ?x) }",
}  # fmt: skip
"""What would take years, or all memory that there is."""


@pytest.fixture(scope="module")
def service(engine: EmbeddedEngine) -> Iterator[Service]:
    """A service that gives a query 100 MB, and time enough on a busy machine."""
    with serving(
        engine,
        query_timeout=WITHIN,
        query_memory=100_000_000,
        query_workers=len(EVERYTHING),
        budget_seconds=100_000,
        stall_timeout=1,
        max_answer_bytes=20_000_000,
        log_format="json",
    ) as service:
        yield service


@pytest.fixture(scope="module")
def address(service: Service) -> str:
    """Where it answers."""
    return service.address()


def ask(
    address: str, query: str, timeout: float = WITHIN, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    return httpx.post(
        address + "sparql",
        data={"query": query, "timeout": timeout},
        headers=headers,
        timeout=WITHIN,
    )


@pytest.fixture(scope="module")
def stopped(address: str) -> dict[str, httpx.Response]:
    """The answers to all that costs too much, which are waited for at the same time."""
    with ThreadPoolExecutor(len(EVERYTHING)) as threads:
        asked = {name: threads.submit(ask, address, query, 2) for name, query in EVERYTHING.items()}
        return {name: each.result() for name, each in asked.items()}


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_costs_too_much_is_stopped(
    address: str, stopped: dict[str, httpx.Response], name: str
) -> None:
    response = stopped[name]
    assert response.status_code in (504, 507), response.text[:500]
    document = response.json()
    met = {504: ("timeout", 2, "s"), 507: ("query_memory", 100_000_000, "bytes")}
    assert (document["limit"], document["limitValue"], document["limitUnit"]) == met[
        response.status_code
    ]
    assert document["remedy"]
    assert ask(address, "ASK {}").json()["boolean"] is True


def test_much_data_and_hubs_are_cut_or_broken_off(address: str) -> None:
    for query in (
        HUGE.replace("SELECT *", "CONSTRUCT { ?a0 ?b1 ?c2 . ?a3 ?b4 ?c5 } WHERE"),
        "DESCRIBE ?a0 ?b0 ?c0 { " + CROSS + " }",
    ):
        try:
            response = ask(address, query, 2)
        except httpx.RemoteProtocolError:
            continue
        assert response.status_code in (504, 507)
    assert ask(address, "ASK {}").json()["boolean"] is True


def test_what_only_looks_costly_is_answered(address: str) -> None:
    """The engine's expressions take linear time, and its closures know where they have been."""
    text = "a" * 20_000
    for expression in ('REGEX(?t, "(a+)+b$")', 'REGEX(REPLACE(?t, "(a|aa)+$", "b"), "(a*)*c")'):
        query = f'ASK {{ BIND("{text}" AS ?t) FILTER({expression}) }}'
        assert ask(address, query).json()["boolean"] is False
    values = " ".join(f"<x:{n}>" for n in range(50_000))
    assert ask(address, f"ASK {{ VALUES ?x {{ {values} }} ?x ?p ?o }}").json()["boolean"] is False
    assert ask(address, "ASK { ?s (<x:a>|!<x:a>)+ ?o }").json()["boolean"] is True


def wait_for_running(address: str, number: int) -> None:
    """Wait until so many queries run, by the service's own word."""
    deadline = time.monotonic() + WITHIN
    while (
        f'pledgegraph_pool{{state="running"}} {number}.0'
        not in httpx.get(f"{address}metrics", timeout=WITHIN).text
    ):
        assert time.monotonic() < deadline, f"never {number} running"
        time.sleep(0.05)


def test_a_reader_that_takes_nothing_is_cut_off(address: str) -> None:
    with connection(address, HUGE) as asked:
        for running in (1, 0):
            wait_for_running(address, running)
        asked.settimeout(WITHIN)
        received = 0
        try:
            while piece := asked.recv(1 << 20):
                received += len(piece)
                assert not piece.endswith(b"0\r\n\r\n")
        except ConnectionResetError:
            pass
    assert received < 20_000_000
    assert ask(address, "ASK {}").json()["boolean"] is True


def test_a_thousand_parameters(address: str) -> None:
    for name in ("query", "default-graph-uri", "nonsense"):
        further = "&".join(f"{name}=x:{n}" for n in range(1_001))
        response = httpx.get(f"{address}sparql?query=ASK{{}}&{further}", timeout=WITHIN)
        assert response.status_code == 400
        assert response.json()["type"].endswith("/problems/parameter")


@pytest.mark.parametrize("accept", ["text/csv;q=NaN", "text/csv;q=-1", "text/csv;q=1e9", ",;,q=,"])
def test_weights_that_are_none(address: str, accept: str) -> None:
    response = ask(address, "ASK {}", headers={"Accept": accept})
    assert response.status_code in (200, 406)
    assert response.headers["content-type"].split(";")[0] != "text/csv"


@pytest.mark.parametrize(
    "encoded",
    ["%FF%FE", "%ED%A0%80", "%ED%B0%80", "%C0%80", "%F5%80%80%80"],
    ids=["bytes", "lone surrogate", "low surrogate", "overlong", "beyond"],
)
def test_what_is_not_utf_8(address: str, encoded: str) -> None:
    for response in (
        httpx.get(address + f"sparql?query=ASK{{}}%23{encoded}"),
        httpx.post(
            address + "sparql",
            content=f"query=ASK{{}}%23{encoded}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ),
    ):
        assert response.status_code == 400
        assert response.json()["type"].endswith("/problems/encoding")


@pytest.mark.parametrize(
    "iri", ["http://x/a b", "http://x/a>b", "http://x/<", "not an iri", "http://[x/", "x:\\u0020"]
)
def test_iris_that_are_none(address: str, iri: str) -> None:
    in_query = ask(address, f"ASK {{ <{iri}> ?p ?o }}")
    assert in_query.status_code == 400
    assert in_query.json()["type"].endswith("/problems/query-syntax")
    as_graph = httpx.get(
        address + "sparql", params={"query": "ASK {}", "default-graph-uri": iri}, timeout=WITHIN
    )
    assert as_graph.status_code == 400


ELSEWHERE = (
    "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "SELECT (<x:nothing>(1) AS ?x) {}",
    "LOAD <file:///etc/passwd>",
)


def test_no_error_tells_a_path_or_a_stack(service: Service, address: str) -> None:
    wrong = [
        "sparql?query=SELECT",
        "sparql?query=ASK{}&format=x",
        *(f"sparql?query={quote(query)}" for query in ELSEWHERE),
        "queries/nothing",
        "problems/nothing",
        "static/../../etc/passwd",
        "static/%2e%2e/%2e%2e/etc/passwd",
        "%00",
        "sparql/%0d%0aX-Injected:1",
    ]
    for path in wrong:
        response = httpx.get(address + path, timeout=WITHIN)
        assert response.status_code in (200, 400, 404, 406), path
        assert "X-Injected" not in response.headers
        assert not re.search(r"Traceback|File \"|\.py\b|site-packages|root:", response.text), path
        assert str(service.process.args[0]) not in response.text  # type: ignore[index]


def test_the_log_has_no_query_no_address_and_no_line_of_a_client(
    engine: EmbeddedEngine,
) -> None:
    service = Service(
        data_dir=engine.directory.path, base=BASE, port=0, query_timeout=1, log_format="json"
    )
    address = service.address()
    headers = {"Authorization": "Bearer never-to-be-seen", "X-Forwarded-For": "203.0.113.77"}
    for query in (
        'SELECT ("never-to-be-seen\\n{}" AS ?x) {}',
        "SELECT never-to-be-seen {",
        ENDLESS + " #never-to-be-seen",
    ):
        ask(address, query, headers=headers)
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port)) as asked:
        asked.sendall(b"GET /never-to-be-seen HTTP/1.1\r\nnever-to-be-seen\r\n\r\n")
        select.select([asked], [], [], 5)
    service.stop()
    written = service.end()
    assert written.count('"logger": "pledgegraph.requests"') >= 3
    assert "never-to-be-seen" not in written
    assert "203.0.113.77" not in written
    assert "127.0.0.1" not in written
    assert all(line.startswith("{") for line in written.splitlines())
