"""What a report says: paths, messages in the reader's language, spelling of literals, JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest
from pyoxigraph import BlankNode, Literal, Triple

from pledgegraph.validation import (
    Severity,
    Shapes,
    ValidationReport,
    Violation,
    describe,
    report_json,
)
from pledgegraph.validation.pyshacl_engine import ReferenceValidator
from pledgegraph.validation.turbo_engine import TurboValidator

Check = Callable[..., ValidationReport]
PG = "https://w3id.org/pledgegraph/def#"


@pytest.mark.parametrize(
    ("path", "written", "shown"),
    [
        ("pg:a", f"<{PG}a>", "pg:a"),
        ("[ sh:inversePath pg:a ]", f"^<{PG}a>", "^pg:a"),
        ("( pg:a pg:b )", f"<{PG}a>/<{PG}b>", "pg:a/pg:b"),
        ("[ sh:alternativePath ( pg:a pg:b ) ]", f"<{PG}a>|<{PG}b>", "pg:a|pg:b"),
        ("[ sh:zeroOrMorePath pg:a ]", f"<{PG}a>*", "pg:a*"),
        ("[ sh:oneOrMorePath pg:a ]", f"<{PG}a>+", "pg:a+"),
        ("[ sh:zeroOrOnePath pg:a ]", f"<{PG}a>?", "pg:a?"),
        (
            "( [ sh:inversePath pg:a ] [ sh:zeroOrMorePath [ sh:alternativePath ( pg:b :c ) ] ] )",
            f"^<{PG}a>/(<{PG}b>|<http://test.example/c>)*",
            "^pg:a/(pg:b|<c>)*",
        ),
    ],
)
def test_paths_are_in_sparql_syntax(path: str, written: str, shown: str, check: Check) -> None:
    report = check(
        f":S sh:targetNode :x ; sh:property [ sh:path {path} ; sh:minCount 9 ] .",
        ":x pg:a :y . :y pg:b :z .",
    )
    (result,) = report.results
    assert result.path == written
    assert describe(result, base="http://test.example").startswith(f"<x> {shown}: ")


def test_messages_keep_their_languages(check: Check) -> None:
    report = check(
        ":S sh:targetNode :x ; sh:property [ sh:path pg:p ; sh:minCount 1 ; "
        'sh:message "Somebody made it."@en , "Quelqu\'un l\'a fait."@fr , "plain" ] .',
        ":x a pg:Thing .",
    )
    (result,) = report.results
    assert result.messages == {
        "": "plain",
        "en": "Somebody made it.",
        "fr": "Quelqu'un l'a fait.",
    }
    found = "<http://test.example/x> pg:p: found nothing; expected at least 1 value. "
    assert describe(result) == found + "Somebody made it."
    assert describe(result, languages=("de", "fr", "en")) == found + "Quelqu'un l'a fait."
    assert describe(result, languages=("ru",)) == found + "Somebody made it."


def test_a_shape_without_message_has_none_of_the_engines(check: Check) -> None:
    report = check(
        ":S sh:targetNode :x ; sh:property [ sh:path pg:p ; sh:minCount 1 ] .", ":x a pg:Thing ."
    )
    assert report.results[0].messages == {}
    assert report.results[0].message("en") == ""


def test_literals_are_spelt_as_in_the_data(check: Check) -> None:
    report = check(
        ":S sh:targetNode :x ; sh:property [ sh:path pg:p ; sh:nodeKind sh:IRI ] .",
        ':x pg:p 007 , 1.50 , "1"^^xsd:boolean , "x"@EN-gb , "2025-02-30"^^xsd:date , "é\\n\\"" .',
    )
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert {result.value for result in report.results} == {
        f'"007"^^<{xsd}integer>',
        f'"1.50"^^<{xsd}decimal>',
        f'"1"^^<{xsd}boolean>',
        '"x"@en-gb',
        f'"2025-02-30"^^<{xsd}date>',
        '"é\\n\\""',
    }


def test_an_ill_typed_literal_is_a_finding_and_nothing_on_the_log(
    check: Check, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="rdflib"):
        report = check(
            ":S sh:targetNode :x ; sh:property [ sh:path pg:p ; sh:datatype xsd:integer ] .",
            ':x pg:p "seven"^^xsd:integer .',
        )
    assert len(report.results) == 1
    assert caplog.records == []


def test_blank_nodes_are_named_as_in_the_data(check: Check) -> None:
    report = check(
        ":S sh:targetSubjectsOf pg:p ; sh:property [ sh:path pg:q ; sh:minCount 1 ] .",
        "_:b1 pg:p 1 .",
    )
    assert report.results[0].focus == "_:b1"


def test_what_only_the_ontology_describes_is_not_reported(check: Check) -> None:
    shapes = ":S sh:targetClass skos:Concept ; sh:property [ sh:path pg:p ; sh:minCount 1 ] ."
    ontology = ":a a skos:Concept . :b a skos:Concept ."
    assert check(shapes, ":x pg:about :a .", ontology=ontology).results == ()
    named = check(shapes, ":a rdfs:label 'mine' . :c a skos:Concept .", ontology=ontology)
    assert [result.focus for result in named.results] == [
        "<http://test.example/a>",
        "<http://test.example/c>",
    ]


def test_focus_leaves_out_the_other_nodes(check: Check) -> None:
    shapes = ":S sh:targetClass pg:Thing ; sh:property [ sh:path pg:p ; sh:class pg:Thing ] ."
    data = ":x a pg:Thing ; pg:p :y , :z . :y a pg:Thing ; pg:p 1 ."
    assert len(check(shapes, data).results) == 2
    assert [r.value for r in check(shapes, data, focus=[":x a 1 ."]).results] == [
        "<http://test.example/z>"
    ]
    assert check(shapes, data, focus=[":z a 1 ."]).results == ()
    assert check(shapes, data, focus=[]).results == ()
    many = [f":n{n} a 1 ." for n in range(300)]
    assert len(check(shapes, data, focus=[*many, ":x a 1 ."]).results) == 1


@pytest.mark.parametrize("engine", [TurboValidator, ReferenceValidator])
def test_focus_may_be_a_literal_or_a_blank_node(
    engine: type[TurboValidator] | type[ReferenceValidator],
    make_shapes: Callable[..., Shapes],
    triples: Callable[[str], list[Triple]],
) -> None:
    shapes = make_shapes(":S sh:targetObjectsOf pg:p ; sh:nodeKind sh:IRI .")
    data = triples(':x pg:p _:b1 , "text" , "other" .')
    report = engine(shapes).validate(data, focus=[BlankNode("b1"), Literal("text")])
    assert [result.focus for result in report.results] == ['"text"', "_:b1"]


def violation(**changes: object) -> Violation:
    given: dict[str, object] = {
        "focus": "<http://here.example/id/actor/dane>",
        "path": f"<{PG}kind>",
        "value": "<http://here.example/id/event/b>",
        "constraint": "ClassConstraintComponent",
        "shape": "<http://test.example/S>",
        "severity": Severity.VIOLATION,
        "expected": "a value of class pg:Kind",
        "messages": {"en": "A kind\nis a kind"},
    }
    return Violation(**(given | changes))  # type: ignore[arg-type]


def test_a_line_has_node_property_found_expected_and_message() -> None:
    assert (
        describe(violation(), base="http://here.example/")
        == "<id/actor/dane> pg:kind: found <id/event/b>; expected a value of class pg:Kind. "
        "A kind is a kind."
    )
    assert describe(violation(severity=Severity.WARNING)).startswith("warning: <http://here")
    assert describe(violation(severity=Severity.INFO)).startswith("note: <http://here")
    bare = violation(path=None, value=None, expected="", messages={}, constraint="Own")
    assert describe(bare, base="http://here.example") == "<id/actor/dane>: Own."


def test_a_line_is_one_line_whatever_the_literal_holds() -> None:
    line = describe(violation(value='"\x1b[2J\\n\u202eabc <http://a> ' + "x" * 1000 + '"@en'))
    assert line.isprintable()
    assert "\\u001B[2J" in line
    assert "\\u202E" in line
    assert "<http://a>" in line
    assert len(line) < 500


def test_names_get_a_prefix_only_where_the_rest_is_a_name() -> None:
    line = describe(violation(path="<http://www.w3.org/2004/02/skos/core#a/b>"))
    assert "<http://www.w3.org/2004/02/skos/core#a/b>" in line


def test_a_concept_is_called_by_its_scheme() -> None:
    violation = Violation(
        focus="<http://localhost:8000/id/report/r>",
        path="<https://w3id.org/pledgegraph/def#status>",
        value="<https://w3id.org/pledgegraph/scheme/status#nearly>",
        constraint="InConstraintComponent",
        shape="<urn:shape>",
        severity=Severity.VIOLATION,
    )
    line = describe(violation, base="http://localhost:8000")
    assert line.startswith("<id/report/r> pg:status: found status:nearly")


def test_json_form() -> None:
    report = ValidationReport.of([violation(severity=Severity.WARNING)])
    assert json.loads(json.dumps(report_json(report))) == {
        "conforms": True,
        "results": [
            {
                "focus": "<http://here.example/id/actor/dane>",
                "path": f"<{PG}kind>",
                "value": "<http://here.example/id/event/b>",
                "constraint": "ClassConstraintComponent",
                "shape": "<http://test.example/S>",
                "severity": "warning",
                "messages": {"en": "A kind\nis a kind"},
                "expected": "a value of class pg:Kind",
            }
        ],
    }
