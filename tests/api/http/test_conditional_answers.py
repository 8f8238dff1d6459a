"""What a 304 and HEAD say: the same as the answer (RFC 9110, sections 15.4.5 and 9.3.2)."""

from __future__ import annotations

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE
from tests.running_service import Service

pytestmark = pytest.mark.anyio

ADDRESSES = tuple(
    each.strip()
    for each in [
        "/",
        "/actors",
        "/catalog",
        "/changes",
        "/changes.atom",
        "/changes/1",
        "/changes/1.rdfp",
        "/changes/1.ttl",
        "/changes/pages/1",
        "/changes?since=0",
        "/changes?since=1",
        "/commitments",
        "/commitments.csv",
        "/commitments.html",
        "/commitments.jsonld",
        "/context.jsonld",
        "/def",
        "/def.ttl",
        "/doc/actor/a",
        "/doc/actor/a.html",
        "/doc/actor/a.jsonld",
        "/doc/actor/a.ttl",
        "/doc/actor/a.html?version=1",
        "/doc/actor/a.ttl?version=1",
        "/docs",
        "/dumps/",
        "/graphs/source/two",
        "/graphs?default",
        "/methodology",
        "/problems",
        "/queries",
        "/scheme/grade",
        "/shapes",
        "/sitemap.xml",
        "/sparql?query=SELECT%20*%7B?s%20?p%20?o%7D",
        "/sparql?query=ASK%7B%7D&version=1",
        "/timemap/doc/actor/a.ttl",
        "/.well-known/void",
    ]
)
LASTING = (
    "cache-control", "content-location", "etag", "expires", "link", "memento-datetime",
    "pledgegraph-snapshot", "vary",
)  # fmt: skip


def lasting(response: httpx.Response) -> dict[str, str]:
    """The headers that a cache keeps, or goes by."""
    return {name: value for name, value in response.headers.items() if name in LASTING}


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_a_304_has_the_caching_headers_of_the_answer(
    client: httpx.AsyncClient, accept: str, coding: str
) -> None:
    tagged = 0
    for address in ADDRESSES:
        headers = {"Accept": accept, "Accept-Encoding": coding}
        answer = await client.get(address, headers=headers)
        assert answer.status_code in (200, 303, 406), address
        if "etag" in answer.headers:
            tagged += 1
            known = {**headers, "If-None-Match": answer.headers["etag"]}
            for method in ("GET", "HEAD"):
                again = await client.request(method, address, headers=known)
                assert (again.status_code, again.content) == (304, b""), address
                assert lasting(again) == lasting(answer), address
    assert tagged > len(ADDRESSES) // 2


async def test_head_is_answered_wherever_get_is(engine: EmbeddedEngine) -> None:
    app = create_app(Settings(data_dir=engine.directory.path, base=BASE), engine)
    methods: dict[str, set[str]] = {}
    for route in app.routes:
        path, taken = getattr(route, "path", ""), getattr(route, "methods", None) or {"HEAD"}
        methods.setdefault(path, set()).update(taken)
    assert [path for path, taken in methods.items() if "GET" in taken and "HEAD" not in taken] == []


async def test_head_says_what_get_says(client: httpx.AsyncClient) -> None:
    for address in (*ADDRESSES, "/changes/patches?from=1&to=1", "/health", "/robots.txt"):
        plain = {"Accept-Encoding": "identity"}
        got, head = [
            await client.request(method, address, headers=plain) for method in ("GET", "HEAD")
        ]
        assert (head.status_code, head.content) == (got.status_code, b""), address
        assert head.headers.get("content-type") == got.headers.get("content-type"), address
        assert lasting(head) == lasting(got), address


def test_every_process_sends_the_same_bytes_under_a_strong_tag(engine: EmbeddedEngine) -> None:
    """Blank nodes get their names by chance when they are read or made."""
    found: dict[str, set[bytes]] = {}
    kinds = ("text/html", "text/turtle", "application/n-triples", "application/ld+json")
    for _ in range(2):
        service = Service(data_dir=engine.directory.path, base=BASE, port=0, dump_interval=0)
        try:
            for path in ("def", "shapes", "queries", "scheme/status", "catalog", "changes/1"):
                for accept in kinds:
                    headers = {"Accept": accept, "Accept-Encoding": "identity"}
                    for _ in range(2):
                        got = httpx.get(f"{service.address()}{path}", headers=headers, timeout=30)
                        tag = got.headers.get("etag", "W/")
                        if got.status_code == 200 and not tag.startswith("W/"):
                            found.setdefault(tag, set()).add(got.content)
        finally:
            service.end()
    assert len(found) > 15
    assert [tag for tag, bodies in found.items() if len(bodies) > 1] == []
