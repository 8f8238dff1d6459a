"""A graph is gone with its last statement (SPARQL 1.1 Update, section 3.2), however that went."""

from __future__ import annotations

import pytest

from pledgegraph.history.past_versions import Past
from tests.api.write.conftest import Place

pytestmark = pytest.mark.anyio

FILLED = "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } GRAPH <urn:h> { <urn:a> <urn:b> 2 } }"
REMOVALS = [
    "DROP GRAPH <urn:g>",
    "CLEAR GRAPH <urn:g>",
    "DELETE DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }",
    "DELETE WHERE { GRAPH ?g { ?s ?p 1 } }",
    "MOVE <urn:g> TO <urn:h>",
]


@pytest.mark.parametrize("removal", REMOVALS)
async def test_a_graph_is_gone_with_its_last_statement(ungated: Place, removal: str) -> None:
    for text in (FILLED, removal):
        assert (await ungated.update(text)).status_code == 200
    response = await ungated.client.get("/sparql", params={"query": "ASK { GRAPH <urn:g> {} }"})
    assert response.json()["boolean"] is False
    query = "SELECT ?g { GRAPH ?g {} }"
    rows = (await ungated.client.get("/sparql", params={"query": query})).json()["results"]
    assert [row["g"]["value"] for row in rows["bindings"]] == ["urn:h"]
    created = await ungated.update("CREATE GRAPH <urn:g>")
    assert created.status_code == 200, created.text


async def test_a_graph_is_gone_for_the_next_operation(ungated: Place) -> None:
    found = await ungated.update(
        f"{FILLED} ; DELETE WHERE {{ GRAPH <urn:g> {{ ?s ?p ?o }} }} ; "
        "INSERT { GRAPH <urn:seen> { ?g <urn:is> <urn:there> } } WHERE { GRAPH ?g {} }"
    )
    assert found.status_code == 200
    assert {quad.split(" ")[0] for quad in ungated.quads() if "urn:is" in quad} == {"<urn:h>"}


async def test_an_earlier_version_has_the_graphs_that_there_were(ungated: Place) -> None:
    for text in (FILLED, "DROP GRAPH <urn:g>", "DROP GRAPH <urn:h>"):
        assert (await ungated.update(text)).status_code == 200
    past = Past(ungated.engine.directory, kept=3)
    for version, graphs in {1: ["urn:g", "urn:h"], 2: ["urn:h"], 3: []}.items():
        with past.at(version).snapshot() as snapshot:
            assert sorted(graph.value for graph in snapshot.store.named_graphs()) == graphs
