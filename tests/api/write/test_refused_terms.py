"""Terms that are not stored behind the gate: the problem says where they stand."""

from __future__ import annotations

import pytest

from pledgegraph.namespaces import RDF, XSD
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


def rdf_xml(root: str, text: str) -> str:
    return (
        f'<rdf:RDF xmlns:rdf="{RDF.iri}" xmlns:p="urn:p:" xmlns:its="{ITS}" {root}>'
        f'\n<rdf:Description rdf:about="urn:a">\n<p:p {text}>x</p:p></rdf:Description></rdf:RDF>'
    )


ITS = "http://www.w3.org/2005/11/its"
XML, JSON = "application/rdf+xml", "application/ld+json"
VERSIONS = 'its:version="2.0" rdf:version="1.2"'
LOST = [
    (XML, rdf_xml("", 'its:dir="rtl"'), (3, 1)),
    (XML, rdf_xml("", 'xml:lang="ar" its:dir="rtl" its:version="2.0"'), (3, 1)),
    (XML, rdf_xml(f'{VERSIONS} its:dir="rtl"', ""), (1, 1)),
    (JSON, '{"@id": "urn:a",\n"urn:p": {"@value": "x", "@direction": "rtl"}}', (2, 26)),
    (
        JSON,
        '{"@context": {"@language": "ar", "dir": "@direction"}, "@id": "urn:a",\n'
        '"urn:p": [{"@value": "x", "@language": "ar", "dir": "rtl"},\n'
        '{"@value": "y", "dir": "ltr"}]}',
        (3, 17),
    ),
    (JSON, '{"@context": {\n"@direction": "rtl"}, "@id": "urn:a", "urn:p": "x"}', (2, 1)),
    (JSON, '{"@id": "urn:a", "urn:p": {"@value": "x", "\\u0040direction": "rtl"}}', (1, 43)),
]


@pytest.mark.parametrize(("kind", "text", "place"), LOST)
@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_a_direction_is_not_lost_without_a_word(
    ungated: Place, method: str, kind: str, text: str, place: tuple[int, int]
) -> None:
    answer = await ungated.send(method, "/graphs?graph=urn:g", text, kind)
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert (problem["line"], problem["column"]) == place
    assert "direction" in problem["detail"]
    assert not ungated.quads()


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (XML, rdf_xml(VERSIONS, 'xml:lang="ar" its:dir="rtl"'), '"x"@ar--rtl'),
        (XML, rdf_xml("", 'xml:lang="ar"'), '"x"@ar'),
        (XML, rdf_xml('its:dir="rtl"', f'rdf:datatype="{XSD.date.value}"'), '"x"^^'),
        (
            JSON,
            '{"@id": "urn:a", "urn:p": {"@value": "x", "@language": "ar", "@direction": "rtl"}}',
            '"x"@ar--rtl',
        ),
        (
            JSON,
            '{"@context": [{"@language": "ar"}, {"@direction": "rtl"}], "@id": "urn:a", '
            '"urn:p": "x"}',
            '"x"@ar--rtl',
        ),
        (JSON, '{"@id": "urn:a", "urn:p": "\\"@direction\\": \\"rtl\\""}', "direction"),
    ],
)
async def test_a_direction_that_is_kept_is_let_through(
    ungated: Place, kind: str, text: str, value: str
) -> None:
    answer = await ungated.send("PUT", "/graphs?graph=urn:g", text, kind)
    assert answer.status_code == 201, answer.text
    (quad,) = ungated.quads()
    assert value in quad


async def test_a_text_whose_datatype_asks_for_a_language_has_one(ungated: Place) -> None:
    text = f'{{"@id":"urn:a","urn:p":{{"@value":"x","@type":"{RDF.iri}langString"}}}}'
    put = await ungated.send("PUT", "/graphs?graph=urn:g", text, JSON)
    assert put.status_code == 400, put.text
    assert "no language" in put.json()["detail"]
    where = f'{{ BIND(STRDT("x", <{RDF.iri}langString>) AS ?o) }}'
    assert (await ungated.update(f"INSERT {{ <urn:a> <urn:p> ?o }} WHERE {where}")).is_success
    assert not ungated.quads()


@pytest.mark.parametrize(
    ("literal", "remedy"),
    [
        ('"infinity"^^xsd:double', "INF"),
        ('"nan"^^xsd:float', "NaN"),
        ('"300"^^xsd:byte', "at most 127"),
        ('"0"^^xsd:positiveInteger', "at least 1"),
        (f'"x"^^<{RDF.iri}langString>', "language"),
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
