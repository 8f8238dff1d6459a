"""Each SHACL constraint that we use, or may use: found by both engines, and said in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pledgegraph.validation import ValidationReport, describe

Check = Callable[..., ValidationReport]

ONTOLOGY = """
pg:Bureau rdfs:subClassOf pg:Office . pg:Office rdfs:subClassOf pg:Actor .
:done a skos:Concept ; skos:inScheme :status .
"""

CASES = {
    "minCount": ("sh:minCount 1", "", ["pg:p: found nothing; expected at least 1 value."]),
    "minCount of more": (
        "sh:minCount 2",
        ":x pg:p 1 .",
        ["pg:p: found too few values; expected at least 2 values."],
    ),
    "maxCount": (
        "sh:maxCount 1",
        ":x pg:p 1 , 2 .",
        ["pg:p: found too many values; expected at most 1 value."],
    ),
    "class": (
        "sh:class pg:Actor",
        ":x pg:p :a , :b , :c . :a a pg:Bureau . :b a pg:Event .",
        [
            "pg:p: found <http://test.example/b>; expected a value of class pg:Actor.",
            "pg:p: found <http://test.example/c>; expected a value of class pg:Actor.",
        ],
    ),
    "class of a concept of the schemes": ("sh:class skos:Concept", ":x pg:p :done .", []),
    "datatype": (
        "sh:datatype xsd:date",
        ':x pg:p "2025-02-12"^^xsd:date , "2025-02-30"^^xsd:date , "2025"^^xsd:gYear , "soon" .',
        [
            'pg:p: found "2025"^^xsd:gYear; expected an xsd:date.',
            'pg:p: found "2025-02-30"^^xsd:date; expected an xsd:date.',
            'pg:p: found "soon"; expected an xsd:date.',
        ],
    ),
    "a text with a language": (
        "sh:datatype rdf:langString",
        ':x pg:p "good"@en , "bad" .',
        ['pg:p: found "bad"; expected a text with a language.'],
    ),
    "nodeKind": (
        "sh:nodeKind sh:IRI",
        ':x pg:p "text" .',
        ['pg:p: found "text"; expected an IRI.'],
    ),
    "in": (
        'sh:in ( :a "b" )',
        ':x pg:p :a , "b" , "c" .',
        ['pg:p: found "c"; expected one of <http://test.example/a>, "b".'],
    ),
    "in a long list": (
        f"sh:in ( {' '.join(str(n) for n in range(100, 114))} )",
        ":x pg:p 1 .",
        [
            'pg:p: found "1"^^xsd:integer; expected one of '
            + ", ".join(f'"{n}"^^xsd:integer' for n in range(100, 112))
            + " and 2 more."
        ],
    ),
    "hasValue": (
        "sh:hasValue :a",
        ":x pg:p :b .",
        ["pg:p: found not that value; expected <http://test.example/a> among the values."],
    ),
    "pattern": (
        'sh:pattern "^[a-z]+$" ; sh:flags "i"',
        ':x pg:p "Abc" , "4" .',
        ['pg:p: found "4"; expected a text that matches /^[a-z]+$/i.'],
    ),
    "minLength": (
        "sh:minLength 1",
        ':x pg:p "" , "a" .',
        ['pg:p: found ""; expected at least 1 character.'],
    ),
    "maxLength": (
        "sh:maxLength 2",
        ':x pg:p "abc" .',
        ['pg:p: found "abc"; expected at most 2 characters.'],
    ),
    "languageIn": (
        'sh:languageIn ( "en" "fr" )',
        ':x pg:p "a"@fr , "b"@de .',
        ['pg:p: found "b"@de; expected a text in en, fr.'],
    ),
    "uniqueLang": (
        "sh:uniqueLang true",
        ':x pg:p "a"@en , "b"@en , "c"@fr .',
        [
            "pg:p: found several texts in one language; "
            "expected not more than one text in each language."
        ],
    ),
    "minInclusive": (
        "sh:minInclusive 1",
        ":x pg:p 0 , 1 .",
        ['pg:p: found "0"^^xsd:integer; expected not less than "1"^^xsd:integer.'],
    ),
    "minExclusive": (
        "sh:minExclusive 1",
        ":x pg:p 1.50 , 1.0 .",
        ['pg:p: found "1.0"^^xsd:decimal; expected more than "1"^^xsd:integer.'],
    ),
    "maxInclusive of days": (
        'sh:maxInclusive "2025-01-01"^^xsd:date',
        ':x pg:p "2025-01-01"^^xsd:date , "2025-01-02"^^xsd:date .',
        ['pg:p: found "2025-01-02"^^xsd:date; expected not after "2025-01-01"^^xsd:date.'],
    ),
    "maxExclusive": (
        "sh:maxExclusive 3",
        ":x pg:p 3 .",
        ['pg:p: found "3"^^xsd:integer; expected less than "3"^^xsd:integer.'],
    ),
    "lessThan": (
        "sh:lessThan pg:end",
        ':x pg:p "2025-01-02"^^xsd:date ; pg:end "2025-01-02"^^xsd:date .',
        ['pg:p: found "2025-01-02"^^xsd:date; expected before pg:end.'],
    ),
    "lessThanOrEquals": (
        "sh:datatype xsd:date ; sh:lessThanOrEquals pg:end",
        ':x pg:p "2025-01-02"^^xsd:date ; pg:end "2025-01-02"^^xsd:date , "2024-12-31"^^xsd:date .',
        ['pg:p: found "2025-01-02"^^xsd:date; expected not after pg:end.'],
    ),
    "lessThanOrEquals of numbers": (
        "sh:datatype xsd:integer ; sh:lessThanOrEquals pg:end",
        ":x pg:p 10 ; pg:end 9 .",
        ['pg:p: found "10"^^xsd:integer; expected not more than pg:end.'],
    ),
    "equals": (
        "sh:equals pg:q",
        ":x pg:p :a ; pg:q :a , :b .",
        ["pg:p: found <http://test.example/b>; expected the same values as pg:q."],
    ),
    "disjoint": (
        "sh:disjoint pg:q",
        ":x pg:p :a , :b ; pg:q :a .",
        ["pg:p: found <http://test.example/a>; expected no value of pg:q."],
    ),
    "or": (
        "sh:or ( [ sh:class pg:Actor ] [ sh:datatype xsd:string ] )",
        ':x pg:p "a" , 3 .',
        ['pg:p: found "3"^^xsd:integer; expected (a value of class pg:Actor) or (an xsd:string).'],
    ),
    "and": (
        "sh:and ( [ sh:minLength 2 ] [ sh:maxLength 3 ] )",
        ':x pg:p "a" , "ab" .',
        ['pg:p: found "a"; expected (at least 2 characters) and (at most 3 characters).'],
    ),
    "xone": (
        "sh:xone ( [ sh:minLength 2 ] [ sh:maxLength 3 ] )",
        ':x pg:p "ab" , "a" .',
        [
            'pg:p: found "ab"; expected exactly one of (at least 2 characters), '
            "(at most 3 characters)."
        ],
    ),
    "not": (
        "sh:not [ sh:class pg:Event ]",
        ":x pg:p :a . :a a pg:Event .",
        ["pg:p: found <http://test.example/a>; expected not: a value of class pg:Event."],
    ),
    "node": (
        "sh:node [ sh:property [ sh:path skos:inScheme ; sh:hasValue :status ] ]",
        ":x pg:p :done , :undone .",
        [
            "pg:p: found <http://test.example/undone>; expected a value with "
            "skos:inScheme: <http://test.example/status> among the values."
        ],
    ),
    "qualifiedMinCount": (
        "sh:qualifiedValueShape [ sh:class pg:Actor ] ; sh:qualifiedMinCount 2",
        ":x pg:p :a , :b . :a a pg:Office .",
        [
            "pg:p: found too few such values; "
            "expected at least 2 values with a value of class pg:Actor."
        ],
    ),
    "qualifiedMaxCount": (
        "sh:qualifiedValueShape [ sh:class pg:Actor ] ; sh:qualifiedMaxCount 0",
        ":x pg:p :a . :a a pg:Office .",
        [
            "pg:p: found too many such values; "
            "expected at most 0 values with a value of class pg:Actor."
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_constraint(name: str, check: Check) -> None:
    constraint, data, lines = CASES[name]
    report = check(
        f":S a sh:NodeShape ; sh:targetClass pg:Thing ; sh:property :S-p ."
        f":S-p sh:path pg:p ; {constraint} .",
        f":x a pg:Thing . {data}",
        ontology=ONTOLOGY,
    )
    assert [describe(result) for result in report.results] == [
        f"<http://test.example/x> {line}" for line in lines
    ]
    assert {result.shape for result in report.results} <= {"<http://test.example/S-p>"}
    assert report.conforms is not bool(lines)


def test_closed_shape(check: Check) -> None:
    report = check(
        ":S sh:targetNode :x ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;"
        " sh:property [ sh:path pg:p ] .",
        ":x a pg:Thing ; pg:p 1 ; pg:q 2 .",
    )
    assert [describe(result) for result in report.results] == [
        '<http://test.example/x> pg:q: found "2"^^xsd:integer; '
        "expected no property but those that the shape names."
    ]


@pytest.mark.parametrize(
    "target",
    [
        "sh:targetNode :x",
        "sh:targetSubjectsOf pg:p",
        "sh:targetObjectsOf pg:r",
        "sh:targetClass pg:Actor",
        "a rdfs:Class",
    ],
)
def test_targets(target: str, check: Check) -> None:
    report = check(
        f"pg:Actor {target} ; a sh:NodeShape ; sh:property [ sh:path pg:q ; sh:minCount 1 ] .",
        ":x a pg:Bureau ; pg:p 1 . :y pg:r :x .",
        ontology=ONTOLOGY,
    )
    assert [result.focus for result in report.results] == ["<http://test.example/x>"]


@pytest.mark.parametrize(
    ("severity", "expected", "conforms"),
    [("sh:Info", "INFO", True), ("sh:Warning", "WARNING", True), (":own", "VIOLATION", False)],
)
def test_severity(severity: str, expected: str, conforms: bool, check: Check) -> None:  # noqa: FBT001
    report = check(
        f":S sh:targetNode :x ; sh:property [ sh:path pg:p ; sh:minCount 1 ; "
        f"sh:severity {severity} ] .",
        ":x a pg:Thing .",
    )
    assert [result.severity.name for result in report.results] == [expected]
    assert report.conforms is conforms


def test_a_query_as_constraint(check: Check) -> None:
    report = check(
        """
        : sh:declare [ sh:prefix "pg" ; sh:namespace "https://w3id.org/pledgegraph/def#" ] .
        :S sh:targetClass pg:Thing ; sh:message "{?value} is more than its limit"@en ;
           sh:sparql [ sh:prefixes : ; sh:select
             "SELECT $this ?value { $this pg:p ?value ; pg:limit ?l FILTER (?value > ?l) }" ] .
        """,
        ":x a pg:Thing ; pg:p 1 , 7 ; pg:limit 5 . :y a pg:Thing ; pg:p 7 .",
    )
    assert [(result.focus, result.value) for result in report.results] == [
        ("<http://test.example/x>", '"7"^^<http://www.w3.org/2001/XMLSchema#integer>')
    ]
    assert report.results[0].message() == '"7"^^xsd:integer is more than its limit'


def test_a_nested_shape_that_fails_gives_one_result(check: Check) -> None:
    report = check(
        ":S sh:targetClass pg:Thing ; sh:property [ sh:path pg:p ; sh:node :N ] ."
        ":N sh:property [ sh:path pg:q ; sh:minCount 1 ] , [ sh:path pg:r ; sh:minCount 1 ] .",
        ":x a pg:Thing ; pg:p :y .",
    )
    (result,) = report.results
    assert (result.constraint, result.shape) == (
        "NodeConstraintComponent",
        "<http://test.example/S>",
    )
    assert result.expected == "a value with pg:q: at least 1 value and pg:r: at least 1 value"


def test_what_two_targets_find_twice_is_reported_once(check: Check) -> None:
    report = check(
        ":S sh:targetClass pg:Thing ; sh:targetNode :x ; "
        "sh:property [ sh:path pg:p ; sh:minCount 1 ] .",
        ":x a pg:Thing .",
    )
    assert len(report.results) == 1
