"""What clients really send: empty fields, parameters of media types, slashes, refused codings."""

from __future__ import annotations

import gzip

import httpx
import pytest

from tests.api.conftest import BASE

pytestmark = pytest.mark.anyio

ASK = "ASK { ?s a <https://w3id.org/pledgegraph/def#Commitment> }"
ONE = f"{BASE}/id/source/one"


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
async def test_an_empty_graph_names_none(client: httpx.AsyncClient, name: str) -> None:
    """Links of Virtuoso's form hold one."""
    empty = {"query": ASK, name: ""}
    for response in (
        await client.get("/sparql", params=empty),
        await client.post("/sparql", data=empty),
        await client.get("/sparql", params={"query": ASK, "default-graph-uri": [ONE, ""]}),
    ):
        assert response.status_code == 200, response.text
        assert response.json()["boolean"] is True
    wrong = await client.get("/sparql", params={"query": ASK, name: "no IRI"})
    assert wrong.status_code == 400


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("text/csv;charset=utf-8", "text/csv"),
        ("text/csv; header=present", "text/csv"),
        ("application/sparql-results+xml;charset=UTF-8", "application/sparql-results+xml"),
        ("csv;charset=utf-8", "text/csv"),
        ("text/html;charset=utf-8", "text/html"),
    ],
)
async def test_a_format_may_have_parameters(
    client: httpx.AsyncClient, name: str, kind: str
) -> None:
    asked = {"query": "SELECT * { ?s ?p ?o } LIMIT 1", "format": name}
    response = await client.get("/sparql", params=asked)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].partition(";")[0] == kind
    document = await client.get("/doc/actor/a", params={"format": "text/turtle;charset=utf-8"})
    assert document.headers["content-type"].startswith("text/turtle")


@pytest.mark.parametrize("charset", ["us-ascii", "US-ASCII", "ascii", '"UTF-8"', "utf8"])
async def test_ascii_is_utf_8(client: httpx.AsyncClient, charset: str) -> None:
    for kind, body in (
        ("application/sparql-query", ASK),
        ("application/x-www-form-urlencoded", f"query={ASK.replace(' ', '+').replace('#', '%23')}"),
    ):
        typed = {"Content-Type": f"{kind}; charset={charset}"}
        response = await client.post("/sparql", content=body, headers=typed)
        assert response.status_code == 200, response.text
    latin = {"Content-Type": "application/sparql-query; charset=latin1"}
    assert (await client.post("/sparql", content=ASK, headers=latin)).status_code == 415


@pytest.mark.parametrize(
    ("address", "way"),
    [
        ("/commitments/", "/commitments"),
        ("/commitments//?page=1&lang=fr", "/commitments?page=1&lang=fr"),
        ("/sparql/?query=ASK%7B%7D", "/sparql?query=ASK%7B%7D"),
        ("/update/", "/update"),
        ("/def/", "/def"),
        ("/problems/", "/problems"),
        ("/queries/", "/queries"),
        ("/changes/1/", "/changes/1"),
        ("/scheme/grade/", "/scheme/grade"),
        ("/.well-known/void/", "/.well-known/void"),
    ],
)
async def test_a_slash_too_many_leads_to_the_address(
    client: httpx.AsyncClient, address: str, way: str
) -> None:
    methods = ("GET", "HEAD", "POST") if way.startswith(("/sparql", "/update")) else ("GET", "HEAD")
    for method in methods:
        response = await client.request(method, address)
        assert (response.status_code, response.headers.get("location")) == (308, way)


@pytest.mark.parametrize(
    "address", ["/nothing/", "//", "//other.example/", "/static/", "/static/none/", "/nothing//"]
)
async def test_a_slash_leads_nowhere_else(client: httpx.AsyncClient, address: str) -> None:
    response = await client.get(f"{BASE}{address}")
    assert response.status_code in (200, 404)
    assert "location" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "POST"])
@pytest.mark.parametrize(
    "address", ["/graphs/source/two/", "/doc/actor/a/", "/id/actor/a/", "/graphs/source/none/"]
)
async def test_to_a_name_the_slash_belongs(
    client: httpx.AsyncClient, address: str, method: str
) -> None:
    """`a/` and `a` are two graphs: a DELETE of one must not be led to the other."""
    response = await client.request(method, address)
    assert response.status_code in (401, 404, 405)
    assert "location" not in response.headers


async def test_limits_left_empty_are_none(client: httpx.AsyncClient) -> None:
    empty = {"query": ASK, "timeout": "", "limit": "", "format": ""}
    response = await client.get("/sparql", params=empty)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "br, *;q=0", "identity;q=0, br"])
@pytest.mark.parametrize("address", ["/health", "/commitments", "/sparql?query=ASK%7B%7D"])
async def test_who_takes_nothing_gets_nothing(
    client: httpx.AsyncClient, accepted: str, address: str
) -> None:
    """RFC 9110, section 12.5.3."""
    response = await client.get(address, headers={"Accept-Encoding": accepted})
    assert response.status_code == 406
    assert response.json()["type"] == f"{BASE}/problems/coding-not-acceptable"
    assert "gzip" in response.json()["remedy"]


@pytest.mark.parametrize("accepted", ["gzip, identity;q=0", "gzip, *;q=0", "*, identity;q=0"])
@pytest.mark.parametrize("address", ["/health", "/commitments", "/sparql?query=ASK%7B%7D"])
async def test_who_takes_only_what_is_compressed_gets_that(
    client: httpx.AsyncClient, accepted: str, address: str
) -> None:
    for _ in range(2):
        async with client.stream("GET", address, headers={"Accept-Encoding": accepted}) as response:
            body = b"".join([piece async for piece in response.aiter_raw()])
        assert response.status_code == 200
        assert response.headers["content-encoding"] in ("gzip", "zstd")
        if response.headers["content-encoding"] == "gzip":
            assert gzip.decompress(body)
    plain = await client.get(address, headers={"Accept-Encoding": "identity, *;q=0"})
    assert plain.status_code == 200
    assert "content-encoding" not in plain.headers


async def test_the_list_of_dumps_knows_its_parameters(client: httpx.AsyncClient) -> None:
    response = await client.get("/dumps/", params={"page": "2"})
    assert response.status_code == 400
    assert "page" in response.json()["detail"]
    for fine in ({"format": "json"}, {"lang": "fr"}, {}):
        assert (await client.get("/dumps/", params=fine)).status_code == 200
