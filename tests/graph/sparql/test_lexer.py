"""What is told of a query from its words: SERVICE never gets through, FROM is respected."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from pledgegraph.sparql.lexer import query_words, syntax_error
from tests.depth import examples

ELSEWHERE = "http://127.0.0.1:1/"
"""The engine refuses port 1 before it connects, with an OSError: that shows that it would."""
CALL = f"SERVICE<{ELSEWHERE}>{{?s ?p ?o}}"
PREFIXES = f"PREFIX ex: <{ELSEWHERE}> PREFIX : <{ELSEWHERE}> PREFIX service: <{ELSEWHERE}> "


def calls_in_truth(query: str) -> bool:
    """Whether the engine itself would leave the machine for this query."""
    store = Store()
    store.add(Quad(NamedNode("a:s"), NamedNode("a:p"), Literal("o")))
    try:
        answer = store.query(query, base_iri="http://base.example/")
        if not hasattr(answer, "triple"):
            list(answer)  # type: ignore[arg-type]
    except OSError as error:
        assert "port 1" in str(error), error
        return True
    except (SyntaxError, RuntimeError, ValueError, TypeError):
        return False
    return False


HIDDEN = {
    "plain": f"SELECT * {{ {CALL} }}",
    "lower case": f"SELECT * {{ service <{ELSEWHERE}> {{?s ?p ?o}} }}",
    "comments within": f"SELECT * {{ SERVICE #\n#}}'\n <{ELSEWHERE}> # <\n {{?s ?p ?o}} }}",
    "no space": f"SELECT * {{ VALUES ?x {{true}}{CALL} }}",
    "behind a number": f"SELECT * {{ ?s ?p 1{CALL} }}",
    "prefixed": "SELECT * { SERVICEex:x{?s ?p ?o} }",
    "empty prefix": "SELECT * { SERVICE:x{?s ?p ?o} }",
    "less-than and a comment": f"SELECT * {{ FILTER(1<2)SERVICE#>\n<{ELSEWHERE}>{{?s ?p ?o}} }}",
    "less-than and a string": f"SELECT * {{ FILTER('a'<'>'){CALL}FILTER(''='') }}",
    "less-than and a name": "SELECT * { FILTER(1<2)SERVICEex:x#>\n{?s ?p ?o} }",
    "string after empty string": f"SELECT * {{ VALUES ?x {{'''a'}} {CALL} }}",
    "the same with double quotes": f'SELECT * {{ VALUES ?x {{"""a"}} {CALL} }}',
    "quote in a name": f"SELECT * {{ VALUES ?x {{ex:a\\'}} {CALL} }}",
    "hash in a name": f"SELECT * {{ VALUES ?x {{ex:a\\#}} {CALL} }}",
    "escape in an IRI": f"SELECT * {{ VALUES ?x {{<a:\\u0041'>}} {CALL} }}",
    "escapes that open a string": (
        f'SELECT * {{ BIND("\\u0022" AS ?q) VALUES ?x {{<a:\\u0041\'>}} {CALL} }}'
    ),
    "behind a long string": f"SELECT * {{ VALUES ?x {{'''\n# a'''}} {CALL} }}",
    "behind a string with a hash": f"SELECT * {{ VALUES ?x {{'#'}} {CALL} }}",
    "word in a comment before": f"SELECT * {{ # no service here\n {CALL} }}",
    "variable of that name before": f"SELECT * {{ VALUES ?service {{ 1 }} {CALL} }}",
}


@pytest.mark.parametrize("query", HIDDEN.values(), ids=HIDDEN)
def test_a_call_is_found_wherever_it_hides(query: str) -> None:
    query = PREFIXES + query
    words = query_words(query)
    assert words.calls_service
    # Were it not a call in truth, the case would prove nothing.
    assert calls_in_truth(query) or "?s ?p 1" in query


HARMLESS = {
    "variable": "SELECT ?service ?x { ?service ?p ?x }",
    "variable before a group": "SELECT ?x ?service { { ?service ?p ?x } }",
    "IRI": f"SELECT * {{ <{ELSEWHERE}service> ?p ?o . {{ ?s ?p ?o }} }}",
    "prefix": "SELECT * { ?s service:x ?o . { ?s ?p ?o } }",
    "predicate": "SELECT * { ?s ex:service ex:x . { ?s ?p ?o } }",
    "string": "SELECT * { ?s ?p 'the SERVICE <of> something' }",
    "comment line": "SELECT * {\n  # SERVICE <http://elsewhere.example/> {\n ?s ?p ?o }",
    "comment": "SELECT * { ?s ?p ?o # our SERVICE to you\n }",
    "language": "SELECT * { ?s ?p 'x'@service }",
}


@pytest.mark.parametrize("query", HARMLESS.values(), ids=HARMLESS)
def test_the_mere_word_is_no_call(query: str) -> None:
    query = PREFIXES + query
    assert not query_words(query).calls_service
    assert not calls_in_truth(query)


PIECES = [
    *("SERVICE", "service ", "SILENT ", "SERVICE:x", "SERVICEex:x", CALL, f"<{ELSEWHERE}>"),
    *("{?s ?p ?o}", "{", "}", "(", ")", "FILTER(", "FILTER(1<2)", "VALUES ?x {", "BIND("),
    *("'", '"', "'''", '"""', "''", "'a'", "'>'", "'#'", "\\'", "\\u0027", "\\u005c", "\\"),
    *("#", "#>\n", "# '\n", "\n", "\r", " ", " ", " ", ".", "<", ">", "<a:\\u0041'>", "<#'>"),
    *("ex:a\\'", "ex:a\\#", "?x ", "?service ", "1", "1.", "1e", "true", "=", "||", "<<", "@en"),
    *("?s ?p ?o.", " AS ?y)", "UNION", "OPTIONAL", "GRAPH ?g", "_:b", "a", "-", "?", "$"),
]


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("FILTER(1<2)SERVICE#>\n" + f"<{ELSEWHERE}>" + "{?s ?p ?o}")
def test_no_call_of_the_engine_is_missed(middle: str) -> None:
    query = f"{PREFIXES}SELECT * {{{middle}}}"
    if calls_in_truth(query):
        assert query_words(query).calls_service


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
)
def test_no_call_among_other_clauses_is_missed(before: str, after: str) -> None:
    query = f"{PREFIXES}SELECT * {{{before}{CALL}{after}}}"
    if calls_in_truth(query):
        assert query_words(query).calls_service


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT * FROM <a:g> { ?s ?p ?o }", True),
        ("select * from named<a:g>{ ?s ?p ?o }", True),
        ("SELECT (1 AS ?x)FROM<a:g>{}", True),
        ("SELECT * { ?from ?p ?o }", False),
        ("SELECT * { ?s a:from ?o }", False),
        ("SELECT * { ?s <a:FROM> 'FROM' } # FROM <a:g>", False),
        ("SELECT * { ?s ?p '''\nFROM <a:g>\n''' }", False),
        ('SELECT * { ?s ?p "\\u0022 FROM <a:g>" }', False),
        ("SELECT * { ?s ?p 'it''s FROM here' }", False),
    ],
)
def test_from_is_told_from_what_looks_like_it(query: str, names: bool) -> None:  # noqa: FBT001
    assert query_words(query).names_dataset is names


@pytest.mark.parametrize(
    ("query", "depth"),
    [
        ("ASK {}", 1),
        ("ASK { { ( ?x [ ] ) } }", 4),
        ("ASK { ?s ?p '((((' } # ((((", 1),
        ("ASK { VALUES ?x { '''(''' } FILTER(1 = (1)) }", 3),
    ],
)
def test_brackets_count_where_they_are_brackets(query: str, depth: int) -> None:
    assert query_words(query).depth == depth


LONG = {
    "words": "service ",
    "comments": "service#",
    "comment lines": "service #\n",
    "names": "service:a",
    "one word": "service",
    "silent": "servicesilent",
    "IRIs": "service<a",
    "long strings": "\\'''\n",
    "quotes": "'''x\\'",
    "double quotes": '"""',
    "fragments": "<#'>",
    "brackets": "({[",
    "spaces": "service      ",
}


@pytest.mark.parametrize("piece", LONG.values(), ids=LONG)
def test_the_time_is_linear_in_the_length(piece: str) -> None:
    def seconds(length: int) -> float:
        text = "'''\n" + piece * (length // len(piece))
        began = time.process_time()
        query_words(text)
        return time.process_time() - began

    # Quadratic behaviour would take minutes for the second text.
    assert seconds(500_000) < 5.0


MISTAKES = {
    "stray bracket": ("ASK { ?s ?p 1 ^] }", "']' is not expected there"),
    "behind letters that are not ASCII": (
        "ASK {\n?s ?p 'Bogotá' ^] }",
        "']' is not expected there",
    ),
    "misspelt keyword": ("ASK { ?s ?p ?o . ^FILTR(?s) }", "'FILTR(?s)' is not expected there"),
    "misspelt form": ("^SELEC ?s {}", "'SELEC' is not expected there"),
    "missing full stop": ("ASK {\n ?s ?p ?o\n ^?a ?b ?c\n}", "'?a' is not expected there"),
    "missing operand": ("ASK { FILTER(?x =^) }", "')' is not expected there"),
    "missing object": ("ASK { ?s ?p ^}", "'}' is not expected there"),
    "brace too many": ("ASK { ?s ?p ?o }^}", "'}' is not expected there"),
    "brace too few": ("ASK { ?s ?p 'a'^", "the query ends too early"),
    "nothing": ("^", "the query ends too early"),
    "open string": ("ASK { ?s ?p 'abc }^\n}", "the line must not end there"),
    "prefix": ("ASK { ?s ?p 1 . ?s ^rdfs:label 'x' }", "the prefix rdfs: is not declared"),
    "IRI": ("ASK { ^<a:b%zz> ?p 1 }", "<a:b%zz> is not a valid IRI"),
    "comment before": ("ASK {\n# ] '\n ?s ?p 1 ^] }", "']' is not expected there"),
    "update": ("^INSERT DATA {}", "'INSERT' is not expected there"),
}


@pytest.mark.parametrize(("marked", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_syntax_error_names_the_place_and_what_stands_there(marked: str, said: str) -> None:
    place = marked.index("^")
    text = marked.replace("^", "")
    with pytest.raises(SyntaxError) as caught:
        Store().query(text)
    told = syntax_error(text, str(caught.value))
    line = marked[:place].count("\n") + 1
    column = place - marked.rfind("\n", 0, place)
    assert (told.line, told.column) == (line, column)
    assert f"at line {line}, column {column}: {said}." in str(told)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("SELECT * { ?s ?p }", "write a value or a variable behind the property"),
        ("SELECT * { ?s a ?x ; a . }", "write a value or a variable behind the property"),
        ("SELECT * { ?s }", "write a property and a value behind the subject"),
        ("SELECT * { ?s ?p ?o }}", "There is a } too many"),
        ("SELECT * { { ?s ?p ?o ", "2 braces lack their }"),
        ("SELECT * { ?s ?p '}' ", "a brace lacks its }"),
        ('SELECT * { ?s ?p "x }', "A quotation mark is not closed"),
        ("SELECT * { ?s ?p ?o FILTER(?o > 1 }", "a bracket lacks its )"),
        ("SELECT * { ?s ?p ?o FILTER ?o > 1 }", "in brackets, as in FILTER("),
        ("SELECT * { ?s = ?p }", "To compare write FILTER"),
        ("SELECT * { ?s ?p ?o\n ?x ?y ?z }", "write a full stop before the next one"),
        ("SELECT ?x WHERE ?s ?p ?o", "Put the patterns in braces"),
        ("SELECT ?s, ?p { ?s ?p ?o }", "without commas"),
        ("SELECT name { ?s ?p ?name }", "begin with a question mark"),
        ("SELECT ?p COUNT(?s) { ?s ?p ?o }", "(COUNT(...) AS ?count)"),
        ("SELECT * { ?s ?p ?o } ORDER ?o", "Write BY behind ORDER"),
        ("SELECT * { ?s ?p ?o } LIMIT", "a whole number"),
        ("SELECT * FROM { ?s ?p ?o }", "Name a graph behind FROM"),
        ("SELEC * { ?s ?p ?o }", "Did you mean SELECT?"),
        ("SELECT * { ?s ?p ?o OPTINAL { ?s ?p ?x } }", "Did you mean OPTIONAL?"),
        ("SELECT * { ?s ?p ?o LIMIT 10 }", "LIMIT stands behind the last }"),
    ],
)
def test_a_syntax_error_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        Store().query(text)
    assert hint in syntax_error(text, str(caught.value)).remedy


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "é", "\x00", "\u2028"]), max_size=12).map("".join))
def test_any_text_that_is_no_query_gets_a_place_within_it(text: str) -> None:
    try:
        Store().query(text)
    except SyntaxError as error:
        told = syntax_error(text, str(error))
        if told.line is not None and told.column is not None:
            lines = text.split("\n")
            assert 1 <= told.line <= len(lines)
            assert 1 <= told.column <= len(lines[told.line - 1]) + 1
    except OSError as error:
        assert "port 1" in str(error)
