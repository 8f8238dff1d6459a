"""An entity tag tells apart all that another answer would come from."""

from __future__ import annotations

import httpx
import pytest

from pledgegraph.settings import Settings
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from pledgegraph_api.http import respond
from tests.api.conftest import ClientOf

pytestmark = pytest.mark.anyio

MADE = (
    "/changes",
    "/changes.atom",
    "/changes/1.json",
    "/changes/1.ttl",
    "/changes/pages/1",
    "/commitments",
    "/commitments.csv",
    "/def.ttl",
    "/doc/actor/a.jsonld",
    "/doc/actor/a.html",
    "/dumps/",
    "/queries",
    "/sitemap.xml",
    "/timemap/doc/actor/a",
)
"""What the service writes; another release may write it otherwise."""
STORED = ("/changes/1.rdfp", "/context.jsonld")
"""What has the same bytes in every release, or a tag that is made from them."""


async def tags(client: httpx.AsyncClient, *addresses: str, **headers: str) -> dict[str, str]:
    found = {}
    for address in addresses:
        answer = await client.get(address, headers={"Accept-Encoding": "identity", **headers})
        assert answer.status_code == 200, address
        found[address] = answer.headers["etag"]
    return found


async def test_another_release_has_other_tags(
    settings: Settings,
    engine: EmbeddedEngine,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with client_of(create_app(settings, engine)) as client:
        before = await tags(client, *MADE, *STORED)
        assert await tags(client, *MADE, *STORED) == before
        monkeypatch.setattr(respond, "release", lambda: "99.0.0")
    async with client_of(create_app(settings, engine)) as client:
        after = await tags(client, *MADE, *STORED)
    assert [each for each in MADE if after[each] == before[each]] == []
    assert [each for each in STORED if after[each] != before[each]] == []


async def test_addresses_formats_and_languages_have_tags_of_their_own(
    client: httpx.AsyncClient,
) -> None:
    html = {"Accept": "text/html"}
    for address in ("/changes", "/commitments", "/dumps/", "/queries", "/doc/actor/a"):
        kinds = [
            await tags(client, address, Accept="application/ld+json, application/json;q=0.9"),
            await tags(client, address, **html),
            await tags(client, address, **html, **{"Accept-Language": "fr"}),
            await tags(client, f"{address}?lang=fr", **html),
        ]
        found = [tag for each in kinds for tag in each.values()]
        assert len(set(found)) == len(found), address
