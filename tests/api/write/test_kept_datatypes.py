"""Whoever brings a datatype that the store does not keep is told, in whatever way it comes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pledgegraph.rdf.kept_datatypes import changed_datatypes, datatypes_in_file
from tests.api.write.conftest import Place

pytestmark = pytest.mark.anyio

X = "http://www.w3.org/2001/XMLSchema#"
INT = ["xsd:int is kept as xsd:integer"]
STAMP = ["xsd:dateTimeStamp is kept as xsd:dateTime"]


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("text/turtle", f'<urn:a> <urn:p> "5"^^<{X}int> .', INT),
        ("text/turtle", f'PREFIX xsd: <{X}> <urn:a> <urn:p> "5"^^xsd:int , "6"^^xsd:int .', INT),
        ("text/turtle", f'<urn:a> <urn:p> "2026-01-01T00:00:00Z"^^<{X}dateTimeStamp> .', STAMP),
        ("application/n-triples", f'<urn:a> <urn:p> "5"^^<{X}int> .', INT),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:">'
            f'<rdf:Description rdf:about="urn:a"><e:p rdf:datatype="{X}int">5</e:p>'
            "</rdf:Description></rdf:RDF>",
            INT,
        ),
        (
            "application/ld+json",
            json.dumps({"@id": "urn:a", "urn:p": {"@value": "5", "@type": f"{X}int"}}),
            INT,
        ),
        ("text/turtle", f'<urn:a> <urn:p> 5 , "5"^^<{X}integer> , "xsd:int" .', []),
    ],
)
async def test_a_graph_with_another_datatype_is_taken_with_a_warning(
    ungated: Place, kind: str, body: str, said: list[str]
) -> None:
    response = await ungated.send("PUT", "/graphs?graph=urn:g", body, kind)
    assert response.status_code == 201, response.text
    told = response.json().get("warnings", [])
    assert len(told) == len(said)
    assert all(each in warning for each, warning in zip(said, told, strict=True))


async def test_an_update_with_another_datatype_is_made_with_a_warning(ungated: Place) -> None:
    response = await ungated.update(f'INSERT DATA {{\n<urn:a> <urn:p> "5"^^<{X}short> }}')
    assert response.status_code == 200
    (told,) = response.json()["warnings"]
    assert told.startswith("line 2: xsd:short is kept as xsd:integer.")


def test_a_file_is_looked_at_too(tmp_path: Path) -> None:
    file = tmp_path / "one.ttl"
    file.write_text(f'<urn:a> <urn:p> 1 ;\n  <urn:q> "5"^^<{X}byte> .', encoding="utf-8")
    assert datatypes_in_file(file) == changed_datatypes(file.read_bytes())
    assert len(datatypes_in_file(file)) == 1
