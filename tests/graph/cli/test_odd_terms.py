"""Terms that cannot be stored or written: the commands name them, and where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from pledgegraph.store.changes import Change
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from tests.graph.building import source_text
from tests.graph.cli.test_cli import refused
from tests.graph.conftest import Program

TRIG = RdfFormat.TRIG
FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "nquads": RdfFormat.N_QUADS,
}
LI = "http://www.w3.org/1999/02/22-rdf-syntax-ns#li"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ('<id/actor/ana> <http://ex.test/p> "مرحبا"@ar--rtl .', ("base direction", "@ar")),
        (
            "<id/actor/ana> <http://ex.test/p> <<( <urn:a> <urn:b> 1 )>> .",
            ("triple inside", "node"),
        ),
    ],
    ids=["direction", "triple term"],
)
@pytest.mark.parametrize("command", ["validate", "load"])
def test_a_term_that_is_not_stored_is_told_with_its_place(
    made: Program, tmp_path: Path, command: str, statement: str, words: tuple[str, ...]
) -> None:
    file = tmp_path / "odd.ttl"
    before = source_text("odd", "ana")
    file.write_text(f"{before}\n  {statement}\n", encoding="utf-8")
    line = before.count("\n") + 2
    column = 3 + statement.index("@ar--" if "@ar--" in statement else "<<")
    refused(made(command, file), 3, f"odd.ttl:{line}:{column}: ", *words)


@pytest.mark.parametrize("command", ["validate", "load"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_a_direction_that_would_be_lost_is_told_with_its_place(
    made: Program, tmp_path: Path, command: str, coding: str
) -> None:
    file = tmp_path / "odd.rdf"
    text = (
        f'<?xml version="1.0" encoding="{coding}"?>\n<rdf:RDF xmlns:rdf="{LI[:-2]}" '
        'xmlns:p="http://ex.test/" xmlns:its="http://www.w3.org/2005/11/its">\n'
        '<rdf:Description rdf:about="http://ex.test/a">\n'
        ' <p:p xml:lang="ar" its:dir="rtl">x</p:p></rdf:Description></rdf:RDF>'
    )
    file.write_text(text, encoding=coding)
    refused(made(command, file), 3, "odd.rdf:4:2: its:dir", "xml:lang")


def test_a_dump_names_what_the_format_cannot_write(made: Program, tmp_path: Path) -> None:
    engine = EmbeddedEngine(open_directory(made.path))
    node, graph = NamedNode("http://ex.test/a"), NamedNode("http://ex.test/g")
    quads = [Quad(node, NamedNode(LI), node, graph)]
    engine.update(Change(agent="tests", reason="A word of RDF/XML", add=quads))
    engine.close()
    file = tmp_path / "all.rdf"
    refused(made("dump", "--format", "rdfxml"), 3, f"<{LI}>", "Turtle")
    refused(made("dump", "--output", file), 3, f"<{LI}>")
    assert not file.exists()
    assert made("dump", "--format", "turtle").code == 0
    query = "CONSTRUCT WHERE { ?s ?p ?o }"
    refused(made("query", query, "--format", "rdfxml"), 3, f"<{LI}>")


@pytest.mark.parametrize("form", ["turtle", "ntriples", "rdfxml", "nquads"])
def test_a_dump_of_a_store_without_a_gate_has_all_graphs(program: Program, form: str) -> None:
    assert program("init", "--empty", "--ungated").code == 0
    engine = EmbeddedEngine(open_directory(program.path))
    text = "<urn:g> { <urn:a> <urn:b:c> 1 } <urn:h> { <urn:a> <urn:b:c> 1 } <urn:d> <urn:b:c> 2 ."
    engine.update(Change(agent="tests", reason="Two graphs", add=list(parse(text, format=TRIG))))
    engine.close()
    ended = program("dump", "--format", form)
    assert ended.code == 0, ended.err
    found = list(parse(ended.out, format=FORMATS[form]))
    assert {str(quad.subject) for quad in found} == {"<urn:a>", "<urn:d>"}
    assert len(found) == (3 if form == "nquads" else 2)
