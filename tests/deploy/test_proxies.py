"""What reaches readers through the proxies of `deploy/` is what the service has said."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import Require
from tests.deploy.proxies import caddy, nginx, passes_cut_offs
from tests.running_service import RunningService, running_service
from tests.shipped_store import copy_shipped

BASE = "https://data.example.org"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""Writes until its time is over, and is then broken off."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("origin")
    store = copy_shipped(tmp_path_factory, folder / "data", BASE)
    with running_service(
        store,
        folder / "log",
        trusted_proxies="127.0.0.1",
        budget_exempt="127.0.0.1",
        budget_errors=2,
        query_timeout=60,
        max_rows=10**9,
    ) as running:
        yield running


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def name(request: pytest.FixtureRequest) -> str:
    """The proxy's program."""
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="module")
def proxy(
    name: str,
    service: RunningService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of a proxy before the service."""
    if shutil.which(name) is None:
        yield ""
        return
    folder = tmp_path_factory.mktemp("proxy") / name
    upstream = f"127.0.0.1:{service.port}"
    with nginx(folder, [upstream]) if name == "nginx" else caddy(folder, upstream) as address:
        yield address


def test_an_answer_comes_as_it_is_computed_and_its_cut_off_arrives(
    proxy: str, name: str, service: RunningService, require: Require
) -> None:
    require(name, bool(proxy))
    # A busy machine may need longer until the answer has begun.
    for timeout in ("1", "4", "16"):
        # What was broken off must not be kept either.
        turns = [broken_off(proxy, service, timeout) for _ in ("first", "again")]
        if None not in turns:
            break
    assert turns == [passes_cut_offs(name)] * 2


def broken_off(proxy: str, service: RunningService, timeout: str) -> bool | None:
    """Whether an endless answer is seen to end too early; None where it came at its end only."""
    asked = {"query": ENDLESS, "timeout": timeout}
    with httpx.stream("GET", f"{proxy}/sparql", params=asked, timeout=60) as got:
        if got.status_code != 200:
            return None
        pieces = got.iter_raw()
        assert next(pieces)
        told = httpx.get(f"{service.address}/metrics").text
        if 'pledgegraph_pool{state="running"} 1.0' not in told:
            return None
        try:
            for _ in pieces:
                pass
        except httpx.RemoteProtocolError:
            return True
        return False


def test_the_service_knows_clients_apart(proxy: str, name: str, require: Require) -> None:
    require(name, bool(proxy))
    mark = int(proxy.rpartition(":")[2]) % 200 + 10

    def asked(last: int) -> list[int]:
        wire = httpx.HTTPTransport(local_address=f"127.0.{mark}.{last}")
        with httpx.Client(transport=wire) as client:
            # What a client says of itself counts for nothing.
            claims = [{"X-Forwarded-For": f"192.0.2.{number}"} for number in range(4)]
            query = {"query": "SELECT {"}
            return [
                client.get(f"{proxy}/sparql", params=query, headers=claim).status_code
                for claim in claims
            ]

    assert asked(1)[-1] == 429
    assert asked(2)[0] == 400


def test_conditions_of_writers_and_readers_reach_the_service(
    proxy: str, name: str, service: RunningService, require: Require
) -> None:
    require(name, bool(proxy))
    page = {"Accept": "text/html"}
    direct = httpx.get(f"{service.address}/commitments", headers=page)
    through = httpx.get(f"{proxy}/commitments", headers=page)
    assert through.headers["etag"] == direct.headers["etag"]
    assert through.content == direct.content
    data = httpx.get(f"{proxy}/commitments", headers={"Accept": "application/ld+json"})
    assert data.headers["content-type"] == "application/ld+json"
    known = {**page, "If-None-Match": through.headers["etag"]}
    assert httpx.get(f"{proxy}/commitments", headers=known).status_code == 304
    token = {"Authorization": f"Bearer {service.new_token('tests')}", "If-Match": '"another"'}
    graph = {"graph": f"{BASE}/graph/none"}
    refused = httpx.put(f"{proxy}/graphs", params=graph, headers=token, content="", timeout=60)
    assert refused.status_code == 412
    assert httpx.get(f"{proxy}/metrics").status_code == 404


def test_nginx_keeps_answers_and_asks_whether_they_are_still_good(
    service: RunningService, tmp_path: Path, require: Require
) -> None:
    require("nginx", shutil.which("nginx") is not None)
    folder = tmp_path / "nginx"
    query = {"query": "SELECT * { ?s ?p ?o } LIMIT 7", "format": "json"}
    with nginx(folder, [f"127.0.0.1:{service.port}"]) as address:

        def asked(path: str, **headers: str) -> tuple[httpx.Response, list[str]]:
            answer = httpx.get(f"{address}{path}", params=query, headers=headers)
            # The line is written when all has been sent, so the answer may come first.
            deadline = time.monotonic() + 20
            while len(lines := (folder / "access.log").read_text().splitlines()) <= len(told):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            told.extend(lines[len(told) :])
            return answer, told[-1].split()[1:]

        told: list[str] = []
        first, how = asked("/sparql")
        assert how == ["200", "MISS", "200"]
        deadline = time.monotonic() + 60
        while True:  # it is fresh for a second, then the service is asked and has nothing to send
            again, how = asked("/sparql")
            assert (again.status_code, again.content) == (200, first.content)
            if how != ["200", "HIT", "-"]:
                break
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert how == ["200", "REVALIDATED", "304"]
        unchanged, how = asked("/sparql", **{"If-None-Match": first.headers["etag"]})
        assert unchanged.status_code == 304
        assert how[1] in {"HIT", "REVALIDATED"}
        # What must be asked of the service itself is, and is not kept.
        for headers in ({"Authorization": "Bearer none"}, {"Pledgegraph-At-Least": "1"}):
            _, how = asked("/sparql", **headers)
            assert how[1] == "BYPASS"
        for _ in range(2):
            assert asked("/health")[1][1] == "MISS"


def test_nginx_passes_over_a_node_that_is_down(
    service: RunningService, tmp_path: Path, require: Require
) -> None:
    require("nginx", shutil.which("nginx") is not None)
    beside = tmp_path / "beside"
    shutil.copytree(service.store, beside)
    past_the_cache = {"Pledgegraph-At-Least": "1", "Accept": "text/html"}
    with running_service(beside, tmp_path / "log", trusted_proxies="127.0.0.1") as other:
        nodes = [f"127.0.0.1:{each.port}" for each in (service, other)]
        with nginx(tmp_path / "nginx", nodes) as address:
            first = httpx.get(f"{address}/commitments", headers=past_the_cache)
            known = {**past_the_cache, "If-None-Match": first.headers["etag"]}
            statuses = [
                httpx.get(f"{address}/commitments", headers=known).status_code for _ in range(6)
            ]
            assert statuses == [304] * 6, "a tag of one node is good at the other"
            other.service.stop()
            statuses = [
                httpx.get(f"{address}/commitments", headers=past_the_cache).status_code
                for _ in range(6)
            ]
            assert statuses == [200] * 6
            error = httpx.post(f"{address}/sparql", data={"query": "SELECT {"})
            assert error.status_code in {400, 429}
