"""Every address says that what it gives depends on the Accept header (threat 36)."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI

pytestmark = pytest.mark.anyio

ACCEPTS = [None, "text/html", "application/json, text/turtle;q=0.5", "x/y"]


def varies(response: httpx.Response) -> list[str]:
    return [each.strip().lower() for each in response.headers.get("vary", "").split(",")]


@pytest.mark.parametrize("accept", ACCEPTS)
async def test_every_route_varies_by_accept(
    app: FastAPI, client: httpx.AsyncClient, accept: str | None
) -> None:
    headers = {"Accept": accept} if accept else {}
    walked = set()
    for route in app.routes:
        path = re.sub(r"\{.*?\}", "none", getattr(route, "path", ""))
        for method in sorted(getattr(route, "methods", None) or ()):
            # An address below a mounted folder stands for all files.
            response = await client.request(method, path, headers=headers)
            assert varies(response).count("accept") == 1, (method, path, response.status_code)
            walked.add(path)
    assert {"/", "/sparql", "/queries", "/health", "/problems/none", "/openapi.json"} <= walked


@pytest.mark.parametrize("accept", ACCEPTS)
async def test_errors_vary_too(client: httpx.AsyncClient, accept: str | None) -> None:
    headers = {"Accept": accept} if accept else {}
    for method, path in (
        ("GET", "/nothing"),
        ("DELETE", "/sparql"),
        ("POST", "/sparql"),
        ("GET", "/sparql?query=nonsense"),
        ("GET", "/sparql?query=ASK{}&format=none"),
        ("GET", "/static/nothing"),
    ):
        response = await client.request(method, path, headers=headers)
        assert response.status_code >= 400
        assert varies(response).count("accept") == 1, (method, path)


async def test_files_do_not_vary_by_accept(client: httpx.AsyncClient) -> None:
    response = await client.get("/static/style.css", headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert "accept" not in varies(response)


async def test_what_depends_on_the_accept_header_does(client: httpx.AsyncClient) -> None:
    address = "/sparql?query=SELECT * {}"
    kinds = {
        (await client.get(address, headers={"Accept": accept})).headers["content-type"]
        for accept in ("text/html", "text/csv", "application/xml", "text/tab-separated-values")
    }
    assert len(kinds) == 4
