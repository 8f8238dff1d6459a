"""Codepoint escapes and byte order marks in queries."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from pledgegraph.errors import QueryRefused, QuerySyntaxError
from pledgegraph.sparql.codepoint_escapes import plain_text
from pledgegraph.store.query_evaluation import EmbeddedResult, evaluate


def ask(query: str) -> EmbeddedResult:
    return evaluate(Store(), query, base="https://data.example.org")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\u03B4:a", "δ:a"),
        (r"a\u003Ab", "a:b"),
        (r"?\U0001F600", "?😀"),
        (r"<ab\u00E9xy> '\u0027' '''\u0027'''", r"<ab\u00E9xy> '\u0027' '''\u0027'''"),
        ("# \\u03B4\n\\u03B4", "# \\u03B4\nδ"),
        (r"\uD83D\uDE00 \U00110000 \u12", r"\uD83D\uDE00 \U00110000 \u12"),
        (r"\\u03B4", r"\\u03B4"),
        ("\ufeffASK {}", "ASK {}"),
        ("ASK {}\ufeff", "ASK {}\ufeff"),
    ],
)
def test_escapes_are_resolved_outside_of_strings(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_escaped_keywords_and_names_are_read() -> None:
    assert ask(r"\u0053ELECT * { ?\u03B2 ?\u03B4 1 }").variables == ("β", "δ")
    assert ask("\ufeffPREFIX \\u03B4: <x:> SELECT ?s { ?s \\u03B4:a 1 }").variables == ("s",)


def test_no_service_hides_behind_escapes() -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        ask(r"SELECT * { SERV\u0049CE <http://127.0.0.1:1/> { ?s ?p ?o } }")
    with pytest.raises(QueryRefused, match="SERVICE"):
        ask(r"SELECT * { SERVICE <http://127.0.0.1:1/> \u007B ?s ?p ?o } }")


def test_half_a_surrogate_pair_is_refused() -> None:
    for literal in (r"'\uD83D'", r"'\uD83D\uDE00'", r"\uD83D"):
        with pytest.raises(QuerySyntaxError):
            ask(f"SELECT ({literal} AS ?x) {{}}")
