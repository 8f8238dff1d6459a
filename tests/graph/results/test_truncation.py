"""Answers that are cut: at a row, exactly, whatever stands in their literals."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from pledgegraph.errors import AnswerTooLong, Limit
from pledgegraph.media_types import CSV, GRAPH_FORMATS, JSON, N_TRIPLES, TSV, XML, Format
from pledgegraph.results.row_truncation import EXACT, row_cutter
from pledgegraph.results.truncation import CUT, Bounds, CutRows, Enough, as_file, head_with_link
from pledgegraph.store.query_evaluation import evaluate

NASTY = (
    '},{', '}},{',
    '},{"', '}},{"x":', "{}", "},{}", "]}}", '"', '""', "\\", '\\"', "\n", "\r\n", "\t", ",",
    "</result><result>", "</results>", "<result>", "]]>", "&lt;", "\N{GRINNING FACE}", "a",
)  # fmt: skip
texts = st.lists(st.sampled_from(NASTY), max_size=6).map("".join)
values = st.one_of(
    st.none(),
    texts.map(Literal),
    texts.map(lambda text: Literal(text, language="en")),
    st.just(NamedNode("http://example.org/a;b")),
    st.integers().map(Literal),
)
tables = st.lists(st.tuples(values, values), max_size=12)


def solutions(rows: Sequence[Sequence[object]]) -> QuerySolutions:
    """Rows as the engine answers them; None stands for no value."""
    listed = " ".join(
        "(" + " ".join("UNDEF" if each is None else str(each) for each in row) + ")" for row in rows
    )
    found = Store().query(f"SELECT ?a ?bcd {{ VALUES (?a ?bcd) {{ {listed} }} }}")
    assert isinstance(found, QuerySolutions)
    return found


def whole(rows: Sequence[Sequence[object]], form: Format) -> bytes:
    written = solutions(rows).serialize(format=form.results)
    assert written is not None
    return written


def cut(content: bytes, form: Format, bounds: Bounds, pieces: Sequence[int]) -> tuple[bytes, bool]:
    """What is left of an answer that is written in pieces of those sizes."""
    output = io.BytesIO()
    file = CutRows(output, form, bounds)
    place = 0
    try:
        for size in pieces:
            as_file(file).write(content[place : place + size])
            place += size
        as_file(file).write(content[place:])
    except Enough:
        pass
    met = file.end()
    return output.getvalue(), met is not None


def parsed(content: bytes, form: Format) -> list[dict[str, object]]:
    """The rows of an answer, by a reader that is not ours."""
    if form is JSON:  # the engine's reader takes no member behind the rows
        found = json.loads(content)
        return found["results"]["bindings"]  # type: ignore[no-any-return]
    if form in (XML, TSV):
        found = pyoxigraph.parse_query_results(content, format=form.results)
        assert isinstance(found, QuerySolutions)
        names = [each.value for each in found.variables]
        return [{name: row[name] for name in names} for row in found]
    lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
    return [dict(zip(lines[0], each, strict=True)) for each in lines[1:]]


@pytest.mark.parametrize("form", [JSON, XML, TSV, CSV], ids=lambda form: form.name)
@given(
    rows=tables,
    most=st.integers(1, 13),
    pieces=st.lists(st.integers(0, 40), max_size=40),
)
def test_a_cut_answer_has_the_first_rows(
    form: Format, rows: list[tuple[object, object]], most: int, pieces: list[int]
) -> None:
    content = whole(rows, form)
    result, was_cut = cut(content, form, Bounds(rows=Limit("limit", most, "rows")), pieces)
    assert was_cut == (len(rows) > most)
    if not was_cut:
        assert result == content
    assert parsed(result, form) == parsed(content, form)[:most]
    if form is JSON:
        assert (CUT in json.loads(result)) == was_cut
    if form is XML:
        assert ET.fromstring(result) is not None  # noqa: S314 -- our own
        assert (b"<!-- Cut at limit" in result) == was_cut


@given(rows=tables, pieces=st.lists(st.integers(0, 40), max_size=40), most=st.integers(1, 12))
def test_many_rows_are_counted_fast_and_cut_where_one_ends(
    rows: list[tuple[object, object]], pieces: list[int], most: int
) -> None:
    content = whole(rows, JSON)
    cutter = row_cutter(JSON, Limit("max_rows", EXACT + 1, "rows"), Limit("", float("inf"), ""))
    cutter._begun = EXACT + 2 - most  # as if so many had gone by
    result, place = b"", 0
    for size in [*pieces, len(content)]:
        result += cutter.feed(content[place : place + size])
        place += size
    result += cutter.end()
    filled = [row for row in rows if row != (None, None)]
    if len(filled) == len(rows):
        assert (cutter.met is not None) == (len(rows) > most)
    if cutter.met is None:
        assert result == content
    else:
        kept = json.loads(result + b"]}}")["results"]["bindings"]
        assert kept == json.loads(content)["results"]["bindings"][: len(kept)]
        # The first row counts, and every further one that has a value.
        assert 1 + sum(1 for each in kept[1:] if each) == most


@pytest.mark.parametrize("form", [JSON, XML, TSV, CSV], ids=lambda form: form.name)
@given(rows=tables, most=st.integers(1, 800), pieces=st.lists(st.integers(0, 40), max_size=40))
def test_bytes_are_bounded_at_a_row(
    form: Format, rows: list[tuple[object, object]], most: int, pieces: list[int]
) -> None:
    content = whole(rows, form)
    result, was_cut = cut(
        content, form, Bounds(size=Limit("max_answer_bytes", most, "bytes")), pieces
    )
    kept = parsed(result, form)
    assert kept == parsed(content, form)[: len(kept)]
    if not was_cut:
        assert result == content
    if len(content) < most:
        assert not was_cut


def test_a_row_without_end_is_given_up() -> None:
    row = [(Literal("x" * 500_000), None)]
    for form in (JSON, XML, TSV, CSV):
        with pytest.raises(AnswerTooLong):
            cut(whole(row, form), form, Bounds(size=Limit("max_answer_bytes", 1000, "bytes")), [])


def test_a_long_row_is_not_read_again_and_again() -> None:
    row = whole([(Literal("x" * 3_000_000), None)] * 2, JSON)
    result, was_cut = cut(row, JSON, Bounds(rows=Limit("limit", 1, "rows")), [8192] * 1000)
    assert was_cut
    assert len(parsed(result, JSON)) == 1


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (JSON, b'{"head":{"vars":[]},"results":{"bindings":[{},{}]}'),
        (TSV, b"\n\n\n"),
        (CSV, b"\r\n\r\n\r\n"),
    ],
    ids=["json", "tsv", "csv"],
)
def test_rows_without_columns_are_rows(form: Format, expected: bytes) -> None:
    found = Store().query("SELECT * { {} UNION {} UNION {} }")
    assert isinstance(found, QuerySolutions)
    content = found.serialize(format=form.results)
    assert content is not None
    result, was_cut = cut(content, form, Bounds(rows=Limit("limit", 2, "rows")), [3] * 30)
    assert was_cut
    assert result.startswith(expected)


@pytest.mark.parametrize("form", [JSON, XML], ids=lambda form: form.name)
def test_the_head_has_room_for_a_link(form: Format) -> None:
    content = head_with_link(whole([(Literal("]}</head>"), None)], form), form, "http://x/?a&b")
    assert len(list(pyoxigraph.parse_query_results(content, format=form.results))) == 1  # type: ignore[arg-type]
    if form is JSON:
        assert json.loads(content)["head"]["link"] == ["http://x/?a&b"]
    else:
        (link,) = ET.fromstring(content).iterfind(".//{*}head/{*}link")  # noqa: S314 -- our own
        assert link.get("href") == "http://x/?a&b"


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("most", [1, 7, 20])
def test_a_cut_graph_has_the_first_statements_and_says_so(form: Format, most: int) -> None:
    store = Store()
    store.extend(
        Quad(NamedNode(f"x:{n % 3}"), NamedNode("x:p"), Literal(f"# {n}\n<!-- -->"))
        for n in range(20)
    )
    asked = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    output = io.BytesIO()
    result = evaluate(store, asked, base="http://example.org")
    met = result.serialise(output, form, bounds=Bounds(rows=Limit("limit", most, "rows")))
    found = list(pyoxigraph.parse(output.getvalue(), format=form.rdf))
    assert len(found) == most
    assert {each.triple for each in found} <= {each.triple for each in store}
    assert (met is not None) == (most < 20)
    assert (b"Cut at limit=" in output.getvalue()) == (most < 20)


def test_bytes_of_a_graph_are_bounded() -> None:
    store = Store()
    store.extend(Quad(NamedNode(f"x:{n}"), NamedNode("x:p"), Literal(n)) for n in range(5000))
    output = io.BytesIO()
    result = evaluate(store, "CONSTRUCT WHERE { ?s ?p ?o }", base="http://example.org")
    size = Limit("max_answer_bytes", 20_000, "bytes")
    assert result.serialise(output, N_TRIPLES, bounds=Bounds(size=size)) == size
    assert 20_000 <= len(output.getvalue()) < 40_000
