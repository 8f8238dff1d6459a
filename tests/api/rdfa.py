"""Reads what a page states by RDFa, as far as the pages here use it.

See https://www.w3.org/TR/rdfa-core/#s_sequence. What is read: ``about``, ``property`` with
``resource``, ``content``, ``datatype`` or the text of the element, ``rev`` with ``resource``,
and ``lang``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from pyoxigraph import Literal, NamedNode, Triple

_KNOWN = (
    "as csvw dcat dqv duv grddl jsonld ldp ma oa odrl org owl prov qb rdf rdfa rdfs "
    "rif rr sd skos skosxl ssn sosa time void wdr wdrs xhv xml xsd cc ctag dc dc11 "
    "dcterms foaf gr ical og rev schema sioc v vcard "
)
PREFIXES = frozenset(_KNOWN.split())
"""What readers know for prefixes (https://www.w3.org/2011/rdfa-context/rdfa-1.1).

What begins like one is no whole IRI, unless the page says otherwise.
"""
VOID = frozenset({"base", "br", "hr", "img", "input", "link", "meta", "wbr"})


@dataclass
class Element:
    """An element that is open: what its content is about, and its text where that is a value."""

    tag: str
    subject: NamedNode | None
    language: str
    datatype: str = ""
    states: NamedNode | None = None
    text: list[str] = field(default_factory=list)


class Stated(HTMLParser):
    """What a page states, what it tells of, its text, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.triples: set[Triple] = set()
        self.told: set[NamedNode] = set()
        self.links: set[str] = set()
        self.text = ""
        self._texts: list[str] = []
        self._open = [Element("", None, "")]
        self.feed(page)
        assert len(self._open) == 1, self._open[-1]
        self.text = " ".join("".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        assert len(named) == len(attrs), f"an attribute is there twice: {attrs}"
        if "href" in named:
            self.links.add(named["href"])
        if tag in VOID:
            return
        parent = self._open[-1]
        for name in ("about", "property", "resource", "rev", "datatype"):
            if name in named:
                named[name] = self._whole(named[name], named.get("prefix", ""))
        subject = NamedNode(named["about"]) if "about" in named else parent.subject
        language = named.get("lang", parent.language)
        element = Element(tag, subject, language, named.get("datatype", ""))
        if "rev" in named and "resource" in named:
            assert subject is not None
            element.subject = NamedNode(named["resource"])
            self.triples.add(Triple(element.subject, NamedNode(named["rev"]), subject))
        elif "property" in named:
            assert subject is not None
            self.told.add(subject)
            prop = NamedNode(named["property"])
            if "resource" in named:
                self.triples.add(Triple(subject, prop, NamedNode(named["resource"])))
            elif "content" in named:
                self._state(element, prop, named["content"])
            else:
                element.states = prop
        self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        element = self._open.pop()
        assert element.tag == tag, f"</{tag}> ends <{element.tag}>"
        if element.states is not None:
            self._state(element, element.states, "".join(element.text))

    def handle_data(self, data: str) -> None:
        self._texts.append(data)
        if self._open[-1].states is not None:
            self._open[-1].text.append(data)

    def _whole(self, iri: str, mappings: str) -> str:
        """The IRI that a reader takes it for (RDFa Core 1.1, section 7.4)."""
        words = mappings.split()
        known = {word[:-1]: whole for word, whole in zip(words[::2], words[1::2], strict=True)}
        prefix, _, rest = iri.partition(":")
        if prefix.lower() in known:
            return known[prefix.lower()] + rest
        assert prefix.lower() not in PREFIXES, f"{iri} is read as a short name"
        return iri

    def _state(self, element: Element, prop: NamedNode, value: str) -> None:
        assert element.subject is not None
        if element.datatype:
            literal = Literal(value, datatype=NamedNode(element.datatype))
        else:
            literal = Literal(value, language=element.language)
        self.triples.add(Triple(element.subject, prop, literal))
