"""Rules put to one made-up record first: the report stays what it is without that."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, parse

from pledgegraph.shipped import shipped
from pledgegraph.validation import Shapes
from pledgegraph.validation.folding import screens_of
from pledgegraph.validation.pyshacl_engine import ReferenceValidator
from pledgegraph.validation.turbo_engine import TurboValidator
from tests.graph.validation.conftest import MakeShapes, Triples

RULE = """
:Rule a sh:NodeShape ; sh:targetClass pg:Actor ; sh:message "Not so."@en ;
  sh:sparql [ a sh:SPARQLConstraint ; sh:select '''SELECT $this ?value WHERE { %s }''' ] %s .
:Named a sh:NodeShape ; sh:targetClass pg:Actor ; sh:property [ sh:path :name ; sh:minCount 1 ] .
"""
ONTOLOGY = ":known :is :good . pg:Actor :is :good . rdf:type :is :good ."
PATTERN = "$this ?path ?value ."
FOLDED = {
    "the value": f"{PATTERN} FILTER REGEX(STR(?value), '@')",
    "the predicate": f"{PATTERN} FILTER STRSTARTS(STR(?path), 'http://test.example/odd')",
    "what nobody says": f"{PATTERN} FILTER (ISIRI(?path)) FILTER NOT EXISTS {{ ?path :is ?kind }}",
}
NOT_FOLDED = {
    "both": f"{PATTERN} FILTER (?path = :odd && STR(?value) = 'a@b')",
    "the node": f"{PATTERN} FILTER (?value = $this)",
    "what there is": f"{PATTERN} FILTER EXISTS {{ ?value :is :bad }}",
    "what there is, within": f"{PATTERN} FILTER (!(NOT EXISTS {{ ?value :is :bad }}))",
    "two patterns": f"{PATTERN} $this :odd ?other FILTER REGEX(STR(?value), '@')",
    "one predicate": "$this :odd ?value FILTER (?value = 'a@b')",
    "nothing about others": f"{PATTERN} FILTER NOT EXISTS {{ ?x ?path ?x }}",
    "no filter": PATTERN,
    "how many": "{ SELECT $this (COUNT(?v) AS ?value) WHERE { $this ?p ?v } GROUP BY $this } "
    "FILTER (?value > 3)",
}
DATA = """
:x a pg:Actor ; :known "fine" ; :odd "a@b" ; :name "X" ; :sees :x , :y .
:y a pg:Actor ; :known "fine" ; :name "Y" . :z :known "c@d" . :y :is :bad . :y :sees :w .
:known :known :known .
"""


def rule(text: str, more: str = "") -> str:
    for name in (":is", ":bad", ":odd"):
        text = text.replace(f"{name} ", f"<http://test.example/{name[1:]}> ")
    return RULE % (text, more)


@pytest.mark.parametrize("data", [DATA, ":y a pg:Actor ; :known 'fine' ."], ids=["bad", "good"])
@pytest.mark.parametrize("text", (FOLDED | NOT_FOLDED).values(), ids=(FOLDED | NOT_FOLDED))
def test_the_report_is_the_same(
    text: str, data: str, make_shapes: MakeShapes, triples: Triples
) -> None:
    shapes = make_shapes(rule(text), ONTOLOGY)
    found = TurboValidator(shapes, many=0).validate(triples(data))
    assert found == ReferenceValidator(shapes).validate(triples(data))
    assert found == TurboValidator(shapes).validate(triples(data))


@pytest.mark.parametrize("text", FOLDED.values(), ids=FOLDED)
def test_a_rule_about_one_part_of_a_triple_is_put_to_one_record(
    text: str, make_shapes: MakeShapes
) -> None:
    assert len(screens_of(make_shapes(rule(text)).graph).shapes) == 1


@pytest.mark.parametrize(
    "rules",
    [
        *(pytest.param(rule(text), id=name) for name, text in NOT_FOLDED.items()),
        pytest.param(rule(FOLDED["the value"], "; sh:nodeKind sh:IRI"), id="another constraint"),
    ],
)
def test_any_other_rule_is_put_to_every_record(rules: str, make_shapes: MakeShapes) -> None:
    assert not screens_of(make_shapes(rules).graph).shapes


def test_the_rules_for_every_record_are_put_to_one_and_still_found() -> None:
    shapes = Shapes.read(shipped("ontology"))
    names = {str(shape).partition("#")[2] for shape in screens_of(shapes.graph).shapes.values()}
    assert names == {"KnownProperty", "NoMailAddress"}
    data = [
        quad.triple
        for file in sorted(shipped("data").rglob("*.ttl"))
        for quad in parse(path=file, format=RdfFormat.TURTLE, base_iri="http://localhost:8000/")
    ]
    validator = TurboValidator(shapes, many=0)
    assert validator.validate(data).conforms
    faulty = """
        <http://localhost:8000/id/actor/x> a <https://w3id.org/pledgegraph/def#Actor> ;
          <https://w3id.org/pledgegraph/def#odd> "write to a@b.example" ."""
    more = [quad.triple for quad in parse(faulty, format=RdfFormat.TURTLE)]
    found = validator.validate([*data, *more])
    assert found == TurboValidator(shapes, many=10**9).validate([*data, *more])
    assert {result.shape.rpartition("#")[2] for result in found.results} >= {
        f"{name}>" for name in names
    }
