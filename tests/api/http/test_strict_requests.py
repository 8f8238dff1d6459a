"""What a request says is heeded or refused, and never passed over in silence."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.anyio

ONE = "%D9%A1"
"""The digit one, as it is written in Arabic."""
TABLE = "/sparql?query=ASK%7B%7D"


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("/", ["lang"]),
        (TABLE, ["query", "default-graph-uri", "named-graph-uri", "format"]),
        ("/graphs?default", ["graph", "default", "format"]),
        ("/methodology", ["lang"]),
        ("/docs", ["lang"]),
        ("/guide", ["lang"]),
        ("/docs/try", ["lang"]),
        ("/problems", ["lang"]),
        ("/problems/not-found", ["lang"]),
        ("/changes/1.rdfp", ["format", "lang"]),
        ("/context.jsonld", []),
        ("/health", []),
        ("/metrics", []),
        ("/robots.txt", []),
        ("/sitemap.xml", []),
    ],
)
async def test_unknown_parameters_are_refused_with_those_that_there_are(
    client: httpx.AsyncClient, address: str, known: list[str]
) -> None:
    assert (await client.get(address)).status_code == 200
    sign = "&" if "?" in address else "?"
    for name in ("verison", "formatt"):
        for method in ("GET", "HEAD"):
            response = await client.request(method, f"{address}{sign}{name}=1")
            assert response.status_code == 400, (method, name)
        (fault,) = (await client.get(f"{address}{sign}{name}=1")).json()["parameters"]
        assert fault["name"] == name
        assert fault.get("choices", [])[: len(known)] == known
    assert (await client.get(f"{address}{sign}utm_source=x")).status_code == 200


async def test_an_earlier_version_of_a_graph_is_not_passed_off(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphs?default&version=1")).status_code == 400


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/catalog.ttl", "/catalog?format=ttl"),
        ("/.well-known/void.jsonld", "/.well-known/void?format=jsonld"),
        ("/scheme.rdf?lang=fr", "/scheme?format=rdf&lang=fr"),
        ("/changes.json", "/changes?format=json"),
        ("/queries/due-dates.csv", "/queries/due-dates?format=csv"),
    ],
)
async def test_an_ending_leads_to_the_format(
    client: httpx.AsyncClient, address: str, leads_to: str
) -> None:
    for method in ("GET", "HEAD"):
        response = await client.request(method, address)
        assert (response.status_code, response.headers["location"]) == (308, leads_to)
    assert (await client.get(leads_to)).status_code == 200


async def test_no_address_is_made_up_for_an_ending(client: httpx.AsyncClient) -> None:
    for address in ("/nowhere.ttl", "/catalog.exe", "/queries/none.csv?format=csv", "/health.ttl"):
        assert (await client.get(address)).status_code == 404


@pytest.mark.parametrize("address", ["/commitments", "/context.jsonld", TABLE, "/changes/1.rdfp"])
async def test_if_match_is_heeded_where_something_is_read(
    client: httpx.AsyncClient, address: str
) -> None:
    tag = (await client.get(address)).headers["etag"]
    for method in ("GET", "HEAD"):
        for matching in (tag, "*", f'"other", {tag}'):
            response = await client.request(method, address, headers={"If-Match": matching})
            assert response.status_code == 200, matching
    for other in ('"other"', f"W/{tag}"):
        headers = {"If-Match": other, "If-None-Match": tag}
        assert (await client.get(address, headers=headers)).status_code == 412
    refused = await client.get(address, headers={"If-Match": '"other"'})
    assert refused.json()["type"].endswith("/problems/precondition")
    assert (await client.get(address, headers={"If-Match": "other"})).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        f"{TABLE}&limit={ONE}",
        f"{TABLE}&version={ONE}",
        f"/commitments?page={ONE}",
        f"/changes?since={ONE}",
        f"/changes/patches?from={ONE}",
        f"/queries/changes-since?limit={ONE}",
    ],
)
async def test_numbers_are_written_in_the_digits_0_to_9(
    client: httpx.AsyncClient, address: str
) -> None:
    assert (await client.get(address)).status_code in (400, 404)


async def test_head_tells_what_get_would(client: httpx.AsyncClient) -> None:
    address = "/changes/patches?from=1&to=1"
    plain = {"Accept-Encoding": "identity"}
    whole = await client.get(address, headers=plain)
    head = await client.head(address, headers=plain)
    assert head.headers["content-length"] == str(len(whole.content))
    unwritable = "CONSTRUCT { <urn:a> <http://ex.test/1> 1 } {}"
    for form, status in {"rdfxml": 406, "ttl": 200}.items():
        asked = {"query": unwritable, "format": form}
        assert (await client.get("/sparql", params=asked)).status_code == status
        head = await client.head("/sparql", params=asked)
        assert (head.status_code, head.content) == (status, b"")
