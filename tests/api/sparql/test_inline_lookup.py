"""Look-ups that are answered at once: the same answers as by the workers, with the same headers."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import httpx
import pytest

from pledgegraph.media_types import RESULT_FORMATS, Format
from pledgegraph.sparql.quick_queries import is_quick, star
from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.cache.test_response_cache import lasting, unlike, write
from tests.api.conftest import BASE, make_store
from tests.running_service import Service

LOOKUP = "SELECT ?p ?o { <https://data.example.org/id/commitment/water> ?p ?o }"
SOME = "SELECT * { ?s ?p ?o } LIMIT 20"
STAR = (
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?l ?t ?n WHERE { "
    "<https://data.example.org/id/commitment/water> rdfs:label ?l ; a ?t ; rdfs:label ?n . }"
)
MOST_ROWS = 2500
MORE_ROWS = """PREFIX f: <http://example.org/> SELECT ?s ?o { ?s f:many ?o }"""


@pytest.fixture(scope="module")
def engine_here(
    tmp_path_factory: pytest.TempPathFactory, small_data: bytes
) -> Iterator[EmbeddedEngine]:
    """A store of these tests' own, with enough in it for an answer that is not short."""
    more = "\n".join(
        f'<http://example.org/{n}> <http://example.org/many> "{n}" .' for n in range(3000)
    )
    more += "".join(
        f"<http://example.org/many> <http://example.org/value> {n} ." for n in range(120)
    )
    more += '<http://example.org/many> <http://example.org/few> "one" , "two" .'
    data = small_data + f"\nGRAPH <http://example.org/more> {{ {more} }}\n".encode()
    engine = make_store(tmp_path_factory.mktemp("quick") / "store", data)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def client(engine_here: EmbeddedEngine) -> Iterator[httpx.Client]:
    """A client of the service as a process."""
    service = Service(data_dir=engine_here.directory.path, base=BASE, port=0, max_rows=MOST_ROWS)
    with httpx.Client(base_url=service.address(), timeout=20) as client:
        for name in ("accept", "accept-encoding"):
            del client.headers[name]
        yield client
    service.end()


def ask(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    """The answer to a GET request with a query alone."""
    return client.get("/sparql", params={"query": query}, headers=headers)


def is_by_worker(response: httpx.Response) -> bool:
    """Whether a worker took the query, which then has waited for it, if only for no time."""
    return "queue;dur" in response.headers["server-timing"]


def is_at_once(response: httpx.Response) -> bool:
    """Whether it was answered neither by a worker nor from memory."""
    told = response.headers["server-timing"]
    return "engine;dur" in told and "queue;dur" not in told


@pytest.mark.parametrize("form", RESULT_FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("more", [{}, {"Origin": "https://elsewhere.example"}], ids=["", "origin"])
def test_an_answer_at_once_is_the_one_that_a_worker_gives(
    client: httpx.Client, form: Format, more: dict[str, str]
) -> None:
    manner = {"Accept": form.media_type, **more}
    for each in (LOOKUP, SOME, "SELECT ?nothing { ?s a ?o } LIMIT 3", STAR):
        ask(client, unlike(LOOKUP, "to learn from"), **manner)
        query = unlike(each, f"{form.name} {len(more)}")
        quick = ask(client, query, **manner)
        assert is_at_once(quick)
        # HEAD is never answered so, nor the first request with a header that nobody knows.
        unknown = {"X-Other": f"{form.name} {len(more)} {each}"}
        worked = ask(client, query, **manner, **unknown)
        headed = client.head("/sparql", params={"query": query}, headers=manner)
        assert is_by_worker(worked)
        assert quick.content == worked.content
        assert lasting(quick) == lasting(worked)
        assert lasting(quick, framing=False) == lasting(headed, framing=False)


def test_the_first_of_a_manner_goes_to_a_worker_and_shows_how_it_is_answered(
    client: httpx.Client,
) -> None:
    manner = {"Accept": "text/csv;q=0.9, text/html;q=0.1"}
    first, second = (ask(client, unlike(LOOKUP, f"manner {n}"), **manner) for n in range(2))
    again = ask(client, unlike(LOOKUP, "manner 1"), **manner)
    assert is_by_worker(first)
    assert is_at_once(second)
    assert again.headers["server-timing"] == "cache;desc=hit"
    assert again.content == second.content == first.content
    assert lasting(again) == lasting(second)
    assert first.headers["etag"] != second.headers["etag"]


def test_who_has_the_answer_is_told_so_without_a_worker(client: httpx.Client) -> None:
    ask(client, unlike(LOOKUP, "to learn from"))
    query = unlike(LOOKUP, "known by its tag")
    tag = client.head("/sparql", params={"query": query}).headers["etag"]
    response = ask(client, query, **{"If-None-Match": tag})
    assert response.status_code == 304
    assert response.content == b""


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT ?p { ?s ?p ?o }",
        "SELECT ?s { ?s ?p ?s }",
        "SELECT ?s { ?s ?p ?o . ?o ?q ?r }",
        "SELECT ?s { ?s ?p ?o ; ?q ?r }",
        "SELECT ?s { ?s ?p ?o FILTER(isIRI(?o)) }",
        "SELECT ?s { ?s ?p ?o } OFFSET 100",
        "SELECT ?s { ?s ?p ?o } ORDER BY ?s",
        "SELECT ?s { ?s ?p/?q ?o }",
        "SELECT ?s { ?s <urn:p>+ ?o }",
        "SELECT ?s { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?s FROM <urn:g> { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (NOW() AS ?n) { ?s ?p ?o }",
        "SELECT ?s { ?s ?p ?o } LIMIT 1 VALUES ?s { <urn:s> }",
        "ASK { ?s ?p ?o }",
        "SELECT ?s { ?s ?p [] }",
        "SELECT ?s { ?s ?p _:b }",
        "SELECT ?s { << ?s ?p ?o >> ?q ?r }",
    ],
)
def test_what_could_take_longer_goes_to_a_worker(client: httpx.Client, query: str) -> None:
    assert not is_quick(query)
    ask(client, unlike(LOOKUP, "to learn from"))
    response = ask(client, unlike(query, "long"))
    assert not response.is_success or is_by_worker(response)


@pytest.mark.parametrize(
    "query",
    [
        LOOKUP,
        "select*where{?s ?p ?o.}limit 1",
        "PREFIX ex: <http://example.org/>\nBASE <urn:x>\nSELECT $s WHERE { $s a ex:Thing . }",
        'SELECT ?s { ?s <p> "it\'s"@en-GB } # the end',
        'SELECT ?s { ?s ?p "1"^^<http://www.w3.org/2001/XMLSchema#integer> }',
        "SELECT ?s { ?s ?p 12 } LIMIT 0",
        STAR,
        STAR.replace("?l ?t ?n WHERE", "*").replace("?n .", "?n;#\n"),
        "PREFIX : <http://example.org/> SELECT ?x ?y { :many :few ?x ; :none ?y } LIMIT 2",
    ],
)
def test_what_is_quick(client: httpx.Client, query: str) -> None:
    assert is_quick(query) or star(query)
    ask(client, unlike(LOOKUP, "to learn from"))
    assert is_at_once(ask(client, unlike(query, "quick")))


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("SELECT ?s {\n ?s ?p <\\u00zz> }", (2, 8)),
        ("SELECT ?s { ?s nowhere:p ?o }", (1, 16)),
    ],
)
def test_what_only_looks_like_a_query_is_told_where_it_is_wrong(
    client: httpx.Client, query: str, place: tuple[int, int]
) -> None:
    ask(client, unlike(LOOKUP, "to learn from"))
    response = ask(client, query)
    assert response.status_code == 400
    assert response.json()["line"] == place[0]
    assert response.json()["type"].endswith("/query-syntax")


@pytest.mark.parametrize(
    "query",
    [
        # Few rows, or none, for very many combinations.
        "SELECT ?x ?y ?z { :many :value ?x ; :value ?y ; :none ?z }",
        "SELECT ?x ?y { :many :value ?x ; :few ?y } LIMIT 1",
        "SELECT ?x { :many :few ?x ; :value ?x }",
        "SELECT ?x { :many :few ?x , ?y }",
        "SELECT ?x ?y { :many :few ?x ; :few+ ?y }",
        "SELECT ?x ?y { :many :few ?x ; ?p ?y }",
        "SELECT ?x ?y { ?s :few ?x ; :value ?y }",
        "BASE <http://example.org/> SELECT ?x ?y { <many> :few ?x ; :few ?y }",
    ],
)
def test_combinations_of_many_values_go_to_a_worker(client: httpx.Client, query: str) -> None:
    prefix = "PREFIX : <http://example.org/> "
    ask(client, unlike(LOOKUP, "to learn from"))
    assert is_by_worker(ask(client, unlike(prefix + query, "many")))


def test_a_long_answer_goes_to_a_worker_and_is_cut_there(client: httpx.Client) -> None:
    ask(client, unlike(LOOKUP, "to learn from"))
    response = ask(client, unlike(MORE_ROWS, "long"))
    assert is_by_worker(response)
    assert len(response.json()["results"]["bindings"]) == MOST_ROWS


def test_parameters_teach_nothing_to_requests_without_them(client: httpx.Client) -> None:
    manner = {"Accept-Language": "fr", "Accept": "*/*"}
    for more in (
        {"format": "csv"},
        {"limit": "1"},
        {"timeout": "1"},
        {"default-graph-uri": "urn:g"},
    ):
        told = client.get("/sparql", params={"query": LOOKUP, **more}, headers=manner)
        assert told.is_success
        plain = ask(client, unlike(LOOKUP, f"after {sorted(more)}"), **manner)
        assert plain.headers["content-type"] == "application/sparql-results+json"
        assert "pledgegraph-limits" not in plain.headers
        assert len(plain.json()["results"]["bindings"]) > 1


def test_it_is_compressed_as_a_worker_compresses_it(client: httpx.Client) -> None:
    accept = {"Accept-Encoding": "gzip"}
    ask(client, unlike("SELECT ?s { ?s a ?o } LIMIT 1", "small"), **accept)
    small = ask(client, unlike("SELECT ?s { ?s a ?o } LIMIT 1", "small too"), **accept)
    assert is_at_once(small)
    assert "content-encoding" not in small.headers
    query = unlike(SOME, "large")
    with client.stream("GET", "/sparql", params={"query": query}, headers=accept) as large:
        raw = b"".join(large.iter_raw())
    assert is_at_once(large), large.headers
    assert large.headers["content-encoding"] == "gzip"
    worked = ask(client, query, **accept, **{"X-Other": "compressed"})
    assert is_by_worker(worked)
    assert gzip.decompress(raw) == worked.content
    assert lasting(large, framing=False) == lasting(worked, framing=False)
    again = ask(client, unlike("SELECT ?s { ?s a ?o } LIMIT 1", "small again"), **accept)
    assert "content-encoding" not in again.headers


def test_what_another_process_writes_is_seen_at_once(
    client: httpx.Client, engine_here: EmbeddedEngine
) -> None:
    query = "SELECT ?o { <http://example.org/node> ?p ?o }"
    ask(client, unlike(query, "to learn from"))
    write(engine_here, "before")
    for turn in range(3):
        # Somebody else has had an answer from the new data; the first of this manner has a worker.
        assert client.post("/sparql", data={"query": unlike(query, f"post {turn}")}).is_success
        for time, how in enumerate((is_by_worker, is_at_once)):
            response = ask(client, unlike(query, f"{turn} {time}"))
            assert how(response)
            assert len(response.json()["results"]["bindings"]) == turn + 1
            with engine_here.snapshot() as snapshot:
                assert response.headers["pledgegraph-snapshot"] == str(snapshot.sequence)
        write(engine_here, f"quick {turn}")


def test_they_are_counted_as_queries_that_were_not_there_before(client: httpx.Client) -> None:
    def counted(name: str) -> float:
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    ask(client, unlike(LOOKUP, "to learn from"))
    names = (
        'pledgegraph_queries_total{outcome="ok"}',
        'pledgegraph_cache_lookups_total{result="miss"}',
        'pledgegraph_requests_total{method="GET",route="/sparql",status="200"}',
    )
    before = [counted(name) for name in names]
    assert is_at_once(ask(client, unlike(LOOKUP, "counted")))
    assert [counted(name) - earlier for name, earlier in zip(names, before, strict=True)] == [
        1,
        1,
        1,
    ]
