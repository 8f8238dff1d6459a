"""What the page of a record makes of parts that lie deep, and of what has no name."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from pledgegraph.namespaces import PG
from pledgegraph.settings import Settings
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, client_of, make_store
from tests.api.rdfa import Stated
from tests.api.records.test_walk import unshown

pytestmark = pytest.mark.anyio

DEPTH = 6
LONG = "This note begins like this and then goes on for quite some time, as notes do now and then"
DATA = """
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<id/source/one> {
  <id/commitment/deep> a pg:Commitment ; rdfs:label "Deep"@en ; pg:about <id/actor/silent> .
  <id/undertaking/1> a pg:Undertaking ; rdfs:label "Part 1"@en ; pg:partOf <id/commitment/deep> .
""" + "".join(
    f'<id/undertaking/{n}> a pg:Undertaking ; rdfs:label "Part {n}"@en ; '
    f"pg:partOf <id/undertaking/{n - 1}> .\n"
    for n in range(2, DEPTH + 1)
)
DATA += f"""
  <id/note/long> a pg:ProgressNote ; pg:text "Une note."@fr , "{LONG}, and so on."@en ;
    pg:reportsOn <id/commitment/deep> .
  <id/actor/silent> a pg:Actor .
}}
"""


@pytest.fixture(scope="module")
async def client(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    assert anyio_backend == "asyncio"
    engine = make_store(tmp_path_factory.mktemp("deep") / "store", DATA.encode())
    settings = Settings(data_dir=engine.directory.path, base=BASE)
    async with client_of(create_app(settings, engine)) as client:
        yield client
    engine.close()


def part(number: int) -> NamedNode:
    return NamedNode(f"{BASE}/id/undertaking/{number}")


async def test_a_part_that_lies_too_deep_is_a_link_and_no_empty_card(
    client: httpx.AsyncClient,
) -> None:
    turtle = await client.get("/doc/commitment/deep.ttl")
    said = {quad.triple for quad in parse(turtle.content, format=RdfFormat.TURTLE)}
    text = (await client.get("/doc/commitment/deep.html?view=statements")).text
    page = Stated(text)
    assert unshown(said, page) == []
    told = {number for number in range(1, DEPTH + 1) if part(number) in page.told}
    assert told == {1, 2, 3}
    assert Triple(part(4), PG.partOf, part(3)) in page.triples
    assert "/id/undertaking/4" in page.links
    assert text.count('<article class="card"') == len(told) + 1  # and the note


@pytest.mark.parametrize(
    ("language", "start"), [("en", "This note begins like this"), ("fr", "Une note.")]
)
async def test_what_has_no_name_is_called_by_its_text(
    client: httpx.AsyncClient, language: str, start: str
) -> None:
    page = (await client.get(f"/doc/note/long.html?lang={language}")).text
    title = page.partition("<h1")[2].partition(">")[2].partition("</h1>")[0]
    assert title.startswith(start)
    assert len(title) <= 90


async def test_what_has_neither_name_nor_text_is_called_by_its_class(
    client: httpx.AsyncClient,
) -> None:
    page = Stated((await client.get("/doc/commitment/deep.html?view=statements")).text)
    assert "Actor: silent" in page.text or "actor: silent" in page.text
    assert "id/actor/silent " not in page.text.replace(f"{BASE}/id", "")
