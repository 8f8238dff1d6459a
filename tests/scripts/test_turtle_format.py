"""Canonical Turtle: the graph stays, the text is one and the same, and refusals say why."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

import turtle_format
from turtle_writer import BASE, NotWritable, turtle

HEAD = """# What the file is.
# Where it is from.
"""
PREFIXES = """
@prefix actor: <id/actor/> .
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
BODY = """
actor:z10 a pg:Actor . actor:z2 a pg:Actor .
<id/source/s> a pg:Source ; pg:retrieved "2026-11-22"^^xsd:date .
actor:dane pg:n 1.50, 05, 1e3, true ; a pg:Actor ; pg:text "# no comment" ,
  "zwei\\nZeilen \\"so\\"" ;
  pg:label "b"@fr, "a"@en, "c"@zh-Hans .
pg:S a sh:NodeShape ; sh:property [ sh:path pg:b ; sh:in ( pg:a [ pg:x 1 ] () ) ],
  [ sh:path [ sh:inversePath pg:a ] ; sh:minCount 1 ] .
[] a pg:Loose .
"""
CANONICAL = """# What the file is.
# Where it is from.

@prefix actor: <id/actor/> .
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<id/source/s>
    a pg:Source ;
    pg:retrieved "2026-11-22"^^xsd:date .

actor:dane
    a pg:Actor ;
    pg:label
        "a"@en ,
        "b"@fr ,
        "c"@zh-Hans ;
    pg:n
        1.50 ,
        1e3 ,
        05 ,
        true ;
    pg:text
        "# no comment" ,
        \"\"\"zwei
Zeilen "so\\\"\"\"\" .

actor:z2
    a pg:Actor .

actor:z10
    a pg:Actor .

pg:S
    a sh:NodeShape ;
    sh:property
        [
            sh:path [ sh:inversePath pg:a ] ;
            sh:minCount 1
        ] ,
        [
            sh:path pg:b ;
            sh:in ( pg:a [ pg:x 1 ] () )
        ] .

[]
    a pg:Loose .
"""


def graph(text: str) -> set[Quad]:
    dataset = Dataset(parse(text, format=RdfFormat.TURTLE, base_iri=BASE))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def test_one_form_whatever_the_order() -> None:
    forwards = HEAD + PREFIXES + BODY
    backwards = HEAD + PREFIXES + " .\n".join(reversed(BODY.strip(" .\n").split(" .\n"))) + " .\n"
    assert turtle_format.canonical(forwards) == CANONICAL
    assert turtle_format.canonical(backwards) == CANONICAL


def test_the_form_of_the_form_is_itself_and_the_graph_stays() -> None:
    assert turtle_format.canonical(CANONICAL) == CANONICAL
    assert graph(CANONICAL) == graph(PREFIXES + BODY)


def test_numbers_that_are_equal_have_an_order_too() -> None:
    text = "<s>\n    <p0> <o> ;\n    <p00> <o> ;\n    <p000> <o> .\n"
    for order in (("0", "00", "000"), ("000", "0", "00"), ("00", "000", "0")):
        assert turtle_format.canonical("".join(f"<s> <p{n}> <o> .\n" for n in order)) == text


def test_unused_prefixes_go() -> None:
    text = turtle_format.canonical("@prefix x: <http://x.example/> .\n<a> <b> <c> .\n")
    assert text == "<a>\n    <b> <c> .\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a> <b> <c> .\n# why\n", "line 2: a comment below the file's head"),
        ("<a> <b> 'x' . # why\n", "line 1: a comment below"),
        ("@base <http://x.example/> .\n<a> <b> <c> .\n", "line 1: no @base here"),
        ("BASE <http://x.example/>\n<a> <b> <c> .\n", "line 1: no @base here"),
        ("\n<a> <b> <../c> .\n", "line 2: <../c>: write it relative"),
        ("<a> <b> </c> .\n", "line 1: </c>: write it relative"),
        ("@prefix x: <a/> .\n@prefix x: <b/> .\nx:a x:b x:c .\n", "line 2: the prefix x: is decl"),
        ("<a> <b> _:x . <c> <d> _:x .\n", "1 blank node(s) are used more than once"),
        ("_:x <a> _:y . _:y <a> _:x .\n", "refer to each other in a ring"),
        ("<a> <b>\n<c> <d> .\n", "line 2 between columns"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(turtle_format.NotTurtle) as caught:
        turtle_format.canonical(text)
    assert reason in str(caught.value)


def test_a_comment_sign_in_an_iri_or_a_string_is_no_comment() -> None:
    text = '<a#b>\n    <c>\n        <http://x.example/#y> ,\n        "# z" .\n'
    assert turtle_format.canonical(text) == text


def test_triples_about_triples_are_refused() -> None:
    triple = next(iter(parse("<a> <b> <<( <c> <d> <e> )>> .", RdfFormat.TURTLE, base_iri=BASE)))
    with pytest.raises(NotWritable, match="a triple about a triple"):
        turtle([triple.triple], {})


def test_check_says_which_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.ttl", tmp_path / "bad.ttl"
    good.write_text("<a>\n    <b> <c> .\n")
    bad.write_text("<a> <b> <c> .\n")
    assert turtle_format.main(["--check", str(tmp_path)]) == 1
    assert bad.read_text() == "<a> <b> <c> .\n"
    messages = capsys.readouterr().err
    assert "bad.ttl: not in canonical form" in messages
    assert "good.ttl" not in messages

    assert turtle_format.main([str(tmp_path)]) == 0
    assert bad.read_text() == good.read_text()
    assert turtle_format.main(["--check", str(tmp_path)]) == 0


def test_a_missing_file_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert turtle_format.main(["--check", str(tmp_path / "none.ttl")]) == 1
    assert "No such file" in capsys.readouterr().err


names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,6}(/[a-z0-9][a-z0-9.]{0,3})?", fullmatch=True)
nodes = names.map(lambda n: NamedNode(BASE + "id/" + n)) | names.map(
    lambda n: NamedNode("https://w3id.org/pledgegraph/def#" + n)
)
literals = (
    st.text(st.characters(exclude_categories=["Cs"])).map(Literal)
    | st.text('"\\\n\r\t a', max_size=8).map(Literal)
    | st.tuples(st.text("aä\n\"'", max_size=3), st.sampled_from(["en", "zh-hans", "pt-br"])).map(
        lambda t: Literal(t[0], language=t[1])
    )
    | st.tuples(
        st.from_regex(r"[+-]?[0-9.eE]{1,6}", fullmatch=True),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date"]),
    ).map(lambda t: Literal(t[0], datatype=NamedNode("http://www.w3.org/2001/XMLSchema#" + t[1])))
)


@st.composite
def graphs(draw: st.DrawFn) -> list[Quad]:
    """Triples whose blank nodes each have one place, nested up to three deep."""
    quads: list[Quad] = []

    def grow(subject: NamedNode | BlankNode, depth: int) -> None:
        for predicate in draw(st.lists(nodes, min_size=1, max_size=3)):
            values = draw(st.lists(nodes | literals, max_size=3))
            quads.extend(Quad(subject, predicate, value) for value in values)
            if depth and draw(st.booleans()):
                inner = BlankNode()
                quads.append(Quad(subject, predicate, inner))
                grow(inner, depth - 1)

    for subject in draw(st.lists(nodes, min_size=1, max_size=4)):
        grow(subject, 3)
    return quads


@given(graphs())
def test_any_graph_survives_and_has_one_form(quads: list[Quad]) -> None:
    prefixes = {"pg": "https://w3id.org/pledgegraph/def#", "id": BASE + "id/"}
    text = turtle((q.triple for q in quads), prefixes)
    expected = Dataset(quads)
    expected.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert graph(text) == set(expected)
    assert turtle_format.canonical(text) == text
