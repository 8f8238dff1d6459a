"""Reading files: every mistake with its place, and nothing that explodes or fetches."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, Quad

from pledgegraph.errors import InputError, ReadError, UnknownFormat
from pledgegraph.rdf.parsing import read_quads
from pledgegraph.rdf.xml_entities import EntityCheck
from tests.depth import examples
from tests.graph.building import BASE

RDF_XML = """<?xml version="1.0"?>
{doctype}
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x.example/">
  <rdf:Description rdf:about="http://a.example/"><x:p>{text}</x:p></rdf:Description>
</rdf:RDF>
"""


def read(path: Path, name: str, content: str | bytes) -> list[Quad]:
    file = path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_quads(file, base=BASE))


def refusal(path: Path, name: str, content: str | bytes) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read(path, name, content)
    assert caught.value.file == str(path / name)
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(
    ("name", "content", "place", "said"),
    [
        ("a.ttl", "<a> <b>\n  <c> ; ] .", (2, 9), "]"),
        ("a.ttl", "<a> <b> ex:c .", (1, 9), "prefix ex: has not been declared"),
        ("a.ttl", "<a> <b> <c d> .", (1, 9), "Invalid IRI"),
        ("a.ttl", b"<a> <b>\n 'Bogot\xe1' .", (2, None), "UTF-8"),
        ("a.nt", "<a:s> <a:p> <a:o> .\n<a:s> 'x' <a:o> .\n", (2, 7), "not allowed"),
        ("a.nq", "<a:s> <a:p> <a:o> <a:g> <a:h> .", (1, None), "dot"),
        ("a.trig", "<a:g> { <a:s> <a:p> }", (1, None), "}"),
        ("a.jsonld", '{"@id": \n [}', (2, None), ""),
        ("a.jsonld", '{"@context": "http://127.0.0.1:1/"}', None, "which is not fetched"),
        ("a.rdf", "<rdf:RDF", None, ""),
        ("a.ttl", "<a> <b> 'x", (1, None), "end of file"),
        ("a.nt", '<a:s> <a:p> "\\uD800" .', (1, None), "D800"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, place: tuple[int, int | None] | None, said: str
) -> None:
    error = refusal(tmp_path, name, content)
    assert said in str(error)
    assert str(tmp_path) not in str(error)
    if place is not None:
        line, column = place
        assert error.line == line
        assert error.column == column or column is None
        assert error.place.startswith(f"{tmp_path / name}:{line}")


@pytest.mark.parametrize("name", ["a.txt", "a", "a.ttl.gz", ".ttl", "a.json", "a.html"])
def test_an_unknown_ending_is_told_with_those_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownFormat) as caught:
        read(tmp_path, name, "")
    assert ".ttl, .nt, .nq, .trig, .rdf, .jsonld" in caught.value.remedy


def test_relative_names_are_resolved_against_the_base(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "A.TTL", "@prefix e: <id/e/> . e:x <p> <../y> .")
    assert str(found) == f"<{BASE}/id/e/x> <{BASE}/p> <{BASE}/y>"


def test_an_entity_that_abbreviates_is_read(tmp_path: Path) -> None:
    doctype = (
        '<!DOCTYPE rdf:RDF [\n <!ENTITY owl "http://o.example/a%20b">\n <!ENTITY e "&#233;">]>'
    )
    (found,) = read(tmp_path, "a.rdf", RDF_XML.format(doctype=doctype, text="&owl; &e; &lt;"))
    assert found.object == Literal("http://o.example/a%20b é <")


def test_entities_that_explode_are_refused_at_their_line(tmp_path: Path) -> None:
    bomb = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'\n<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    text = RDF_XML.format(doctype=f"<!DOCTYPE r [{bomb}]>", text="&j;")
    assert refusal(tmp_path, "a.rdf", text).line == 3
    wide = f"<!DOCTYPE r [\n\n<!ENTITY a '{'x' * 10_000}'>]>".replace("'", '"')
    assert refusal(tmp_path, "a.rdf", RDF_XML.format(doctype=wide, text="&a;" * 1_000)).line == 4


def test_an_entity_of_another_file_is_not_read(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    refusal(tmp_path, "a.rdf", RDF_XML.format(doctype=doctype, text="&a;"))


@settings(max_examples=examples(200), deadline=None)
@given(
    before=st.integers(0, 40),
    cuts=st.lists(st.integers(0, 120), max_size=6).map(sorted),
    harmful=st.booleans(),
)
def test_a_declaration_is_found_wherever_the_pieces_end(
    before: int,
    cuts: list[int],
    harmful: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    value = "x &other; y" if harmful else "x &#38; y"
    text = ("\n" * before + f'<!ENTITY a "fine"> <!ENTITY b\n "{value}"> and more <').encode()
    ends = [*cuts, len(text)]
    check = EntityCheck()
    found = [check.refuses(text[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
    lines = [line for line in found if line is not None]
    assert lines[:1] == ([before + 1] if harmful else [])


@settings(max_examples=examples(150), deadline=None)
@given(
    name=st.sampled_from(["a.ttl", "a.nt", "a.nq", "a.trig", "a.rdf", "a.jsonld"]),
    content=st.one_of(
        st.binary(max_size=60),
        st.text(alphabet="<>a:.;,[](){}\"'\\@^_#\n {}é/=?!&", max_size=60).map(str.encode),
    ),
)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    try:
        read(tmp_path_factory.mktemp("any"), name, content)
    except InputError as error:
        assert error.remedy
        assert str(error)
