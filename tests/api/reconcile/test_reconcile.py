"""The Reconciliation Service API, version 0.2, by the clauses of its specification."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph.setup import open_engine
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of
from tests.shipped_store import copy_shipped

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data."""
    return copy_shipped(tmp_path_factory, tmp_path_factory.mktemp("reconcile") / "store", BASE)


@pytest.fixture
async def client(path: Path, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """The service over them."""
    assert anyio_backend == "asyncio"
    settings = Settings(data_dir=path, base=BASE)
    engine = open_engine(settings)
    async with client_of(create_app(settings, engine)) as found:
        yield found
    engine.close()


async def results(client: httpx.AsyncClient, **queries: Any) -> dict[str, list[dict[str, Any]]]:
    """The results of a batch, sent by POST."""
    answer = await client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    told = answer.json()
    # Section 4.3: an object with the identifiers of the queries.
    assert set(told) == set(queries)
    for each in told.values():
        scores = [found["score"] for found in each["result"]]
        assert scores == sorted(scores, reverse=True)
        for found in each["result"]:
            assert isinstance(found["id"], str)
            assert isinstance(found["name"], str)
            assert isinstance(found["match"], bool)
            assert all({"id", "name"} == set(kind) for kind in found["type"])
    return {name: each["result"] for name, each in told.items()}


async def test_the_manifest_tells_what_there_is(client: httpx.AsyncClient) -> None:
    answer = await client.get("/reconcile", headers={"Origin": "https://openrefine.example"})
    # Section 2.2: clients on other sites are let in.
    assert answer.headers["access-control-allow-origin"] == "*"
    told = answer.json()
    # Section 3: the members that there must be, and templates that hold {{id}}.
    assert "0.2" in told["versions"]
    assert told["name"]
    assert told["identifierSpace"] == f"{BASE}/id/"
    assert told["schemaSpace"].startswith("https://")
    assert "{{id}}" in told["view"]["url"]
    assert {"id": "actor", "name": "Organisation"} in told["defaultTypes"]
    for service in told["suggest"].values():
        address = service["service_url"] + service["service_path"]
        assert address.startswith(BASE)
        found = await client.get(service["service_path"], params={"prefix": "co"})
        assert all({"id", "name"} <= set(each) for each in found.json()["result"])
    page = await client.get(
        (await client.get("/reconcile/view?id=actor/co-dane")).headers["location"]
    )
    assert "DANE" in page.text
    documentation = await client.get(told["documentation"])
    assert documentation.status_code == 200


async def test_names_are_matched_or_offered(client: httpx.AsyncClient) -> None:
    found = await results(
        client,
        acronym={"query": "UNSD", "type": "actor"},
        arabic={"query": "كينيا", "type": "country"},
        doubt={"query": "DANE Colombia", "type": ["actor"], "limit": 1, "type_strict": "any"},
        goal={"query": "Gender equality", "type": "goal"},
        short={
            "query": "Kenya NBS",
            "type": "actor",
            "properties": [{"pid": "country", "v": "KE"}],
        },
        event={"query": "4th Expert Group Meeting on Citizen Data and Workshops"},
        nothing={"query": "Zzyzx qwrtp"},
        kind={"query": "UNSD", "type": "no-such-type"},
    )
    assert [(each["id"], each["match"]) for each in found["acronym"]] == [("actor/unsd", True)]
    assert found["arabic"][0]["id"].endswith("m49#404")
    assert found["arabic"][0]["match"]
    (dane,) = found["doubt"]
    assert (dane["id"], dane["match"]) == ("actor/co-dane", False)
    assert 80 < dane["score"] < 100
    assert any(each["id"].endswith("/sdg/5") for each in found["goal"])
    assert found["short"][0]["id"] == "actor/ke-nbs"
    assert not found["short"][0]["match"]
    assert found["event"][0]["match"]
    assert found["kind"] == []
    assert not any(each["match"] for each in found["nothing"])
    by_get = await client.get("/reconcile", params={"queries": '{"q0": {"query": "UNSD"}}'})
    assert by_get.json()["q0"]["result"][0]["id"] == "actor/unsd"


@pytest.mark.parametrize(
    "queries",
    [
        "no json",
        "[]",
        '{"q0": []}',
        '{"q0": {}}',
        '{"q0": {"query": 5}}',
        '{"q0": {"query": "a", "limit": "x"}}',
        '{"q0": {"query": "a", "limit": 0}}',
        '{"q0": {"query": "a", "type": {}}}',
        '{"q0": {"query": "a", "properties": [{}]}}',
        '{"q0": {"query": "a", "type_strict": "often"}}',
        '{"q0": {"query": "a", "colour": "red"}}',
        json.dumps({"q0": {"query": "a" * 1_000}}),
        json.dumps({str(number): {"query": "a"} for number in range(101)}),
        "[" * 5_000,
    ],
)
async def test_what_is_no_batch_is_refused_in_words(
    client: httpx.AsyncClient, queries: str
) -> None:
    answer = await client.post("/reconcile", data={"queries": queries})
    assert answer.status_code == 400
    assert answer.json()["remedy"]
