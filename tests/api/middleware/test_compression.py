"""Pages, RDF, JSON and files go out compressed, each coding under an entity tag of its own."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest
import zstandard

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ADDRESSES = [
    "/",
    "/queries",
    "/commitments",
    "/doc/commitment/water",
    "/openapi.json",
    "/def",
    "/def?format=turtle",
    "/context.jsonld",
    "/catalog?format=jsonld",
    "/shapes?format=ntriples",
    "/static/style.css",
    "/changes?format=turtle",
    "/changes/1.rdfp",
    "/sparql",
]


async def raw(
    client: httpx.AsyncClient, address: str, **headers: str
) -> tuple[httpx.Response, bytes]:
    """The response, and its body as it came."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = client.build_request("GET", address, headers={**BROWSER, **named})
    response = await client.send(request, stream=True)
    body = b"".join([piece async for piece in response.aiter_raw()])
    return response, body


def decoded(response: httpx.Response, body: bytes) -> bytes:
    coding = response.headers.get("content-encoding")
    if coding == "gzip":
        return gzip.decompress(body)
    return zstandard.ZstdDecompressor().decompressobj().decompress(body) if coding else body


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("address", ADDRESSES)
async def test_each_coding_is_a_representation_of_its_own(
    client: httpx.AsyncClient, address: str, coding: str
) -> None:
    plain, whole = await raw(client, address, accept_encoding="identity")
    coded, body = await raw(client, address, accept_encoding=coding)
    assert plain.status_code == coded.status_code == 200
    assert "content-encoding" not in plain.headers
    assert decoded(coded, body) == whole
    for each in (plain, coded):
        assert "accept-encoding" in each.headers["vary"].lower()
    if len(whole) < 1024:
        assert "content-encoding" not in coded.headers
        return
    assert coded.headers["content-encoding"] == coding
    assert len(body) < len(whole)
    assert int(coded.headers.get("content-length", len(body))) == len(body)
    tag = coded.headers.get("etag")
    if tag is None:
        assert "etag" not in plain.headers
        return
    assert tag != plain.headers["etag"]
    again, nothing = await raw(client, address, accept_encoding=coding, if_none_match=tag)
    assert (again.status_code, nothing) == (304, b"")
    assert again.headers["etag"] == tag
    # Who has it in this coding does not have it in another one.
    other = "gzip" if coding == "zstd" else "zstd"
    assert (await raw(client, address, accept_encoding=other, if_none_match=tag))[
        0
    ].status_code == 200
    headed = await client.head(address, headers={**BROWSER, "Accept-Encoding": coding})
    assert headed.headers["etag"] == tag
    assert headed.headers["content-encoding"] == coding


async def test_an_answer_to_a_query_is_left_to_what_runs_queries(
    client: httpx.AsyncClient,
) -> None:
    address = "/sparql?query=SELECT * { ?s ?p ?o . ?a ?b ?c }&format=csv"
    plain, whole = await raw(client, address, accept_encoding="identity")
    coded, body = await raw(client, address, accept_encoding="gzip")
    assert coded.headers["content-encoding"] == "gzip"
    assert decoded(coded, body) == whole
    assert coded.headers["etag"] != plain.headers["etag"]
    assert not coded.headers["etag"].endswith('-gzip"')


async def test_what_a_client_refuses_it_does_not_get(client: httpx.AsyncClient) -> None:
    for header in ("gzip;q=0, zstd;q=0", "identity, gzip;q=0.5", ""):
        response, _ = await raw(client, "/def", accept_encoding=header)
        assert "content-encoding" not in response.headers, header


async def test_browsers_keep_the_files_of_pages_for_good(client: httpx.AsyncClient) -> None:
    for address in ("/", "/docs/try"):
        page = (await client.get(address, headers=BROWSER)).text
        files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        assert len(files) >= 2
        for each in files:
            got = await client.get(each)
            assert got.status_code == 200
            assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = await client.get("/static/style.css")
    assert plain.headers["cache-control"] == "no-cache"
    assert (await client.get("/static/style.0123456789abcdef.css")).status_code == 404


async def test_a_browser_finds_an_icon_unasked(client: httpx.AsyncClient) -> None:
    icon = await client.get("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")


async def test_every_page_leads_to_downloads_changes_and_their_feed(
    client: httpx.AsyncClient,
) -> None:
    for address in ("/", "/nothing", "/doc/commitment/water", "/changes"):
        page = (await client.get(address, headers=BROWSER)).text
        footer = page.partition("<footer")[2]
        for each in ("/dumps/", "/changes", "/changes.atom"):
            assert f'href="{each}"' in footer, address
        heads = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*>', page)
        assert len([each for each in heads if 'href="/changes.atom"' in each]) == 1
