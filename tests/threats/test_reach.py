"""Reach: ways to make the service, or those who use it, talk to others.

Each test is a line of the list of threats, by its number.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.running_service import RunningService
from tests.threats.attacking import refused, whole_answer
from tests.threats.conftest import BASE

PAGES = ["/", "/sparql", "/queries", "/problems", "/docs", "/problems/query-timeout", "/nothing"]


PULLED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*"
    r"|<link\b(?=[^>]*rel=.?(?:stylesheet|icon|preload|modulepreload|manifest))[^>]*"
    r"|url\([^)]*|@import[^;]*",
    re.IGNORECASE,
)
"""What makes a browser fetch something by itself."""
ELSEWHERE = re.compile(r"""[=("' ]//|https?://""")


class Listener:
    """A server on this machine that nobody should call."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = self._sockets[0].getsockname()[1]
        self._sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        for each in self._sockets:
            threading.Thread(target=self._listen, args=(each,), daemon=True).start()

    def _listen(self, door: socket.socket) -> None:
        while True:
            try:
                caller, _ = door.accept()
            except OSError:
                return
            with caller:
                self.calls.append(caller.recv(100))

    def close(self) -> None:
        for each in self._sockets:
            each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A server that must get no call while the test runs."""
    made = Listener()
    yield made
    made.close()
    assert made.calls == []


def places(port: int) -> list[str]:
    """Ways to write an address of this machine or its network."""
    return [
        f"http://127.0.0.1:{port}/",
        f"http://localhost:{port}/",
        f"http://[::1]:{port}/",
        f"http://[::ffff:127.0.0.1]:{port}/",
        f"http://2130706433:{port}/",
        f"http://0x7f000001:{port}/",
        f"http://0177.0.0.1:{port}/",
        f"http://127.1:{port}/",
        f"http://0.0.0.0:{port}/",
        f"http://user@127.0.0.1:{port}/",
        f"https://127.0.0.1:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "x:y",
    ]


def test_15_service(service: RunningService, listener: Listener) -> None:
    for place in places(listener.port):
        refused(
            whole_answer(service, f"SELECT * {{ SERVICE <{place}> {{ ?s ?p ?o }} }}"),
            400,
            "query-refused",
        )


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE ?var { ?s ?p ?o }",
        "sErViCe SILENT <{place}> {{ ?s ?p ?o }}",
        "SERVICE#comment\n<{place}> {{ ?s ?p ?o }}",
        "\\u0053ERVICE <{place}> {{ ?s ?p ?o }}",
        "SERV\\U00000049CE SILENT <{place}> {{ ?s ?p ?o }}",
        "FILTER EXISTS {{ SERVICE <{place}> {{ ?s ?p ?o }} }}",
        "{{ SELECT * {{ SERVICE <{place}> {{ ?s ?p ?o }} }} }}",
        "?s ?p 1 .SERVICE<{place}>{{ ?s ?p ?o }}",
        "BIND(1 AS ?x)SERVICE<{place}>{{ ?s ?p ?o }}",
        "?s ?p true.SERVICE <{place}> {{ ?s ?p ?o }}",
        "?s ?p 'x'@en.SERVICE <{place}> {{ ?s ?p ?o }}",
        "OPTIONAL {{ GRAPH ?g {{ SERVICE SILENT <{place}> {{}} }} }}",
        "MINUS {{ SERVICE <{place}> {{ ?s ?p ?o }} }}",
        "?s ?p '''SERVICE' ''' . SERVICE <{place}> {{ ?s ?p ?o }}",
        "LATERAL {{ SERVICE <{place}> {{ ?s ?p ?o }} }}",
    ],
)
def test_15_service_however_it_is_written(
    service: RunningService, listener: Listener, clause: str
) -> None:
    place = f"http://127.0.0.1:{listener.port}/"
    inside = clause.format(place=place) if "{place}" in clause else clause
    for query in (
        f"SELECT * {{ {inside} }}",
        f"SELECT * {{ ?a ?b ?c {inside} }}",
        f"PREFIX s: <{place}> SELECT * {{ {inside.replace(f'<{place}>', 's:')} }}",
        f"BASE <{place}> SELECT * {{ {inside.replace(f'<{place}>', '<>')} }}",
    ):
        refused(whole_answer(service, query), 400)


def test_15_service_in_an_update(service: RunningService, token: str, listener: Listener) -> None:
    place = f"http://127.0.0.1:{listener.port}/"
    insert = f"INSERT {{ GRAPH <{BASE}/id/source/x> {{ ?s ?p ?o }} }}"
    update = f"{insert} WHERE {{ SERVICE <{place}> {{ ?s ?p ?o }} }}"
    refused(send_update(service, update, token), 400)


def send_update(service: RunningService, update: str, token: str) -> httpx.Response:
    headers = {"Content-Type": "application/sparql-update", "Authorization": f"Bearer {token}"}
    address = f"{service.address}/update"
    return httpx.post(address, content=update.encode(), headers=headers, timeout=60)


def test_16_load_of_file_and_http(service: RunningService, token: str, listener: Listener) -> None:
    for place in (f"http://127.0.0.1:{listener.port}/x.ttl", "file:///etc/passwd", "/etc/passwd"):
        for update in (
            f"LOAD <{place}>",
            f"LOAD SILENT <{place}> INTO GRAPH <{BASE}/id/source/x>",
            f"lo\\u0061d <{place}> INTO GRAPH <{BASE}/id/source/x>",
            f"INSERT DATA {{}} ; LOAD <{place}> INTO GRAPH <{BASE}/id/source/x>",
        ):
            refused(send_update(service, update, token), 400)
            refused(whole_answer(service, update), 400)


def test_17_from_a_file(service: RunningService, listener: Listener) -> None:
    """The name of a graph is a name: nothing is read."""
    for place in (
        "file:///etc/passwd",
        f"file://{service.log}",
        f"http://127.0.0.1:{listener.port}/x.ttl",
    ):
        for query in (
            f"SELECT * FROM <{place}> {{ ?s ?p ?o }}",  # noqa: S608 -- SPARQL
            f"SELECT * FROM NAMED <{place}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",  # noqa: S608
        ):
            response = whole_answer(service, query)
            assert response.status_code == 200
            assert response.json()["results"]["bindings"] == []
        for name in ("default-graph-uri", "named-graph-uri"):
            response = service.ask("SELECT * { ?s ?p ?o }", **{name: place})
            assert response.json()["results"]["bindings"] == []


def put(service: RunningService, token: str, kind: str, body: str) -> httpx.Response:
    return httpx.put(
        f"{service.address}/graphs",
        params={"graph": f"{BASE}/id/source/put"},
        content=body.encode(),
        headers={"Content-Type": kind, "Authorization": f"Bearer {token}"},
        timeout=60,
    )


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def rdf_xml(declarations: str, text: str) -> str:
    return (
        f"<?xml version='1.0'?><!DOCTYPE r [{declarations}]>"
        f"<rdf:RDF xmlns:rdf='{RDF}' xmlns:x='http://x/'>"
        f"<rdf:Description rdf:about='http://x/s'><x:p>{text}</x:p></rdf:Description></rdf:RDF>"
    )


def test_18_rdf_xml_with_entities(service: RunningService, token: str, listener: Listener) -> None:
    place = f"http://127.0.0.1:{listener.port}/x"
    bomb = "<!ENTITY a0 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
    )
    for declarations, text in (
        ("<!ENTITY e SYSTEM 'file:///etc/passwd'>", "&e;"),
        (f"<!ENTITY e SYSTEM '{place}'>", "&e;"),
        (f"<!ENTITY % e SYSTEM '{place}'> %e;", "x"),
        (bomb, "&a11;"),
        ("<!ENTITY e '&e;'>", "&e;"),
    ):
        response = put(service, token, "application/rdf+xml", rdf_xml(declarations, text))
        refused(response, 400)
        assert "root:" not in response.text


def test_19_json_ld_with_contexts_elsewhere(
    service: RunningService, token: str, listener: Listener
) -> None:
    for context in (
        f'"http://127.0.0.1:{listener.port}/context"',
        '"file:///etc/passwd"',
        f'{{"@import": "http://127.0.0.1:{listener.port}/context"}}',
        f'{{"x": {{"@id": "http://x/x", "@context": "http://127.0.0.1:{listener.port}/"}}}}',
        "[" * 3_000 + "]" * 3_000,
    ):
        body = f'{{"@context": {context}, "@id": "http://x/s", "x": {{"@id": "http://x/o"}}}}'
        response = put(service, token, "application/ld+json", body)
        refused(response, 400)
        assert "root:" not in response.text


@pytest.mark.parametrize("address", PAGES)
def test_44_no_page_pulls_anything_from_another_host(service: RunningService, address: str) -> None:
    response = httpx.get(
        service.address + address, headers={"Accept": "text/html"}, follow_redirects=True
    )
    assert response.headers["content-type"].startswith("text/html")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert not re.findall(r"https?://", policy)
    for found in PULLED.finditer(response.text):
        assert not ELSEWHERE.search(found[0]), found[0]
