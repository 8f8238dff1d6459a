"""Answers that fail after their first bytes have been sent never look whole, whatever they are.

A service as a process, since it is the connection that has to tell.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest
import zstandard

from pledgegraph.media_types import (
    CSV,
    CSV_SAFE,
    GRAPH_FORMATS,
    JSON,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULT_FORMATS,
    TRIG,
    TSV,
    TURTLE,
    XML,
    Carries,
    Format,
)
from pledgegraph.store.embedded import EmbeddedEngine
from tests.running_service import RunningService, running_service

FORMATS: Final = (*RESULT_FORMATS, CSV_SAFE, *GRAPH_FORMATS)
WITHOUT_MARK: Final = (CSV, CSV_SAFE, TSV)
"""Formats that have no place to say that an answer was cut."""
MOST_ROWS: Final = 9000
MOST_BYTES: Final = 3_000_000
BEGINNING: Final = 60_000
"""Bytes that are sent of an answer before it fails."""

_DIGITS: Final = " ".join(str(number) for number in range(10))
_FIRST: Final = (
    "{ "
    + " ".join(f"VALUES ?{name} {{ {_DIGITS} }}" for name in "abc")
    + f' BIND(CONCAT("{"x" * 300}", STR(?a), STR(?b), STR(?c)) AS ?n) }}'
)
"""A thousand rows, of more bytes than are held back in any format."""
_ENDLESS: Final = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(12))
_NEVER: Final = f"{{ {_ENDLESS} FILTER (CONCAT(STR(?s0), STR(?o11)) = 'never') BIND('z' AS ?n) }}"
"""Runs for years and has no row."""
_ALL: Final = " ".join(f"?s{n} ?p{n} ?o{n}" for n in range(12))
_GROUPED: Final = f"{{ SELECT (COUNT(*) AS ?n) {{ {_ENDLESS} }} GROUP BY {_ALL} }}"
"""Needs all memory that there is, and has no row until it has grouped all."""
_SHORT: Final = (
    "{ "
    + " ".join(f"VALUES ?{name} {{ {_DIGITS} }}" for name in "abcd")
    + ' BIND(CONCAT("the number ", STR(1000 * ?a + 100 * ?b + 10 * ?c + ?d)) AS ?n) }'
)
"""Ten thousand rows."""
_LONG: Final = _SHORT.replace("the number ", "x" * 1000)


@dataclass(frozen=True, slots=True)
class Received:
    """What came of an answer."""

    headers: httpx.Headers
    content: bytes
    """Without its compression, as far as that goes."""
    ended: bool
    """Whether the connection said that this was all."""
    unpacked: bool
    """Whether the compression said so; true where there was none."""


@pytest.fixture(scope="module")
def service(
    engine: EmbeddedEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningService]:
    """A service with small limits over the small data."""
    log: Path = tmp_path_factory.mktemp("cut") / "log"
    with running_service(
        engine.directory.path,
        log,
        query_workers=2,
        copies_memory=0,  # workers are told from others by their number
        query_timeout=20,
        query_memory=60_000_000,
        max_rows=MOST_ROWS,
        max_answer_bytes=MOST_BYTES,
    ) as running:
        assert running.ask(asking(CSV, _SHORT), limit="1").status_code == 200
        yield running


def asking(form: Format, *groups: str) -> str:
    """A query whose answer has that format, over one group after the other."""
    where = " UNION ".join(groups)
    if form.carries is Carries.SOLUTIONS:
        return f"SELECT ?n {{ {where} }}"
    return f"CONSTRUCT {{ <x:s> <x:p> ?n }} WHERE {{ {where} }}"


class RefusedBeforeItBegan(Exception):
    """The answer is a problem, and nothing of it was sent."""


def received(
    service: RunningService, query: str, form: Format, coding: str = "identity", **more: str
) -> Received:
    """All that comes of an answer, which begins well."""
    asked = {"query": query, "format": form.name, **more}
    content, ended = bytearray(), True
    with (
        httpx.Client(timeout=60, headers={"Accept-Encoding": coding}) as client,
        client.stream("GET", service.sparql, params=asked) as response,
    ):
        if response.status_code >= 500:
            assert response.headers["content-type"].startswith("application/problem+json")
            raise RefusedBeforeItBegan
        assert response.status_code == 200
        assert response.headers.get("content-encoding", "identity") == coding
        try:
            for each in response.iter_raw():
                content += each
        except httpx.RemoteProtocolError as error:
            assert "incomplete chunked read" in str(error)
            ended = False
    plain, unpacked = unpack(bytes(content), coding)
    return Received(response.headers, plain, ended, unpacked)


def out_of_time(
    service: RunningService, query: str, form: Format, coding: str = "identity"
) -> Received:
    """What comes of an answer that begins well and runs out of time.

    A busy machine may need longer for the beginning, so the time is longer at each try.
    """
    for timeout in ("0.3", "1", "4"):
        with contextlib.suppress(RefusedBeforeItBegan):
            answer = received(service, query, form, coding, timeout=timeout)
            if len(answer.content) > BEGINNING:
                return answer
    return received(service, query, form, coding, timeout="16")


def unpack(content: bytes, coding: str) -> tuple[bytes, bool]:
    """The content without its compression, and whether that has come to its end."""
    if coding == "gzip":
        gzip = zlib.decompressobj(31)
        return gzip.decompress(content), gzip.eof
    if coding == "zstd":
        zstd = zstandard.ZstdDecompressor().decompressobj()
        return zstd.decompress(content), zstd.eof
    return content, True


def is_whole(content: bytes, form: Format) -> bool:
    """Whether who reads the content takes it for a document; lines always are one."""
    try:
        if form in (JSON, JSON_LD):
            json.loads(content)
        elif form in (XML, RDF_XML):
            ET.fromstring(content)  # noqa: S314 -- our own
    except (ValueError, ET.ParseError):
        return False
    return True


def assert_broken_off(answer: Received, form: Format) -> None:
    """What came is a beginning, and nobody can take it for more."""
    assert not answer.ended
    assert len(answer.content) > BEGINNING
    if form in (JSON, JSON_LD, XML, RDF_XML):
        assert not is_whole(answer.content, form)


each_format = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
CODINGS: Final = ("identity", "gzip", "zstd")
PAIRS: Final = sorted(
    {(form, CODINGS[number % 3]) for number, form in enumerate(FORMATS)}
    | {(form, coding) for form in (JSON, CSV, N_TRIPLES) for coding in CODINGS},
    key=lambda pair: (pair[0].name, pair[1]),
)
"""Every format, and three of them with every compression."""
each_pair = pytest.mark.parametrize(
    ("form", "coding"), PAIRS, ids=lambda it: it.name if isinstance(it, Format) else it
)


@each_pair
def test_time_that_runs_out_breaks_the_answer_off(
    service: RunningService, form: Format, coding: str
) -> None:
    query = asking(form, _FIRST, _NEVER)
    answer = out_of_time(service, query, form, coding)
    assert_broken_off(answer, form)
    assert answer.unpacked is (coding == "identity")


@each_format
def test_memory_that_runs_out_breaks_the_answer_off(service: RunningService, form: Format) -> None:
    answer = None
    for _ in range(30):
        # The engine takes either group first.
        with contextlib.suppress(RefusedBeforeItBegan):
            answer = received(service, asking(form, _FIRST, _GROUPED), form, "gzip")
            break
    assert answer is not None
    assert_broken_off(answer, form)
    assert not answer.unpacked


@each_format
def test_a_worker_that_dies_breaks_the_answer_off(service: RunningService, form: Format) -> None:
    parts = urlsplit(service.address)
    asked = urlencode({"query": asking(form, _FIRST, _NEVER), "format": form.name})
    received = b""
    with socket.create_connection((parts.hostname, service.port), timeout=30) as connection:
        connection.sendall(f"GET /sparql?{asked} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while len(received) < 60_000:
            more = connection.recv(65536)
            assert more, received[:500]
            received += more
        for each in service.workers():
            os.kill(each, signal.SIGKILL)
        while more := connection.recv(65536):
            received += more
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"transfer-encoding: chunked" in received
    assert not received.endswith(b"\r\n0\r\n\r\n")
    assert service.ask("ASK {}", format="json").json()["boolean"] is True


@pytest.mark.parametrize(
    ("limit", "rows"),
    [(f"max_rows={MOST_ROWS} rows", _SHORT), (f"max_answer_bytes={MOST_BYTES} bytes", _LONG)],
    ids=["rows", "bytes"],
)
@each_pair
def test_a_bound_that_is_met_is_said_or_breaks_the_answer_off(
    service: RunningService, form: Format, limit: str, rows: str, coding: str
) -> None:
    try:
        answer = received(service, asking(form, rows), form, coding)
    except RefusedBeforeItBegan:
        # Compressed so well that the bound was met before there was a first byte to send.
        assert form in WITHOUT_MARK
        assert coding != "identity"
        return
    assert "etag" not in answer.headers or "pledgegraph-cut" not in answer.headers
    if form in WITHOUT_MARK:
        assert_broken_off(answer, form)
        return
    assert answer.ended
    assert answer.unpacked
    assert is_whole(answer.content, form)
    end = answer.content[-200:].decode()
    if form is JSON:
        name, _, rest = limit.partition("=")
        value, _, unit = rest.partition(" ")
        mark = {"limit": name, "limitValue": int(value), "limitUnit": unit}
        assert json.loads(answer.content)["pledgegraph:cut"] == mark
    else:
        assert f"Cut at {limit}: there may be more." in end


@pytest.mark.parametrize("form", [JSON, CSV, N_TRIPLES], ids=lambda form: form.name)
def test_what_broke_off_is_not_kept_for_the_next_one(service: RunningService, form: Format) -> None:
    query = asking(form, _FIRST, _NEVER)
    for _ in range(2):
        answer = out_of_time(service, query, form)
        assert_broken_off(answer, form)
        assert "cache" not in answer.headers["server-timing"]


@each_format
def test_an_answer_that_finds_nothing_for_long_costs_no_worker(
    service: RunningService, form: Format
) -> None:
    """What there is by then would be sent, and in some formats that is nothing."""
    long = "STRLEN(CONCAT(?n, STR(?a * ?b * ?c * ?d)))"
    asked = [asking(form, f"{_SHORT[:-1]} FILTER ({long} > {500 + it}) }}") for it in range(3)]
    service.ask(asked[0], format=form.name)
    before = service.workers()
    for query in asked[1:]:
        answer = received(service, query, form)
        assert answer.ended
        if form in (TURTLE, N_TRIPLES, TRIG, N_QUADS):
            assert answer.content == b""
            assert answer.headers["content-length"] == "0"
        else:
            assert is_whole(answer.content, form)
    assert before <= service.workers()


@pytest.mark.parametrize("ends", [_NEVER, _GROUPED], ids=["time", "memory"])
@pytest.mark.parametrize("form", [JSON, GRAPH_FORMATS[0]], ids=["table", "graph"])
def test_a_page_is_sent_when_it_is_whole_or_says_what_failed(
    service: RunningService, form: Format, ends: str
) -> None:
    few = _FIRST.replace(f"VALUES ?b {{ {_DIGITS} }}", "VALUES ?b { 1 }")
    # A busy machine takes some seconds to use up the memory.
    timeout = "2" if ends == _NEVER else "30"
    response = service.ask(asking(form, few, ends), format="html", timeout=timeout)
    assert response.headers["content-type"].startswith("text/html")
    assert response.status_code == (504 if ends == _NEVER else 507)
    # The query is shown; what it found before it failed is not.
    assert not re.search(r"x\d", response.text)
    assert response.text.rstrip().endswith("</html>")
