"""Every odd term that RDF allows, as far as we could think of them, and data that use them all."""

from __future__ import annotations

from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.namespaces import PG, PREFIXES, RDF, RDFS, XSD
from tests.api.conftest import BASE

_PUNCTUATION: Final = "!$&'()*+,;=~@-._"
_RDF_WORDS: Final = (
    *("RDF", "ID", "about", "bagID", "parseType", "resource", "nodeID", "datatype", "li"),
    *("aboutEach", "aboutEachPrefix", "Description"),
)
"""Words of RDF/XML itself."""

IRIS: Final = tuple(
    dict.fromkeys(
        [
            *(f"http://ex.test/a{sign}b" for sign in _PUNCTUATION),
            *(f"http://ex.test/x{sign}" for sign in _PUNCTUATION),
            *(f"http://ex.test/{sign}y" for sign in _PUNCTUATION if sign != "."),
            *(f"{namespace}{prefix}Odd" for prefix, namespace in PREFIXES.items()),
            *(f"{prefix}:Thing" for prefix in PREFIXES),
            *(RDF[word].value for word in (*_RDF_WORDS, "_1", "_0", "nil", "JSON", "version")),
            "http://ex.test",
            "http://ex.test/",
            "http://ex.test#",
            "http://ex.test/p/",
            "http://ex.test/2030",
            "http://ex.test/2030abc",
            "http://ex.test/2030#",
            "http://ex.test/#1",
            "http://ex.test/a#b:c",
            "http://ex.test/?q=1&r=2",
            "http://ex.test/a?b=/c#d?e",
            "http://ex.test/a%2Fb",
            "http://ex.test/a%2fb",
            "http://ex.test/a/b",
            "http://ex.test/%41",
            "http://ex.test/A",
            "http://ex.test/100%25",
            "http://ex.test/caf%C3%A9",
            "http://ex.test/café",
            "http://ex.test/cafe\N{COMBINING ACUTE ACCENT}",
            "http://ex.test/تعهد",
            "http://ex.test/承诺",
            "http://ex.test/обещание",
            "http://ex.test/\N{GRINNING FACE}",
            "http://ex.test/\N{ARABIC-INDIC DIGIT ZERO}a",
            "http://ex.test/\N{ZERO WIDTH JOINER}a",
            "http://ex.test/a\N{MIDDLE DOT}",
            "http://ex.test/𐍈",
            "http://пример.test/x",
            "http://[::1]/a",
            "http://user:secret@host.test:8080/a",
            "HTTP://EX.test/Case",
            "http://ex.test/a/../b",
            "http://ex.test/./c",
            "http://ex.test//d",
            "http://ex.test/" + "long" * 450,
            "http://ex.test/xmlns",
            "http://ex.test/xml:lang",
            "http://ex.test/rdf:type",
            "http://ex.test/@type",
            "http://ex.test/@id",
            "http://ex.test/__proto__",
            "http://ex.test/constructor",
            "http://www.w3.org/XML/1998/namespacelang",
            "http://www.w3.org/2000/xmlns/a",
            "http://www.w3.org/2000/xmlns/abc",
            "https://schema.org/",
            "https://schema.org//x",
            "https://schema.org/1",
            "https://schema.org/a:b",
            "https://schema.org/a%20b",
            "https://w3id.org/pledgegraph/def#a:b",
            "https://w3id.org/pledgegraph/def#a/b",
            "https://w3id.org/pledgegraph/def#",
            "https://w3id.org/pledgegraph/def#id",
            "https://w3id.org/pledgegraph/def#type",
            "https://w3id.org/pledgegraph/scheme/odd#",
            "https://w3id.org/pledgegraph/scheme/odd#9",
            "urn:x:9",
            "urn:x:a",
            "urn:isbn:0451450523",
            "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "tag:me@ex.test,2020:p",
            "mailto:a@b.test",
            "tel:+1-201-555-0123",
            "javascript:alert(1)",
            "JavaScript:alert(document.cookie)",
            "data:text/html,%3Cscript%3Ealert(1)%3C/script%3E",
            "vbscript:x",
            "file:///etc/passwd",
            "about:blank",
            "did:example:123456",
            "doi:10.1000/182",
            "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk",
            "id:x",
            "type:x",
            "as:Note",
            "foaf:Person",
            "dc:title",
            "xml:lang",
            "http:x",
            "https:x",
            "a:",
            "a:b",
            "x://y",
            "x:/y",
            "x:#y",
            "x:?y",
            f"{BASE}/",
            f"{BASE}/id/",
            f"{BASE}/def",
            f"{BASE}/id/no/such",
            f"{BASE}/id/no/such#part",
            f"{BASE}/.well-known/genid/odd-0",
        ]
    )
)

_CONTROL: Final = ("\x00", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x85")
_NUMBERS: Final = {
    "integer": (
        *("0", "-1", "abc", "", "1.0", "1e3", "\N{ARABIC-INDIC DIGIT THREE}", "0x10", "--1"),
        *("9007199254740991", "9007199254740993", "-9007199254740993", "9223372036854775807"),
        *("9223372036854775808", "1" * 400, "1" * 3000),
    ),
    "decimal": ("1.5", "x", "1" * 40 + ".5", "NaN"),
    "boolean": ("true", "false", "maybe", "TRUE", ""),
    "date": (
        "2026-01-15",
        "20260115",
        "2026-02-30",
        "0000-00-00",
        "soon",
        "2026-W01-1",
        "-0044-03-15",
    ),
    "dateTime": ("2026-01-15T10:00:00Z", "2026-01-15", "24:00"),
    "gYear": ("2026", "26", "x"),
    "duration": ("P1Y", "1 year"),
    "anyURI": ("http://ex.test/", "not a URI", "javascript:alert(1)"),
    "hexBinary": ("ff", "xyz"),
    "language": ("en", "!"),
}

LITERALS: Final = tuple(
    dict.fromkeys(
        [
            *(Literal(f"control {sign} character") for sign in _CONTROL),
            *(Literal(sign) for sign in ("\r", "\n", "\r\n", "\t", " ", "", "\\", '"', "'", ",")),
            *(
                Literal(text, datatype=XSD[name])
                for name, texts in _NUMBERS.items()
                for text in texts
            ),
            *(
                Literal("word", language=tag)
                for tag in ("en", "en-us", "zh-hans", "es-419", "ar", "x-klingon", "de-ch-1996")
            ),
            Literal("a\rb"),
            Literal("a\r\nb\nc\n"),
            Literal("  spaces  around  "),
            Literal("\ufeffmark"),
            Literal("\ufffe\uffff not characters \ufdd0 \U0001ffff"),
            Literal("\u2028\u2029\u200e\u200f\u202e override"),
            Literal("private \ue000 \U000f0000"),
            Literal("\N{GRINNING FACE}\N{ZERO WIDTH JOINER}\N{WOMAN}"),
            Literal("e\N{COMBINING ACUTE ACCENT}", language="fr"),
            Literal("é", language="fr"),
            Literal("مرحبا <b>", language="ar"),
            Literal("]]>&amp;&<![CDATA["),
            Literal("<script>alert(1)</script>"),
            Literal("</textarea><!-- -->"),
            Literal("{{ 7 * 7 }} {% x %} %s {0} ${x}"),
            Literal("=1+1"),
            Literal("@SUM(A1)"),
            Literal("-2+3"),
            Literal("+1"),
            Literal("'=1"),
            Literal("\t=1"),
            Literal("a,b;c|d\te"),
            Literal('say "so", he said\r\n'),
            Literal("'); DROP TABLE x; --"),
            Literal("long " * 4000),
            Literal("'''\"\"\"\\u0041\\"),
            Literal('{"a": 1}', datatype=RDF.JSON),
            Literal("{bad", datatype=RDF.JSON),
            Literal("<b>x</b>", datatype=RDF.XMLLiteral),
            Literal("<b", datatype=RDF.HTML),
            Literal("x", datatype=NamedNode("urn:x:9")),
            Literal("x", datatype=NamedNode("http://ex.test/d,t'")),
            Literal("x", datatype=NamedNode("schema:T")),
            Literal("x", datatype=NamedNode("xsd:integer")),
            Literal("x", datatype=PG.Odd),
        ]
    )
)

SOURCE: Final = NamedNode(f"{BASE}/id/source/odd,'source")
ABOUT: Final = NamedNode("http://ex.test/about")
SAYS: Final = NamedNode("http://ex.test/says")
_PLACES: Final = ("value", "class", "datatype", "property")
BATCH: Final = 8
"""Terms that share a record."""


def record(kind: str, number: int) -> NamedNode:
    """One of the records that use odd terms."""
    return NamedNode(f"{BASE}/id/odd/{kind}-{number}")


def batches(kind: str, terms: int) -> list[NamedNode]:
    """The records that use so many terms in one place."""
    return [record(kind, number) for number in range(-(-terms // BATCH))]


RECORDS: Final = (
    *(each for kind in _PLACES for each in batches(kind, len(IRIS))),
    *batches("text", len(LITERALS)),
)
"""Each term is in one of them, in every place that it can have."""
ALONE: Final = tuple(record("alone", number) for number in range(len(IRIS)))
"""Each IRI as the property of a record of its own: a format may refuse it."""
NAMED: Final = tuple(record("label", number) for number in range(len(LITERALS)))
"""Records that have a text for a label, a maker, a date and more."""


def quads() -> list[Quad]:
    """Each term as a value, a class, a datatype, a property, a text and a label of a record.

    Each is also the IRI or the name of a commitment, an actor, an event and a source.
    """
    found = []
    for number, iri in enumerate(IRIS):
        node, place = NamedNode(iri), number // BATCH
        found += [
            Quad(record("value", place), ABOUT, node, SOURCE),
            Quad(record("class", place), RDF.type, node, SOURCE),
            Quad(record("datatype", place), SAYS, Literal("v", datatype=node), SOURCE),
            Quad(record("property", place), node, Literal("said"), SOURCE),
            Quad(record("alone", number), node, Literal("said"), SOURCE),
        ]
        kind = (PG.Commitment, PG.Actor, PG.Event, PG.Source)[number % 4]
        found += [Quad(node, RDF.type, kind, SOURCE), Quad(node, RDFS.label, Literal(iri), SOURCE)]
        found.append(Quad(node, PG.madeBy, node, SOURCE))
        found.append(Quad(node, PG.inRegister, node, SOURCE))
        found.append(Quad(node, RDF.type, PG.Register, SOURCE))
    for number, text in enumerate(LITERALS):
        kind = (PG.Commitment, PG.Actor, PG.Event, PG.Source)[number % 4]
        found += [
            Quad(record("text", number // BATCH), SAYS, text, SOURCE),
            Quad(record("text", number // BATCH), RDF.type, text, SOURCE),
            Quad(record("label", number), RDF.type, kind, SOURCE),
            Quad(record("label", number), RDFS.label, text, SOURCE),
        ]
        for prop in (PG.announcedEarliest, PG.announcedLatest, PG.deadline, PG.madeBy, PG.status):
            found.append(Quad(record("label", number), prop, text, SOURCE))
    return found
