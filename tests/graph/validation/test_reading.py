"""Reading an ontology folder, and choosing an engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from pledgegraph.errors import InputError, ReadError, SettingsError, ShapesUnusable
from pledgegraph.namespaces import PG
from pledgegraph.validation import ChangeValidator, Shapes, Validator, validator_named
from pledgegraph.validation.rdflib_terms import to_rdflib

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
ENGINES = pytest.mark.parametrize("engine", ["turbo", "pyshacl"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An ontology folder whose shape asks for an Actor behind every pledge."""
    (tmp_path / "shapes").mkdir()
    (tmp_path / "schemes").mkdir()
    (tmp_path / "pg.ttl").write_text(HEAD + "pg:Office rdfs:subClassOf pg:Actor .")
    (tmp_path / "schemes" / "s.ttl").write_text(HEAD + "<http://e/s> a pg:Office ; pg:n _:b .")
    write_shape(tmp_path, "sh:path pg:madeBy ; sh:class pg:Actor ; sh:minCount 1")
    return tmp_path


def write_shape(folder: Path, constraint: str) -> None:
    (folder / "shapes" / "a.ttl").write_text(
        f"{HEAD} <http://e/S> sh:targetClass pg:Pledge ; sh:property [ {constraint} ] ."
    )


X = NamedNode("http://e/x")
TYPE = Triple(X, NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), PG.Pledge)


@ENGINES
def test_the_folder_is_joined_to_the_data(engine: str, folder: Path) -> None:
    validator: Validator = validator_named(engine, folder)
    assert not validator.validate([TYPE]).conforms
    assert validator.validate([TYPE, Triple(X, PG.madeBy, NamedNode("http://e/s"))]).conforms
    made = [TYPE, Triple(X, PG.madeBy, NamedNode("http://e/s"))]
    assert not validator.validate(made, join_ontology=False).conforms


@ENGINES
def test_one_validator_serves_many_calls(engine: str, folder: Path) -> None:
    validator = validator_named(engine, folder)
    assert [len(validator.validate(data).results) for data in ([TYPE], [], [TYPE])] == [1, 0, 1]


def test_no_such_engine(folder: Path) -> None:
    with pytest.raises(SettingsError, match="no validator 'jena'") as caught:
        validator_named("jena", folder)
    assert "`pyshacl`" in caught.value.remedy


def test_a_folder_without_shapes(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no shapes"):
        Shapes.read(tmp_path)


def test_a_file_that_is_not_turtle(folder: Path) -> None:
    (folder / "shapes" / "b.ttl").write_text(HEAD + "sh:a sh:b\n  <oops .")
    with pytest.raises(ReadError) as caught:
        Shapes.read(folder)
    assert caught.value.place.startswith("b.ttl:5:")


def test_blank_nodes_of_two_files_stay_two(folder: Path) -> None:
    (folder / "schemes" / "t.ttl").write_text(HEAD + "<http://e/t> pg:n _:b .")
    nodes = {t.object for t in Shapes.read(folder).ontology if isinstance(t.object, BlankNode)}
    assert len(nodes) == 2


@ENGINES
@pytest.mark.parametrize(
    "constraint",
    [
        "sh:path pg:a ; sh:minCount 'one'",
        "sh:path pg:a ; sh:pattern '('",
        "sh:minCount 1",
    ],
)
def test_shapes_that_no_engine_can_use(engine: str, constraint: str, folder: Path) -> None:
    write_shape(folder, constraint)
    with pytest.raises(ShapesUnusable) as caught:
        validator_named(engine, folder).validate([TYPE, Triple(X, PG.a, Literal("b"))])
    assert caught.value.remedy


@pytest.mark.parametrize(
    "query", ["SELECT $this { $this pg:a 1 }", "SELECT $this { $this <p> }", "nonsense"]
)
def test_a_constraint_whose_query_is_not_sparql(query: str, folder: Path) -> None:
    (folder / "shapes" / "q.ttl").write_text(
        f"{HEAD} <http://e/Q> sh:targetClass pg:Pledge ; sh:sparql [ sh:select '{query}' ] ."
    )
    with pytest.raises(ShapesUnusable, match="http://e/Q"):
        _ = ChangeValidator(validator_named("pyshacl", folder)).reach


def test_a_path_that_is_none(folder: Path) -> None:
    write_shape(folder, "sh:path [ pg:a pg:b ] ; sh:minCount 1")
    with pytest.raises(ShapesUnusable, match="not a property path"):
        _ = ChangeValidator(validator_named("pyshacl", folder)).reach


def test_a_triple_term_is_refused() -> None:
    with pytest.raises(InputError, match="A triple stands") as caught:
        to_rdflib(Triple(X, PG.a, X))
    assert "named graph" in caught.value.remedy
