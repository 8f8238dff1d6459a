"""Relative IRIs that look like addresses are told, with their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from pledgegraph.rdf.address_slips import slips_in_body, slips_in_file
from tests.graph.building import BASE

TURTLE = """@prefix e: <http://e.example/> .
e:a e:p "see <www.in-a-text.org/x>" ; e:q <https://www.right.org/y> ;
  e:q <www.example.org/report> , <un.org/x> .
e:b e:q <HTTP//data.example.com/z> , <www.example.org/report> , <report.md> , <id/actor/x.org> .
# <www.in-a-comment.org/>
"""
XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">
  <rdf:Description rdf:about="http://e.example/a">
    <e:p rdf:resource="www.example.org/report"/></rdf:Description></rdf:RDF>
"""
JSON = """{"@id": "http://e.example/a",
 "http://e.example/p": {"@id": "www.example.org/report"}, "http://e.example/q": "www.text.org/x"}
"""


def told(path: Path, name: str, text: str) -> list[tuple[str, int]]:
    """The slips of a file; those of the same body are the same."""
    file = path / name
    file.write_text(text, encoding="utf-8")
    found = slips_in_file(file, BASE)
    form = RdfFormat.from_extension(file.suffix[1:])
    assert form is not None
    quads = list(parse(text.encode(), format=form, base_iri=f"{BASE}/"))
    in_body = slips_in_body(text.encode(), quads)
    assert {each.written for each in in_body} == {each.written for each in found}
    return [(each.written, each.line) for each in found]


def test_slips_in_turtle(tmp_path: Path) -> None:
    assert told(tmp_path, "a.ttl", TURTLE) == [
        ("www.example.org/report", 3), ("un.org/x", 3), ("HTTP//data.example.com/z", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [("a.rdf", XML), ("a.jsonld", JSON)])
def test_slips_in_other_formats(tmp_path: Path, name: str, text: str) -> None:
    ((written, _),) = told(tmp_path, name, text)
    assert written == "www.example.org/report"


def test_what_is_said_of_a_slip(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<a:s> <a:p>\n <www.example.org/x> .", encoding="utf-8")
    (slip,) = slips_in_file(tmp_path / "a.ttl", BASE)
    assert str(slip) == (
        "line 2: <www.example.org/x> is a relative IRI, and stands for "
        f"<{BASE}/www.example.org/x>. "
        "If you mean a web address, write <https://www.example.org/x>."
    )


@pytest.mark.parametrize(
    "text", ["", "<a:s> <a:p> <id/www/x> , <www.html> , 'www.x.org' .", "<a:s> <a:p> <a.org.ttl> ."]
)
def test_what_is_no_slip(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, "a.ttl", text) in ([], [("www.html", 1)])
