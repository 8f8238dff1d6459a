"""Cost: queries and connections that would use the service up.

Each test is a line of the list of threats, by its number. While an attack runs, others are
answered; afterwards the processor is free again.
"""

from __future__ import annotations

import select
import socket
import time

import httpx
import pytest

from tests.running_service import RunningService
from tests.threats.attacking import (
    CROSS,
    ENDLESS,
    HUGE,
    asked,
    attack,
    everything,
    others_are_served,
    refused,
    whole_answer,
)
from tests.threats.conftest import BASE, PG, RING

LIMITS = ("query-timeout", "query-memory")


def limited(response: httpx.Response) -> None:
    """It met a limit and says so, or it broke off visibly."""
    if response.status_code != 599:
        refused(response, (504, 507), "query-")
        assert response.json()["remedy"]


def test_1_cross_product_count(service: RunningService) -> None:
    for response in attack(service, ENDLESS, ENDLESS):
        assert "longer than 3 s" in refused(response, 504, "query-timeout")


def test_2_property_path_closure_on_a_cyclic_graph(service: RunningService) -> None:
    path = f"<{PG}next>"
    pairs = f"SELECT (COUNT(*) AS ?n) {{ ?a {path}+ ?b . ?b {path}+ ?c . ?c {path}* ?d }}"
    both_ways = f"SELECT (COUNT(*) AS ?n) {{ ?a ({path}|^{path}|!<x:>)* ?b . ?b !(<x:y>)* ?c }}"
    for response in attack(service, pairs, both_ways):
        limited(response)


def test_3_order_by_rand_over_everything(service: RunningService) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND()"
    for response in attack(service, query, endless=False):
        limited(response)


def test_4_huge_values_or_in(service: RunningService) -> None:
    nodes = " ".join(f"<{BASE}/id/node/{each}>" for each in range(16_000))
    values = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?s {{ {nodes} }} ?s <{PG}next> ?o }}"
    listed = nodes.replace("> <", ">, <")
    within = f"SELECT (COUNT(*) AS ?n) {{ ?s <{PG}next> ?o FILTER(?s IN ({listed})) }}"
    for response in attack(service, values, within, endless=False):
        if response.status_code == 200:
            assert response.json()["results"]["bindings"][0]["n"]["value"] == str(RING)
        else:
            limited(response)


@pytest.mark.parametrize(
    "pieces",
    [
        ("ASK { FILTER(", "(", "1", ")", ") }"),
        ("ASK ", "{ ", "?s ?p ?o", " }", ""),
        ("ASK { ?s ", "(", "<x:p>", ")", " ?o }"),
        ("ASK { ?s ", "(^", "<x:p>", ")", " ?o }"),
        ("ASK { ?s <x:p> ", "[ <x:p> ", "?o", " ]", " }"),
        ("ASK { ?s <x:p> ", "(", "?o", ")", " }"),
        ("ASK { ?s <x:p> ", "<<( <x:a> <x:b> ", "?o", " )>>", " }"),
        ("ASK { FILTER(", "!", "true", "", ") }"),
        ("ASK { FILTER(", "-", "1", "", ") }"),
        ("ASK { FILTER(", "- ", "1", "", ") }"),
        ("ASK { FILTER ", "EXISTS { FILTER ", "(true)", " }", " }"),
        ("ASK { FILTER(", "STR(", "1", ")", ") }"),
        ("ASK { FILTER(", "1 + ", "1", "", ") }"),
        ("ASK { FILTER(", "1 = 1 && ", "true", "", ") }"),
        ("ASK { ", "OPTIONAL { ", "?s ?p ?o", " }", " }"),
        ("ASK { ", "GRAPH ?g { ", "?s ?p ?o", " }", " }"),
        ("ASK { ", "{ ?s ?p ?o } UNION ", "{ ?s ?p ?o }", "", " }"),
        ("ASK { ", "{ SELECT * { ", "?s ?p ?o", " } }", " }"),
        ("ASK { ?s <x:p>", "/<x:p>", "", "", " ?o }"),
        ("ASK { ", "?s ?p ?o . ", "", "", " }"),
        ("ASK { ", "MINUS { ?s ?p ", "?o", " }", " }"),
    ],
)
def test_5_query_nested_5000_deep(service: RunningService, pieces: tuple[str, ...]) -> None:
    """Two depths: what a parser without a guard dies of, and what uses the guard up."""
    begins, opens, middle, closes, ends = pieces
    for depth in (5_000, 300):
        query = begins + opens * depth + middle + closes * depth + ends
        response = whole_answer(service, query)
        assert response.status_code in {200, 400, 504, 507}, (depth, response.text)
        if response.status_code != 200:
            refused(response, response.status_code)
    others_are_served(service)


def test_6_ten_megabytes_of_query_text(service: RunningService) -> None:
    long = "ASK {} #" + "x" * 10_000_000
    refused(whole_answer(service, long), 413, "too-large")
    direct = {"Content-Type": "application/sparql-query"}
    refused(httpx.post(service.sparql, content=long, headers=direct, timeout=30), 413, "too-large")
    pieces = (b"ASK {} #" + b"x" * 100_000 for _ in range(100))  # sent without a length
    refused(
        httpx.post(service.sparql, content=pieces, headers=direct, timeout=30), 413, "too-large"
    )
    others_are_served(service)


def test_7_catastrophic_regex_and_replace(service: RunningService) -> None:
    text = "a" * 5_000 + "!"
    label = "?s <http://www.w3.org/2000/01/rdf-schema#label> ?l"
    queries = [
        f'ASK {{ FILTER(REGEX("{text}", "^(a+)+$")) }}',
        f'ASK {{ {label} FILTER(REGEX(?l, "(a|aa)+(a|aa)+(a|aa)+$!")) }}',
        'ASK { FILTER(REGEX("a", "((a{1,1000}){1,1000}){1,1000}")) }',
        f'SELECT (REPLACE("{text}", "(a*)*b", "$1") AS ?r) {{}}',
        f'SELECT (REPLACE("{text}", "a", "{text}") AS ?r) {{}}',
    ]
    for response in attack(service, *queries, endless=False):
        if response.status_code == 400:
            assert "regular expression" in refused(response, 400, "query-refused")
        elif response.status_code != 200:
            limited(response)


def test_8_string_doubling_by_concat_in_bind(service: RunningService) -> None:
    doubling = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    query = f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("0123456789" AS ?x0) {doubling} }}'
    for response in attack(service, query, query, endless=False):
        limited(response)


def test_9_construct_of_everything_by_everything(service: RunningService) -> None:
    query = "CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }"
    for response in attack(service, query, query):
        assert response.status_code == 599, "a cut answer looks complete"


def test_10_describe_of_a_hub(service: RunningService) -> None:
    hub, everything_there = f"DESCRIBE <{BASE}/id/hub>", "DESCRIBE ?s { ?s ?p ?o }"
    for response in attack(service, hub, everything_there, endless=False):
        assert response.status_code in {200, 599}


def test_11_group_concat_of_everything(service: RunningService) -> None:
    query = f"SELECT (GROUP_CONCAT(?c0) AS ?all) {{ {CROSS} }}"
    for response in attack(service, query, query, endless=False):
        limited(response)


def test_12_slow_head_and_slow_body(service: RunningService) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    for begin in (b"GET /spar", head, head + b"Content-Length: 100\r\n\r\nASK"):
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as wire:
            wire.sendall(begin)
            for byte in b"           ":
                time.sleep(0.3)
                try:
                    wire.sendall(bytes([byte]))
                except ConnectionError:
                    break
            said = everything(wire)
        assert said[:12] in {b"", b"HTTP/1.1 408", b"HTTP/1.1 400"}, said[:200]
    others_are_served(service)


def test_12_slow_reader_of_a_streamed_answer(service: RunningService) -> None:
    """Readers that read nothing hold no worker, however many they are."""
    wires = [asked(service, HUGE) for _ in range(6)]
    try:
        assert service.is_idle_soon()
        others_are_served(service)
        for wire in wires:
            assert not everything(wire).endswith(b"\r\n0\r\n\r\n"), "a cut answer looks complete"
    finally:
        for wire in wires:
            wire.close()


@pytest.mark.parametrize("query", [ENDLESS, HUGE], ids=["before the answer", "during the answer"])
def test_13_client_gone(service: RunningService, query: str) -> None:
    for _ in range(4):
        with asked(service, query) as wire:
            if query == HUGE:
                assert wire.recv(65_536).startswith(b"HTTP/1.1 200")
            else:
                time.sleep(0.2)
    begun = time.monotonic()
    assert service.is_idle_soon()
    assert time.monotonic() - begun < 2.9, "it was the time limit that freed the processor"


def test_14_fifty_clients_doing_1(service: RunningService) -> None:
    wires = [asked(service, ENDLESS) for _ in range(50)]
    try:
        with httpx.Client(base_url=service.address, timeout=30) as client:
            for address in ("/health", "/", "/queries", "/problems", "/sparql"):
                assert client.get(address, headers={"Accept": "text/html"}).status_code == 200
        waiting, _, _ = select.select(wires, [], [], 0)
        assert len(waiting) < 50, "others waited for the attack's end"
        told = everything(wires[0])
        assert told.startswith(b"HTTP/1.1 504"), told[:500]
    finally:
        for wire in wires:
            wire.close()
    assert service.is_idle_soon()
    others_are_served(service)
