"""Answers that are kept: the same as if they were computed, and never older than the data."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
import zstandard

from pledgegraph.media_types import GRAPH_FORMATS, RESULT_FORMATS
from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.conftest import BASE, make_store
from tests.running_service import ROOT, Service

SELECT = "SELECT ?s ?p ?o { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
"""Some hundred kilobytes over the small data."""
DOCUMENT = "/doc/commitment/water"
OF_THIS_MOMENT = {"date", "server-timing"}
FRAMING = {"content-length", "transfer-encoding", "x-accel-buffering"}

Headers = dict[str, str]


@pytest.fixture(scope="module")
def engine_here(
    tmp_path_factory: pytest.TempPathFactory, small_data: bytes
) -> Iterator[EmbeddedEngine]:
    """A store of these tests' own, since one of them writes."""
    engine = make_store(tmp_path_factory.mktemp("kept") / "store", small_data)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def client(engine_here: EmbeddedEngine) -> Iterator[httpx.Client]:
    """A client of the service as a process, over the small data."""
    service = Service(data_dir=engine_here.directory.path, base=BASE, port=0)
    with httpx.Client(base_url=service.address(), timeout=20) as client:
        for name in ("accept", "accept-encoding"):
            del client.headers[name]
        yield client
    service.end()


def lasting(response: httpx.Response, *, framing: bool = True) -> list[tuple[str, str]]:
    """The headers but for those that tell of the moment, in their order."""
    left_out = OF_THIS_MOMENT if framing else OF_THIS_MOMENT | FRAMING
    return [each for each in response.headers.multi_items() if each[0] not in left_out]


def is_hit(response: httpx.Response) -> bool:
    """Whether the answer came from memory."""
    return "cache;desc=hit" in response.headers["server-timing"]


def unlike(query: str, mark: str) -> str:
    """The query in other words, so that no other test has asked for it."""
    return f"{query} # {mark}"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "text/csv"},
        {"Accept": "application/sparql-results+xml", "Origin": "https://elsewhere.example"},
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "zstd, gzip", "Accept": "text/csv"},
    ],
)
@pytest.mark.parametrize("how", ["get", "form", "body"])
def test_a_hit_is_a_miss_byte_for_byte_and_header_for_header(
    client: httpx.Client, headers: Headers, how: str
) -> None:
    query = unlike(SELECT, f"{how} {sorted(headers.items())}")

    def ask() -> httpx.Response:
        if how == "get":
            return client.get("/sparql", params={"query": query}, headers=headers)
        if how == "form":
            return client.post("/sparql", data={"query": query}, headers=headers)
        typed = {**headers, "Content-Type": "application/sparql-query"}
        return client.post("/sparql", content=query, headers=typed)

    miss, hit = ask(), ask()
    assert (is_hit(miss), is_hit(hit)) == (False, True)
    assert hit.content == miss.content
    assert lasting(hit) == lasting(miss)
    assert miss.headers["content-length"] == str(miss.num_bytes_downloaded)
    # Only what is got by GET has earlier versions by Accept-Datetime.
    by_day = "Accept-Datetime, " if how == "get" else ""
    assert miss.headers["vary"] == f"Accept, Accept-Encoding, {by_day}Origin"
    assert miss.headers["cache-control"] == "no-cache"
    assert ("access-control-allow-origin" in hit.headers) is ("Origin" in headers)


def test_an_answer_that_was_streamed_is_kept_with_its_length(client: httpx.Client) -> None:
    query = unlike(LONG, "streamed")
    miss, hit = (client.get("/sparql", params={"query": query}) for _ in range(2))
    assert "transfer-encoding" in miss.headers
    assert (is_hit(miss), is_hit(hit)) == (False, True)
    assert hit.content == miss.content
    assert lasting(hit, framing=False) == lasting(miss, framing=False)
    assert hit.headers["content-length"] == str(len(hit.content))


def test_a_question_of_the_catalogue_is_kept(client: httpx.Client) -> None:
    address = "/queries/outcomes-of-an-event"
    miss, hit = (client.get(address) for _ in range(2))
    assert (is_hit(miss), is_hit(hit)) == (False, True)
    assert hit.content == miss.content
    assert lasting(hit) == lasting(miss)


@pytest.mark.parametrize("accepted", ["application/ld+json", "text/turtle", "text/html"])
def test_a_document_is_kept(client: httpx.Client, accepted: str) -> None:
    headers = {"Accept": accepted, "Accept-Language": "fr"}
    miss, hit = (client.get(DOCUMENT, headers=headers) for _ in range(2))
    assert (is_hit(miss), is_hit(hit)) == (False, True)
    assert hit.content == miss.content
    assert lasting(hit) == lasting(miss)
    known = client.get(DOCUMENT, headers={**headers, "If-None-Match": miss.headers["etag"]})
    assert (known.status_code, is_hit(known)) == (304, True)


def test_a_page_is_kept_for_its_language_alone(client: httpx.Client) -> None:
    for turn in range(2):
        for language in ("es", "ar"):
            page = client.get(
                DOCUMENT, headers={"Accept": "text/html", "Accept-Language": language}
            )
            assert is_hit(page) is bool(turn)
            assert page.headers["content-language"] == language
            assert f'lang="{language}"' in page.text


def test_an_earlier_version_of_a_document_is_not_kept(client: httpx.Client) -> None:
    for _ in range(2):
        response = client.get(f"{DOCUMENT}.ttl", params={"version": "1"})
        assert response.is_success
        assert not is_hit(response)


def test_documents_count_as_requests_and_not_as_queries(client: httpx.Client) -> None:
    def counted() -> dict[str, float]:
        lines = client.get("/metrics").text.splitlines()
        return {
            name: sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(start))
            for name, start in (
                ("requests", 'pledgegraph_requests_total{method="GET",route="/doc/'),
                ("queries", "pledgegraph_queries_total"),
            )
        }

    client.get(f"{DOCUMENT}.nt")
    before = counted()
    assert is_hit(client.get(f"{DOCUMENT}.nt"))
    after = counted()
    assert after == {**before, "requests": before["requests"] + 1}


def test_one_tag_for_each_format_and_coding(client: httpx.Client) -> None:
    tags = []
    for query, formats in ((SELECT, RESULT_FORMATS), (CONSTRUCT, GRAPH_FORMATS)):
        for form in formats:
            for coding in ("identity", "gzip", "zstd"):
                response = client.get(
                    "/sparql",
                    params={"query": query},
                    headers={"Accept": form.media_type, "Accept-Encoding": coding},
                )
                assert response.headers["content-type"] == form.content_type
                assert response.headers.get("content-encoding", "identity") == coding
                tags.append(response.headers["etag"])
    assert len(set(tags)) == len(tags) == 30
    assert all(tag.startswith('"') for tag in tags)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_strong_tag_promises_the_same_bytes(client: httpx.Client, coding: str) -> None:
    """RFC 9110, section 8.8.1: also of an answer that is compressed while it is computed."""
    parameters = {"query": unlike(LONG, coding), "format": "csv"}
    asked = [{"Accept-Encoding": coding, "X-New": str(number)} for number in range(6)]
    found: dict[str, set[bytes]] = {}
    for headers in asked:
        with client.stream("GET", "/sparql", params=parameters, headers=headers) as response:
            assert response.headers["content-encoding"] == coding
            body = b"".join(response.iter_raw())
        found.setdefault(response.headers["etag"], set()).add(body)
    assert any(not tag.startswith("W/") for tag in found)
    assert all(len(bodies) == 1 for tag, bodies in found.items() if not tag.startswith("W/"))


def test_what_comes_slowly_has_a_weak_tag(client: httpx.Client) -> None:
    """Its pieces, and so its compressed bytes, hang on the clock."""
    slow = """SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l
        FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?g), STR(?j))) = 160) }"""
    parameters, gzipped = {"query": slow, "format": "csv"}, {"Accept-Encoding": "gzip"}
    first = client.get("/sparql", params=parameters, headers=gzipped)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    for more in ({}, {"X-New": "1"}):
        known = {**gzipped, "If-None-Match": tag, **more}
        response = client.get("/sparql", params=parameters, headers=known)
        assert (response.status_code, response.headers["etag"]) == (304, tag)
    plain = client.get("/sparql", params=parameters, headers={"Accept-Encoding": "identity"})
    assert plain.headers["etag"].startswith('"')


def test_other_queries_and_other_datasets_have_other_tags(client: httpx.Client) -> None:
    graph = f"{BASE}/id/source/one"
    tags = {
        client.get("/sparql", params=parameters).headers["etag"]
        for parameters in (
            {"query": SELECT},
            {"query": SELECT + " "},
            {"query": SELECT, "default-graph-uri": graph},
            {"query": SELECT, "named-graph-uri": graph},
        )
    }
    assert len(tags) == 4


@pytest.mark.parametrize("more", [{}, {"X-New": "1"}], ids=["from memory", "by the endpoint"])
@pytest.mark.parametrize("weak", ["", "W/"])
def test_who_has_the_answer_is_told_so(client: httpx.Client, more: Headers, weak: str) -> None:
    query = unlike(LONG, f"known {weak}")
    first = client.get("/sparql", params={"query": query, "format": "csv"})
    tag = first.headers["etag"]
    headers = {"If-None-Match": f'"other", {weak}{tag}', **more}
    for ask in (client.get, client.head):
        response = ask("/sparql", params={"query": query, "format": "csv"}, headers=headers)
        assert response.status_code == 304
        assert response.content == b""
        assert response.headers["etag"].removeprefix("W/") == tag
        for name in ("vary", "cache-control", "pledgegraph-snapshot", "content-security-policy"):
            assert response.headers[name] == first.headers[name]
        assert "content-type" not in response.headers
        assert "content-length" not in response.headers
    headers["If-None-Match"] = tag.replace('"', '"0', 1)
    assert client.get(
        "/sparql", params={"query": query, "format": "csv"}, headers=headers
    ).is_success


@pytest.mark.parametrize("more", [{}, {"X-New": "1"}], ids=["from memory", "by the endpoint"])
@pytest.mark.parametrize("added", ["", "w"])
def test_who_has_the_answer_of_another_node_is_told_so(
    client: httpx.Client, more: Headers, added: str
) -> None:
    """One that answers from memory, or compressed it while it came, has weak tags."""
    parameters = {"query": unlike(LONG, f"other {added}"), "format": "csv"}
    own = client.get("/sparql", params=parameters).headers["etag"]
    tag = f'W/{own[:-1]}{added}"'
    headers = {"If-None-Match": f'"other", {tag}', **more}
    response = client.get("/sparql", params=parameters, headers=headers)
    assert response.status_code == 304
    assert response.headers["etag"].removeprefix("W/") == tag.removeprefix("W/")
    for other in (f'{own[:-1]}x"', tag.replace('"', '"0', 1)):
        assert client.get(
            "/sparql", params=parameters, headers={"If-None-Match": other, **more}
        ).is_success


def test_a_304_has_the_same_headers_from_memory_and_from_the_endpoint(client: httpx.Client) -> None:
    parameters = {"query": unlike(SELECT, "304")}
    tag = client.get("/sparql", params=parameters).headers["etag"]
    kept, computed = (
        client.get("/sparql", params=parameters, headers={"If-None-Match": tag, **more})
        for more in ({}, {"X-New": "1"})
    )
    assert kept.status_code == computed.status_code == 304
    assert lasting(kept) == lasting(computed)


def test_a_304_takes_no_evaluation(client: httpx.Client) -> None:
    # By the tag alone: with another one this query runs into the time limit.
    query = unlike(SELECT, "POST")
    tag = client.get("/sparql", params={"query": query}).headers["etag"]
    response = client.get(
        "/sparql", params={"query": query}, headers={"If-None-Match": tag, "X-New": "2"}
    )
    assert response.status_code == 304
    # A POST request has no condition of this kind: it gets its answer.
    response = client.post("/sparql", data={"query": query}, headers={"If-None-Match": tag})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?x) {}",
        "SELECT (raNd () AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
        "SELECT (strUUID # (\n () AS ?x) {}",
        "SELECT (BNODE() AS ?x) {}",
        "CONSTRUCT { ?s ?p [] } { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p (1 2) } { ?s ?p ?o }",
        "CONSTRUCT { _:b ?p ?o } { ?s ?p ?o }",
        "CONSTRUCT { << ?s ?p ?o >> <urn:x> 1 } { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o {| <urn:x> 1 |} } { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o ~ } { ?s ?p ?o }",
        "CONSTRUCT { <urn:x> <urn:y> <<?s ?p ?o>> } { ?s ?p ?o }",
    ],
)
def test_what_is_never_the_same_is_never_kept(client: httpx.Client, query: str) -> None:
    for _ in range(2):
        response = client.get("/sparql", params={"query": query}, headers={"If-None-Match": "*"})
        assert response.status_code == 200
        assert not is_hit(response)
        assert "etag" not in response.headers
        assert response.headers["cache-control"] == "no-store"


def test_words_that_only_look_like_such_functions_do_no_harm(client: httpx.Client) -> None:
    query = 'PREFIX foaf: <http://xmlns.com/foaf/0.1/> SELECT ?rand { ?rand foaf:knows "now" }'
    assert [is_hit(client.get("/sparql", params={"query": query})) for _ in range(2)] == [
        False,
        True,
    ]


def test_what_went_wrong_is_not_kept(client: httpx.Client) -> None:
    for query in ("SELECT nothing", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"):
        for _ in range(2):
            response = client.get("/sparql", params={"query": query})
            assert response.status_code == 400
            assert response.headers["cache-control"] == "no-store"
            assert "etag" not in response.headers


def test_a_page_is_not_kept(client: httpx.Client) -> None:
    for _ in range(2):
        response = client.get("/sparql", params={"query": SELECT}, headers={"Accept": "text/html"})
        assert response.headers["content-type"].startswith("text/html")
        assert "server-timing" not in response.headers


def test_head_says_what_get_says(client: httpx.Client) -> None:
    parameters = {"query": unlike(SELECT, "head")}
    cold = client.head("/sparql", params=parameters)
    got = client.get("/sparql", params=parameters)
    warm = client.head("/sparql", params=parameters)
    assert cold.content == warm.content == b""
    assert lasting(warm) == lasting(got)
    assert lasting(cold, framing=False) == lasting(got, framing=False)
    assert "content-length" not in cold.headers


def test_headers_that_nobody_thought_of_make_a_miss(client: httpx.Client) -> None:
    parameters = {"query": unlike(SELECT, "unknown header")}
    client.get("/sparql", params=parameters)
    assert is_hit(client.get("/sparql", params=parameters, headers={"User-Agent": "other"}))
    for headers in ({"Prefer": "something"}, {"Authorization": "Bearer x"}):
        assert not is_hit(client.get("/sparql", params=parameters, headers=headers))


@pytest.mark.parametrize("query", [SELECT, LONG])
def test_what_is_compressed_can_be_read(client: httpx.Client, query: str) -> None:
    parameters = {"query": unlike(query, "compressed")}
    plain = client.get("/sparql", params=parameters).content
    for coding, read in (
        ("gzip", gzip.decompress),
        ("zstd", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
    ):
        for hit in (False, True):
            headers = {"Accept-Encoding": coding}
            with client.stream("GET", "/sparql", params=parameters, headers=headers) as response:
                raw = b"".join(response.iter_raw())
            assert is_hit(response) is hit
            assert response.headers["content-encoding"] == coding
            assert len(raw) < len(plain) / 2
            assert read(raw) == plain


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "zstd"),
        ("*;q=0.1, zstd;q=0", "gzip"),
        ("gzip;q=0.5, identity", None),
        ("gzip;q=0, zstd;q=0", None),
        ("gzip;q=2", None),
        ("br", None),
        ("", None),
    ],
)
def test_the_coding_is_what_the_client_likes(
    client: httpx.Client, accepted: str, coding: str | None
) -> None:
    response = client.get(
        "/sparql", params={"query": SELECT}, headers={"Accept-Encoding": accepted}
    )
    assert response.headers.get("content-encoding") == coding


def test_a_small_answer_is_not_compressed(client: httpx.Client) -> None:
    response = client.get(
        "/sparql", params={"query": "ASK {}"}, headers={"Accept-Encoding": "gzip"}
    )
    assert "content-encoding" not in response.headers
    assert response.json()["boolean"] is True


_WRITER = """
import sys
from pathlib import Path
from pyoxigraph import Literal, NamedNode, Quad
from pledgegraph.store.changes import Change
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine

node = NamedNode("http://example.org/node")
quad = Quad(node, node, Literal(sys.argv[2]), node)
engine = EmbeddedEngine(open_directory(Path(sys.argv[1])))
engine.update(Change(agent="tests", reason="More", add=[quad]))
"""


def write(engine: EmbeddedEngine, said: str) -> None:
    """Change the data from another process."""
    subprocess.run(
        [sys.executable, "-c", _WRITER, str(engine.directory.path), said],
        env={"PYTHONPATH": str(ROOT / "graph")},
        check=True,
    )


def test_a_document_that_another_process_changes_is_told_anew(
    client: httpx.Client, engine_here: EmbeddedEngine
) -> None:
    first = [client.get(f"{DOCUMENT}.ttl") for _ in range(2)][-1]
    assert is_hit(first)
    write(engine_here, "changed")
    second = client.get(f"{DOCUMENT}.ttl", headers={"If-None-Match": first.headers["etag"]})
    assert (second.status_code, is_hit(second)) == (200, False)
    assert second.headers["etag"] != first.headers["etag"]


def test_what_another_process_writes_is_seen_at_once(
    client: httpx.Client, engine_here: EmbeddedEngine
) -> None:
    parameters = {"query": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "format": "csv"}
    seen = []
    tag = ""
    for turn in range(4):
        response = client.get("/sparql", params=parameters, headers={"If-None-Match": tag})
        assert response.status_code == 200
        seen.append(int(response.text.split()[1]))
        tag = response.headers["etag"]
        assert is_hit(client.get("/sparql", params=parameters))
        write(engine_here, str(turn))
    assert [each - seen[0] for each in seen] == [0, 1, 2, 3]
