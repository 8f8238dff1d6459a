"""Updates come to what the engine itself makes of them, however they are written."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from tests.api.conftest import BASE
from tests.api.write.conftest import Place

pytestmark = pytest.mark.anyio

FEW = """
PREFIX : <urn:> INSERT DATA { :a :p 1 , 2 . GRAPH :g { :a :p 3 ; :q "x"@en } GRAPH :h { :b :p 4 } }
"""
UPDATES = [
    "PREFIX : <urn:> INSERT{GRAPH :h{?s ?p ?o}}WHERE{GRAPH :g{?s ?p ?o}}",
    "PREFIX : <urn:> WITH :g DELETE { ?s :p ?o } INSERT { ?s :p ?n } "
    "WHERE { ?s :p ?o BIND(?o*2 AS ?n) }",
    "PREFIX : <urn:>DELETE WHERE{GRAPH ?g{?s :p ?o}}",
    "PREFIX : <urn:> DELETE WHERE { ?s :p 1 }",
    "BASE <urn:x> PREFIX a: <urn:> PREFIX b: <urn:> COPY a:g TO b:k ; MOVE b:k TO DEFAULT",
    "COPY DEFAULT TO <urn:g>",
    "ADD <urn:h> TO <urn:new> ; CLEAR GRAPH <urn:h>",
    "DROP DEFAULT ; INSERT DATA { GRAPH <urn:late> { <urn:a> <urn:b> 1.50 , 'GRAPH <urn:no> {' } }",
    "CREATE GRAPH <urn:c> ; INSERT { GRAPH <urn:c> { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    "# GRAPH ?g {\nINSERT { GRAPH <urn:after-comment#it> { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    "INSERT { GRAPH ?g { ?s <urn:seen> true } } USING <urn:g> USING NAMED <urn:h> WHERE "
    "{ ?s ?p ?o . GRAPH ?g { ?x ?y ?z } }",
    "PREFIX : <urn:> INSERT { GRAPH :i { ?s :least ?m } } WHERE "
    "{ SELECT ?s (MIN(?o) AS ?m) { ?s :p ?o FILTER(?o<3&&?o>0) } GROUP BY ?s }",
    "PREFIX graph: <urn:> INSERT { GRAPH graph:pre { graph:a graph:p ?o } } "
    "WHERE { graph:a graph:p ?o }",
    "INSERT DATA { <relative> <urn:p> <#x> } ; DELETE DATA { <relative> <urn:p> <#y> }",
    "INSERT DATA { <urn:a> <urn:p> 9 } ; DELETE DATA { <urn:a> <urn:p> 9 } ; "
    "DELETE DATA { <urn:a> <urn:p> 1 } ; INSERT DATA { <urn:a> <urn:p> 1 }",
    "PREFIX : <urn:> INSERT { :list :is (1 2) } WHERE { }",
    "\\u0050REFIX : <urn:> INSERT DATA { GRAPH :\\u00e9 { :a :p 1 } }",
    "CLEAR NAMED",
    "DROP ALL",
]  # fmt: skip


def shape(quads: set[str]) -> set[str]:
    """The quads, with one name for all blank nodes."""
    words = (quad.split(" ") for quad in quads)
    return {" ".join("_:" if word.startswith("_:") else word for word in each) for each in words}


async def test_an_update_makes_a_blank_node_of_a_text_for_each_solution(ungated: Place) -> None:
    text = "INSERT { ?u <urn:of> ?b } WHERE { VALUES ?b { 1 2 3 } BIND(BNODE('x') AS ?u) }"
    for _ in range(2):
        assert (await ungated.update(text)).is_success
    assert len({quad.split(" ")[0] for quad in ungated.quads()}) == 6


@pytest.mark.parametrize("number", range(len(UPDATES)))
async def test_an_update_comes_to_what_the_engine_makes_of_it(ungated: Place, number: int) -> None:
    text = UPDATES[number]
    expected = Store()
    for each in (FEW, text.replace("\\u0050", "P").replace("\\u00e9", "é")):
        expected.update(each, base_iri=f"{BASE}/")
    assert (await ungated.update(FEW)).status_code == 200
    response = await ungated.update(text)
    assert response.status_code == 200, response.text
    assert shape(ungated.quads()) == shape({str(quad) for quad in expected})
