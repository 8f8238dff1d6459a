"""Which format a client gets: RFC 9110, section 12.5.1."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgegraph.media_types import (
    CSV,
    FORMATS,
    GRAPH_FORMATS,
    JSON,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULT_FORMATS,
    TSV,
    TURTLE,
    XML,
    Format,
)
from pledgegraph.store.engine import ResultKind
from pledgegraph_api.errors import HeaderTooLarge, NotAcceptable
from pledgegraph_api.http.negotiation import LONGEST_ACCEPT, Accept, choose_format, prefers_page

ROWS = ResultKind.SOLUTIONS
GRAPH = ResultKind.GRAPH
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

CHOICES: list[tuple[str | None, ResultKind, Format]] = [
    (None, ROWS, JSON),
    (None, GRAPH, TURTLE),
    ("", ROWS, JSON),
    (" , ,", ROWS, JSON),
    ("*/*", ROWS, JSON),
    ("*", ROWS, JSON),
    ("text/csv", ROWS, CSV),
    ("TEXT/CSV", ROWS, CSV),
    ("text/*", ROWS, CSV),
    ("text/*", GRAPH, TURTLE),
    ("application/*", GRAPH, N_TRIPLES),
    ("application/json", ROWS, JSON),
    ("application/json", GRAPH, JSON_LD),
    ("application/xml", ROWS, XML),
    ("text/xml", GRAPH, RDF_XML),
    # the greater weight, whatever the order
    ("text/csv;q=0.5, text/tab-separated-values;q=0.6", ROWS, TSV),
    ("text/csv; q=0.9 , application/sparql-results+xml", ROWS, XML),
    # what is named goes before what is only covered
    ("*/*, text/csv", ROWS, CSV),
    ("text/turtle, */*;q=1", GRAPH, TURTLE),
    ("application/n-quads, */*", GRAPH, N_QUADS),
    # the most specific range decides, also against a format
    ("text/*;q=0.9, text/csv;q=0.1, */*;q=0.5", ROWS, TSV),
    ("text/csv;q=0, text/*", ROWS, TSV),
    ("application/sparql-results+json;q=0, */*", ROWS, XML),
    ("application/json, application/sparql-results+json;q=0, */*;q=0.1", ROWS, XML),
    # parameters that hold of what is sent
    ("text/turtle;charset=utf-8", GRAPH, TURTLE),
    ('text/turtle; charset="UTF-8"; q=0.4, application/n-triples;q=0.3', GRAPH, TURTLE),
    ("text/csv;header=present", ROWS, CSV),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', GRAPH, JSON_LD),
    # and one that does not
    ("text/csv;header=absent, text/tab-separated-values;q=0.1", ROWS, TSV),
    # what follows the weight is no parameter
    ("text/csv;q=0.9;x=y, application/sparql-results+xml;q=0.8", ROWS, CSV),
    # malformed members count for nothing
    ("text/csv;q=NaN, application/sparql-results+xml;q=0.1", ROWS, XML),
    ("text/csv;q=1e9, application/sparql-results+xml;q=0.1", ROWS, XML),
    ("text/csv;q=-1, application/sparql-results+xml;q=0.1", ROWS, XML),
    ("text/csv;q=1.5, application/sparql-results+xml;q=0.1", ROWS, XML),
    ("*/csv, application/sparql-results+xml;q=0.1", ROWS, XML),
    ("text, application/sparql-results+xml;q=0.1", ROWS, XML),
    ('x/y;a="b,text/csv;q=1", application/sparql-results+xml;q=0.1', ROWS, XML),
    ('"unclosed, application/sparql-results+xml', ROWS, XML),
    # what clients really send
    (BROWSER, ROWS, XML),
    ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", ROWS, JSON),
    (
        "application/sparql-results+json,application/json,text/javascript,application/javascript",
        ROWS,
        JSON,
    ),
    ("application/rdf+xml,text/turtle;q=0.9,application/n-triples;q=0.8,*/*;q=0.1", GRAPH, RDF_XML),
]


@pytest.mark.parametrize(("header", "kind", "expected"), CHOICES)
def test_the_accept_header_chooses(header: str | None, kind: ResultKind, expected: Format) -> None:
    assert choose_format(kind, Accept.parse(header)) is expected


REFUSED = ["text/html", "image/*", "text/csv;q=0", "*/*;q=0", "garbage", "text/csv;q=2", "a/b/c"]


@pytest.mark.parametrize("header", REFUSED)
def test_what_cannot_be_met_is_refused_with_the_list(header: str) -> None:
    with pytest.raises(NotAcceptable) as refusal:
        choose_format(ROWS, Accept.parse(header))
    assert refusal.value.available == RESULT_FORMATS
    for each in RESULT_FORMATS:
        assert each.media_type in refusal.value.remedy


def test_a_graph_does_not_go_into_rows_nor_rows_into_a_graph() -> None:
    with pytest.raises(NotAcceptable):
        choose_format(GRAPH, Accept.parse("text/csv"))
    with pytest.raises(NotAcceptable):
        choose_format(ROWS, Accept.parse("text/turtle"))


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("json", ROWS, JSON),
        ("json", GRAPH, JSON_LD),
        ("xml", GRAPH, RDF_XML),
        ("rdf+xml", GRAPH, RDF_XML),
        ("rdf xml", GRAPH, RDF_XML),
        ("json-ld", GRAPH, JSON_LD),
        ("n-triples", GRAPH, N_TRIPLES),
        ("ttl", GRAPH, TURTLE),
        (" CSV ", ROWS, CSV),
        ("application/sparql-results xml", ROWS, XML),
        *((each.name, GRAPH if each in GRAPH_FORMATS else ROWS, each) for each in FORMATS),
        *((each.media_type, GRAPH if each in GRAPH_FORMATS else ROWS, each) for each in FORMATS),
        *((each.extension, GRAPH if each in GRAPH_FORMATS else ROWS, each) for each in FORMATS),
    ],
)
def test_a_name_goes_before_the_header(name: str, kind: ResultKind, expected: Format) -> None:
    assert choose_format(kind, Accept.parse("image/png"), name) is expected


@pytest.mark.parametrize("name", ["", "turtle", "exe", "html", "c s v", "*/*"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(NotAcceptable):
        choose_format(ROWS, Accept.parse(None), name)


def test_a_header_that_is_too_long_is_refused_before_it_is_read() -> None:
    header = ", ".join(f"text/x{n};q=0.{n % 10}" for n in range(10_000))
    with pytest.raises(HeaderTooLarge, match=str(LONGEST_ACCEPT)):
        Accept.parse(header)


@pytest.mark.parametrize(
    ("header", "page"),
    [
        (None, False),
        ("*/*", False),
        (BROWSER, True),
        ("text/html", True),
        ("application/json, text/html", False),
        ("text/html;q=0.5, application/json", False),
        ("text/csv", False),
        ("text/html;q=0", False),
    ],
)
def test_pages_go_to_those_who_name_html(header: str | None, *, page: bool) -> None:
    accept = Accept.parse(header)
    assert prefers_page(accept, "application/problem+json", ("application/json",)) is page


TYPES = st.sampled_from(
    sorted({t for f in FORMATS for t in (f.media_type, *f.aliases)} | {"text/*", "*/*", "a/b"})
)
WEIGHTS = st.integers(0, 1000).map(lambda n: f"{n / 1000:.3f}")
HEADERS = st.lists(st.tuples(TYPES, WEIGHTS), max_size=12).map(
    lambda members: ", ".join(f"{kind};q={weight}" for kind, weight in members)
)


@given(HEADERS, st.sampled_from([ROWS, GRAPH]))
def test_no_other_format_would_have_been_more_welcome(header: str, kind: ResultKind) -> None:
    accept = Accept.parse(header)
    available = GRAPH_FORMATS if kind is GRAPH else RESULT_FORMATS
    weights = {each: accept.rank(each.media_type, each.aliases)[0] for each in available}
    try:
        chosen = choose_format(kind, accept)
    except NotAcceptable:
        assert max(weights.values()) == 0
    else:
        assert weights[chosen] == max(weights.values()) > 0


@given(HEADERS, st.sampled_from(FORMATS))
def test_a_type_with_weight_nought_is_never_sent(header: str, form: Format) -> None:
    accept = Accept.parse(f"{form.media_type};q=0, {header}")
    exact = [r for r in accept.ranges if f"{r.type}/{r.subtype}" == form.media_type]
    if any(r.quality > 0 for r in exact):
        return
    kind = GRAPH if form in GRAPH_FORMATS else ROWS
    with contextlib.suppress(NotAcceptable):
        assert choose_format(kind, accept) is not form


@given(st.permutations(["text/csv;q=0.2", "text/*;q=0.4", "*/*;q=0.6", "application/xml;q=0.5"]))
def test_the_order_of_members_does_not_matter(members: list[str]) -> None:
    assert choose_format(ROWS, Accept.parse(", ".join(members))) is JSON


@given(st.text(max_size=300))
def test_no_header_whatever_brings_it_down(header: str) -> None:
    try:
        assert choose_format(ROWS, Accept.parse(header)) in RESULT_FORMATS
    except NotAcceptable as refusal:
        assert refusal.available == RESULT_FORMATS
