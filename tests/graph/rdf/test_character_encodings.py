"""RDF/XML in the encodings that XML may have (XML 1.0, 4.3.3); all else is UTF-8."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal

from pledgegraph.errors import ReadError
from pledgegraph.media_types import RDF_XML, TURTLE, Format
from pledgegraph.rdf.parsing import read_body, read_quads
from tests.graph.building import BASE

BODY = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">
  <!-- {padding} -->
  <rdf:Description rdf:about="http://e.example/a"><e:p>{text}</e:p></rdf:Description>
</rdf:RDF>
"""
DECLARED = '<?xml version="1.0" encoding="{name}" standalone="yes"?>\n'


def xml(name: str, text: str = "é 字 \U0001f600", padding: str = "") -> str:
    return (DECLARED.format(name=name) if name else "") + BODY.format(text=text, padding=padding)


def read(tmp_path: Path, content: bytes, form: Format = RDF_XML) -> set[object]:
    """What is said, read from a file and from the body of a request alike."""
    file = tmp_path / f"a.{form.extension}"
    file.write_bytes(content)
    found: list[set[object]] = [{quad.object for quad in read_quads(file, base=BASE)}]
    found.append({quad.object for quad in read_body(content, form, base=BASE)})
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("padding", ["", "ü" * 100_000])
@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("UTF-16", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("UTF-16BE", "utf-16-be"),
        ("", "utf-16"),
        ("UTF-8", "utf-16"),
        ("UTF-16", "utf-8-sig"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-8", "utf-8"),
        ("", "utf-8"),
    ],
)
def test_xml_is_read_in_any_unicode(tmp_path: Path, name: str, encoding: str, padding: str) -> None:
    found = read(tmp_path, xml(name, padding=padding).encode(encoding))
    assert found == {Literal("é 字 \U0001f600")}


@pytest.mark.parametrize("name", ["ISO-8859-1", "iso-8859-1", "windows-1252", "us-ascii"])
def test_xml_may_say_that_it_is_older(tmp_path: Path, name: str) -> None:
    text = "e" if name == "us-ascii" else "é"
    assert read(tmp_path, xml(name, text).encode("latin-1")) == {Literal(text)}


@pytest.mark.parametrize(
    ("content", "form", "said"),
    [
        (xml("UTF-16").encode("utf-32"), RDF_XML, "This is UTF-32"),
        (xml("UTF-16").encode(), RDF_XML, "says that it is UTF-16, and is not"),
        (xml("Shift_JIS").encode("shift-jis", "replace"), RDF_XML, "says that it is Shift_JIS"),
        (xml("us-ascii").encode(), RDF_XML, "not ASCII"),
        (xml("UTF-16").encode("utf-16")[:-1], RDF_XML, "not UTF-16"),
        ("<a:s> <a:p> 'é' .".encode("utf-16"), TURTLE, "This is UTF-16; only UTF-8 is read"),
        ("<a:s> <a:p> 'é' .".encode("utf-16-le"), TURTLE, "This is UTF-16; only UTF-8 is read"),
    ],
)
def test_what_is_not_read_is_told_by_name(
    tmp_path: Path, content: bytes, form: Format, said: str
) -> None:
    file = tmp_path / f"a.{form.extension}"
    file.write_bytes(content)
    for quads in (read_quads(file, base=BASE), read_body(content, form, base=BASE)):
        with pytest.raises(ReadError, match=said) as caught:
            list(quads)
        assert caught.value.remedy == "Save the file as UTF-8."
        assert caught.value.line is not None


def test_utf_16_hides_nothing_that_is_refused(tmp_path: Path) -> None:
    declared = '<!DOCTYPE r [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'
    content = (declared + BODY.format(text="&c;", padding="")).encode("utf-16")
    (tmp_path / "a.rdf").write_bytes(content)
    for quads in (
        read_quads(tmp_path / "a.rdf", base=BASE),
        read_body(content, RDF_XML, base=BASE),
    ):
        with pytest.raises(ReadError, match=r"entity is declared|document type declaration"):
            list(quads)


def test_a_mistake_keeps_its_place(tmp_path: Path) -> None:
    file = tmp_path / "a.rdf"
    file.write_bytes(xml("UTF-16").replace("</rdf:Description>", "</rdf:None>").encode("utf-16"))
    with pytest.raises(ReadError) as caught:
        list(read_quads(file, base=BASE))
    assert caught.value.line in (None, 4)
