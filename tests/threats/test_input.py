"""Input: requests that are not what they should be.

Each test is a line of the list of threats, by its number.
"""

from __future__ import annotations

import gzip
import time
import zlib
from urllib.parse import quote, urlencode

import httpx
import pytest

from tests.running_service import RunningService
from tests.threats.attacking import others_are_served, raw, refused, whole_answer
from tests.threats.conftest import BASE, discreet

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = {"Content-Type": "application/sparql-query"}
UPDATE = {"Content-Type": "application/sparql-update"}


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x-gzip"])
def test_20_compressed_body_bomb(service: RunningService, token: str, coding: str) -> None:
    text = b"ASK {} #" + b"x" * 50_000_000
    bomb = zlib.compress(text) if coding == "deflate" else gzip.compress(text)
    for address, headers in (
        ("/sparql", QUERY),
        ("/update", UPDATE),
        ("/graphs?graph=http://x/", {"Content-Type": "text/turtle"}),
    ):
        more = {**headers, "Content-Encoding": coding, "Authorization": f"Bearer {token}"}
        response = httpx.post(service.address + address, content=bomb, headers=more, timeout=60)
        refused(response, 415, "unsupported-content")
    others_are_served(service)


def test_21_multipart_to_a_form_endpoint(service: RunningService, token: str) -> None:
    card = {"Authorization": f"Bearer {token}"}
    for address in ("/sparql", "/update"):
        for files in (
            {"query": ("q.rq", b"ASK {}")},
            {f"f{n}": (f"{n}", b"x") for n in range(2_000)},
        ):
            response = httpx.post(service.address + address, files=files, headers=card, timeout=60)
            refused(response, 415, "unsupported-content")


def test_22_a_thousand_duplicate_parameters(service: RunningService, token: str) -> None:
    for name in ("query", "format", "default-graph-uri", "named-graph-uri", "timeout", "x"):
        many = urlencode([("query", "ASK {}")] + [(name, "http://x/y")] * 1_001)
        refused(httpx.get(f"{service.sparql}?{many}", timeout=60), 400)
        refused(httpx.post(service.sparql, content=many, headers=FORM, timeout=60), 400)
    card = {**FORM, "Authorization": f"Bearer {token}"}
    for name in ("update", "using-graph-uri"):
        many = urlencode([("update", "CLEAR ALL")] + [(name, "http://x/y")] * 1_001)
        address = f"{service.address}/update"
        refused(httpx.post(address, content=many, headers=card, timeout=60), 400)
    for address in ("/queries?", "/graphs?", "/?", "/health?", "/docs?"):
        many = urlencode([("lang", "fr")] * 3_000)
        assert httpx.get(service.address + address + many, timeout=60).status_code < 500


@pytest.mark.parametrize(
    "accept",
    [
        ", ".join(f"text/x{n};q=0.{n % 10}" for n in range(2_500)),
        ", ".join(["text/turtle"] * 4_000),
        "text/turtle" + ";a=b" * 10_000,
        'text/turtle;a="' + "\\" * 9_999,
        "," * 60_000,
        "*/*;q=" + "1" * 50_000,
    ],
    ids=["entries", "same", "parameters", "quoted", "commas", "quality"],
)
def test_23_accept_with_ten_thousand_entries(service: RunningService, accept: str) -> None:
    for address in ("/sparql?query=ASK%7B%7D", "/queries", "/", "/nothing", "/health", "/graphs"):
        response = httpx.get(service.address + address, headers={"Accept": accept}, timeout=20)
        assert response.status_code in {200, 400, 404, 406, 431}, response.text
        discreet(response.text)


@pytest.mark.parametrize("quality", ["NaN", "-1", "1e9", "", "1.0001", "\uff10", "inf", "0x1"])
def test_23_accept_with_odd_qualities(service: RunningService, quality: str) -> None:
    """Such a member counts for nothing: what stands beside it is served."""
    accept = f"application/sparql-results+xml;q={quality}, text/csv;q=0.1".encode()
    response = httpx.get(service.sparql, params={"query": "ASK {}"}, headers={b"Accept": accept})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    alone = {b"Accept": f"text/csv;q={quality}".encode()}
    refused(httpx.get(service.sparql, params={"query": "ASK {}"}, headers=alone), 406)


def test_24_ten_thousand_ranges(service: RunningService) -> None:
    ranges = "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000))
    pages = httpx.get(service.address, headers={"Accept": "text/html"}).text
    static = "/static/" + pages.partition("/static/")[2].partition('"')[0]
    for address in (static, "/dumps", "/dumps/", "/sparql?query=ASK%7B%7D"):
        for wanted in (ranges, ranges.replace(",", ", "), "bytes=" + "0-," * 10_000, "bytes=-" * 9):
            response = httpx.get(
                service.address + address, headers={"Range": wanted[:60_000]}, timeout=20
            )
            assert response.status_code in {200, 206, 308, 400, 404, 416, 431}, address
            assert len(response.content) < 2_000_000
            discreet(response.text[:5_000])


def test_31_update_hidden_in_a_query_parameter(service: RunningService, token: str) -> None:
    card = {"Authorization": f"Bearer {token}"}
    insert = f"INSERT DATA {{ GRAPH <{BASE}/id/source/x> {{ <x:s> <x:p> <x:o> }} }}"
    for hidden in (
        insert,
        f"# ASK {{}}\n{insert}",
        f"ASK {{}} ; {insert}",
        "CLEAR ALL",
        "DROP ALL",
    ):
        for headers in ({}, card):
            given = {"query": hidden}
            refused(httpx.get(service.sparql, params=given, headers=headers), 400)
            refused(httpx.post(service.sparql, data=given, headers=headers), 400)
            direct = httpx.post(service.sparql, content=hidden, headers={**QUERY, **headers})
            refused(direct, 400)
    for given in ({"update": insert}, {"query": "ASK {}", "update": insert}):
        refused(httpx.get(service.sparql, params=given, headers=card), 400)
        refused(httpx.post(service.sparql, data=given, headers=card), 400)
    refused(httpx.post(service.sparql, content=insert, headers={**UPDATE, **card}), 415)
    # Nor does the update operation take one out of the address.
    update = f"{service.address}/update"
    assert httpx.get(update, params={"update": insert}, headers=card).status_code == 405
    refused(httpx.post(update, params={"update": insert}, headers=card), (400, 415))
    assert service.ask("ASK { <x:s> ?p ?o }").json()["boolean"] is False


@pytest.mark.parametrize(
    "octets", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80"]
)
def test_33_bytes_that_are_not_utf_8(service: RunningService, token: str, octets: bytes) -> None:
    card = {"Authorization": f"Bearer {token}"}
    query = b'ASK { ?s ?p "' + octets + b'" }'
    encoded = quote(query)
    for address in ("/sparql?query=", "/queries?q=", "/graphs?graph=http://x/"):
        response = httpx.get(service.address + address + encoded)
        assert response.status_code in {400, 404, 406}, address
        discreet(response.text)
    refused(httpx.post(service.sparql, content=b"query=" + encoded.encode(), headers=FORM), 400)
    refused(httpx.post(service.sparql, content=b"query=" + query, headers=FORM), 400)
    refused(httpx.post(service.sparql, content=query, headers=QUERY), 400)
    insert = b'INSERT DATA { GRAPH <http://x/> { <x:s> <x:p> "' + octets + b'" } }'
    more = {**UPDATE, **card}
    refused(httpx.post(f"{service.address}/update", content=insert, headers=more), 400)
    turtle = {"Content-Type": "text/turtle", **card}
    put = httpx.put(
        f"{service.address}/graphs?graph={BASE}/id/source/x", content=insert, headers=turtle
    )
    refused(put, 400)
    # In the path and in headers, where they arrive as they are.
    for line in (b"GET /" + octets + b" HTTP/1.1", b"GET /queries/%" + octets + b" HTTP/1.1"):
        said = raw(service, line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert said[9:12] in {b"400", b"404"}, said[:300]
    header = b"GET /queries HTTP/1.1\r\nHost: x\r\nAccept-Language: " + octets
    said = raw(service, header + b"\r\nAccept: " + octets + b"\r\nConnection: close\r\n\r\n")
    assert said[9:12] in {b"200", b"400", b"406"}, said[:300]


@pytest.mark.parametrize(
    "escape", ["\\uD800", "\\uDFFF", "\\U0000D800", "\\U00110000", "\\uD83D\\uDE00"]
)
def test_33_lone_surrogates_by_escape(service: RunningService, token: str, escape: str) -> None:
    for query in (f'ASK {{ ?s ?p "{escape}" }}', f"ASK {{ ?s ?p <http://x/{escape}> }}"):
        refused(whole_answer(service, query), 400, "query-syntax")
    card = {**UPDATE, "Authorization": f"Bearer {token}"}
    insert = f'INSERT DATA {{ GRAPH <http://x/> {{ <x:s> <x:p> "{escape}" }} }}'
    refused(httpx.post(f"{service.address}/update", content=insert, headers=card), 400)


@pytest.mark.parametrize(
    "iri", ["http://x/a b", "http://x/>{}", "http://x/<", 'http://x/"', "", "x"]
)
def test_34_iris_with_spaces_or_brackets(service: RunningService, token: str, iri: str) -> None:
    for name in ("default-graph-uri", "named-graph-uri"):
        asked = service.ask("ASK {}", **{name: iri})
        if iri:
            refused(asked, 400, "parameter")
        else:
            # Left empty, as forms send it, it names no graph.
            assert asked.json()["boolean"] is True
    card = {"Authorization": f"Bearer {token}"}
    update = {"update": "CLEAR ALL", "using-graph-uri": iri}
    refused(httpx.post(f"{service.address}/update", data=update, headers=card), 400)
    graph = httpx.get(f"{service.address}/graphs", params={"graph": iri})
    assert graph.status_code in {400, 404}
    if " " in iri or "<" in iri or '"' in iri:
        refused(service.ask(f"ASK {{ ?s ?p <{iri}> }}"), 400, "query-syntax")


def says_that_it_is_cut(answer: httpx.Response) -> bool:
    """Whether a cut answer has said so, in its head or at its end."""
    return "pledgegraph-cut" in answer.headers or "Cut at " in answer.text[-1000:]


def test_35_blank_node_floods(service: RunningService, token: str) -> None:
    card = {**UPDATE, "Authorization": f"Bearer {token}"}
    update = f"{service.address}/update"
    flood = " ".join(f"[] <x:p> _:b{n} ." for n in range(20_000))
    named = f"INSERT DATA {{ GRAPH <{BASE}/id/source/x> {{ {flood} }} }}"
    refused(httpx.post(update, content=named, headers=card, timeout=60), (413, 504))
    made = (
        f"INSERT {{ GRAPH <{BASE}/id/source/x> {{ [] <x:p> [] }} }} WHERE {{ ?a ?b ?c . ?d ?e ?f }}"
    )
    refused(httpx.post(update, content=made, headers=card, timeout=60), (413, 504, 507))
    nested = "[ <x:p> " * 500 + "1" + " ]" * 500
    deep = f"INSERT DATA {{ GRAPH <{BASE}/id/source/x> {{ <x:s> <x:p> {nested} }} }}"
    assert httpx.post(update, content=deep, headers=card, timeout=60).status_code in {400, 422}
    answer = whole_answer(service, "CONSTRUCT { [] <x:p> [] } { ?a ?b ?c . ?d ?e ?f }")
    assert answer.status_code in {504, 507, 599} or says_that_it_is_cut(answer)
    turtle = {"Content-Type": "text/turtle", "Authorization": f"Bearer {token}"}
    put = httpx.put(
        f"{service.address}/graphs?graph={BASE}/id/source/x",
        content=flood,
        headers=turtle,
        timeout=60,
    )
    refused(put, (413, 504))


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /sparql HTTP/1.1\r\n\r\n",
        b"GET /sparql HTTP/9.9\r\nHost: x\r\n\r\n",
        b"BREW /sparql HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nquery",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"fffffffffffffffff\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /sparql HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
        b"GET /sparql HTTP/1.1\r\nHost: x\r\nA\x00B: y\r\n\r\n",
        b"GET http://evil.example/sparql HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT evil.example:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nHost: x\r\nX-Secret: y\r\n\r\n",
        b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static/..%2f..%2fserving.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static/../../serving.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static//etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    ],
    ids=lambda line: line[:40].decode("ascii", "replace"),
)
def test_malformed_http(service: RunningService, request_line: bytes) -> None:
    """Beyond the list: whatever comes on the socket, it is refused in words or by closing."""
    begun = time.monotonic()
    said = raw(
        service, request_line.replace(b"Host: x\r\n", b"Host: x\r\nConnection: close\r\n", 1)
    )
    assert said == b"" or said[:5] == b"HTTP/", said[:200]
    assert said[9:10] != b"5" or said[9:12] in {b"501", b"505"}, said[:500]
    for secret in (b"import ", b"root:", b"X-Secret", b"Traceback"):
        assert secret not in said
    assert time.monotonic() - begun < 25, "the connection was held open"
