"""Pages of other sites may ask, with whatever headers their clients add."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.anyio

ORIGIN = {"Origin": "https://other.example"}


@pytest.mark.parametrize(
    "asked",
    ["queryid", "x-requested-with", "traceparent", "cache-control", "If-Match, x-a,authorization"],
)
@pytest.mark.parametrize("address", ["/sparql", "/commitments", "/graphs/source/two", "/nothing"])
async def test_any_header_may_be_sent(client: httpx.AsyncClient, asked: str, address: str) -> None:
    response = await client.options(
        address,
        headers={
            **ORIGIN,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": asked,
        },
    )
    assert response.status_code == 200, response.text
    allowed = response.headers["access-control-allow-headers"].lower().split(", ")
    assert {each.strip().lower() for each in asked.split(",")} <= set(allowed)
    assert len(set(allowed)) == len(allowed)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


async def test_what_is_no_name_of_a_header_is_left_out(client: httpx.AsyncClient) -> None:
    asked = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "a b, <x>, c",
    }
    response = await client.options("/sparql", headers={**ORIGIN, **asked})
    allowed = response.headers["access-control-allow-headers"].split(", ")
    assert "c" in allowed
    assert not {"a b", "<x>"} & set(allowed)


async def test_a_refused_method_is_a_problem(client: httpx.AsyncClient) -> None:
    asked = {**ORIGIN, "Access-Control-Request-Method": "PURGE"}
    response = await client.options("/sparql", headers=asked)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert "'PURGE'" in response.json()["detail"]
    assert "QUERY" in response.json()["remedy"]


async def test_a_private_network_is_not_opened(client: httpx.AsyncClient) -> None:
    asked = {**ORIGIN, "Access-Control-Request-Method": "GET"}
    headers = {**asked, "Access-Control-Request-Private-Network": "true"}
    response = await client.options("/sparql", headers=headers)
    assert response.status_code == 400
    assert "private network" in response.json()["detail"]
    assert "access-control-allow-private-network" not in response.headers


async def test_pages_may_read_what_helps_them(client: httpx.AsyncClient) -> None:
    response = await client.get("/commitments", headers=ORIGIN)
    exposed = response.headers["access-control-expose-headers"].split(", ")
    assert {"ETag", "Link", "Location", "Retry-After", "WWW-Authenticate"} <= set(exposed)
