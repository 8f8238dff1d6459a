"""What a country promised is the same in the list, in the table and in the graph."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from pledgegraph.namespaces import PG, RDF, SCHEME

pytestmark = pytest.mark.anyio


async def answered(shipped: httpx.AsyncClient, address: str) -> str:
    response = await shipped.get(address)
    assert response.status_code == 200, response.text
    return response.text


async def listed(shipped: httpx.AsyncClient, country: str) -> set[str]:
    text = await answered(shipped, f"/commitments?country={country}&format=csv")
    return {row["id"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}


async def tabled(shipped: httpx.AsyncClient, country: str) -> set[str]:
    text = await answered(shipped, f"/queries/promises-of-a-country?country={country}&format=csv")
    return {row["commitment"] for row in csv.DictReader(io.StringIO(text))}


async def in_graph(shipped: httpx.AsyncClient, country: str) -> set[str]:
    text = await answered(shipped, f"/queries/records-of-a-country?country={country}&format=nt")
    return {
        each.subject.value
        for each in parse(text, format=RdfFormat.N_TRIPLES)
        if isinstance(each.subject, NamedNode)
        and each.predicate == RDF.type
        and each.object == PG.Commitment
    }


# Kenya, Malawi, Colombia, Djibouti (a maker's country alone), Canada.
@pytest.mark.parametrize("country", ["404", "454", "170", "262", "124"])
async def test_lists_and_questions_count_the_same(shipped: httpx.AsyncClient, country: str) -> None:
    found = await listed(shipped, country)
    assert found
    assert found == await tabled(shipped, country) == await in_graph(shipped, country)


async def test_a_country_without_promises_has_an_empty_list_and_no_fault(
    shipped: httpx.AsyncClient,
) -> None:
    assert not await listed(shipped, "020")
    assert (await shipped.get(f"/commitments?country={SCHEME}m49%23020")).status_code == 200


async def test_parts_and_successors_count_to_an_organisation(shipped: httpx.AsyncClient) -> None:
    collaborative = "collaborative-on-citizen-data"
    text = (await shipped.get(f"/commitments?actor={collaborative}&format=csv")).text
    table = (
        await shipped.get(f"/queries/promises-of-an-organisation?organisation={collaborative}"
                          "&format=csv")
    ).text  # fmt: skip
    rows = {row["commitment"] for row in csv.DictReader(io.StringIO(table))}
    assert rows == {row["id"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}
    assert any(each.endswith("/c2d-citizen-data") for each in rows)
