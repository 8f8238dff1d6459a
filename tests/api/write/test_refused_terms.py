"""Terms that are not stored behind the gate: the problem says where they stand."""

from __future__ import annotations

import pytest

from pledgegraph.namespaces import XSD
from tests.api.write.conftest import Place
from tests.graph.building import source_text

pytestmark = pytest.mark.anyio

TTL = "text/turtle"


@pytest.mark.parametrize(
    ("kind", "text", "place"),
    [
        ("text/turtle", '<id/actor/ana> <urn:p> "مرحبا"@ar--rtl .', (1, 31)),
        ("text/turtle", "<id/actor/ana> <urn:p> <<( <urn:a> <urn:b> 1 )>> .", (1, 24)),
        ("application/n-triples", '<urn:a> <urn:p> "a" .\n<urn:a> <urn:p> "x"@he--rtl .', (2, 20)),
        (
            "application/ld+json",
            '[{"@id": "urn:a",\n "urn:p": {"@language": "ar", "@direction": "rtl", "@value": ""}}]',
            (2, 31),
        ),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_a_term_of_rdf_1_2_is_refused_with_its_place(
    judged: Place, method: str, kind: str, text: str, place: tuple[int, int]
) -> None:
    before = source_text("two", "ana") if kind == "text/turtle" else ""
    line, column = place[0] + before.count("\n"), place[1]
    answer = await judged.client.request(
        method,
        "/graphs/source/two",
        content=before + text,
        headers={"Authorization": f"Bearer {judged.token}", "Content-Type": kind},
    )
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert (problem["line"], problem["column"]) == (line, column)
    assert "RDF 1.2" in problem["detail"]


@pytest.mark.parametrize(
    ("kind", "text", "place"),
    [
        ("text/turtle", '<urn:a> <urn:p> "300" ,\n "300"^^xsd:byte .', (2, 2)),
        ("application/n-triples", f'<urn:a> <urn:p> "inf"^^<{XSD.double.value}> .', (1, 17)),
        (
            "application/ld+json",
            '[{"@id": "urn:a",\n "urn:p": {"@value": "-1", '
            f'"@type": "{XSD.unsignedInt.value}"}}}}]',
            (2, 12),
        ),
    ],
)
async def test_what_is_no_number_is_refused_with_its_place(
    judged: Place, kind: str, text: str, place: tuple[int, int]
) -> None:
    before = source_text("two", "ana") + f"@prefix xsd: <{XSD.iri}> .\n" if kind == TTL else ""
    answer = await judged.send("PUT", "/graphs/source/two", before + text, kind)
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert (problem["line"], problem["column"]) == (place[0] + before.count("\n"), place[1])
    assert "is no value of xsd:" in problem["detail"]


async def test_an_update_is_refused_with_the_term(judged: Place) -> None:
    text = 'INSERT DATA { GRAPH <id/source/one> { <id/actor/ana> <urn:p> "x"@ar--rtl } }'
    answer = await judged.client.post(
        "/update",
        content=text,
        headers={
            "Authorization": f"Bearer {judged.token}",
            "Content-Type": "application/sparql-update",
        },
    )
    assert answer.status_code == 400
    assert '"x"@ar--rtl' in answer.json()["detail"]


async def test_a_store_without_a_gate_takes_them(ungated: Place) -> None:
    answer = await ungated.client.put(
        "/graphs?graph=urn:g",
        content='<urn:a> <urn:p> "x"@ar--rtl , <<( <urn:a> <urn:b> 1 )>> .',
        headers={"Authorization": f"Bearer {ungated.token}", "Content-Type": "text/turtle"},
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("literal", "remedy"),
    [
        ('"infinity"^^xsd:double', "INF"),
        ('"nan"^^xsd:float', "NaN"),
        ('"300"^^xsd:byte', "at most 127"),
        ('"0"^^xsd:positiveInteger', "at least 1"),
    ],
)
async def test_no_number_is_made_of_what_is_none(ungated: Place, literal: str, remedy: str) -> None:
    triple = f"<urn:a> <urn:p> {literal}"
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
    put = await ungated.send("PUT", "/graphs?graph=urn:g", f"{prefix}{triple} .", TTL)
    for answer in (put, await ungated.update(f"{prefix}INSERT DATA {{ {triple} }}")):
        assert answer.status_code == 400, answer.text
        assert remedy in answer.json()["detail"]
    assert not ungated.quads()
