"""The one way in which this project writes Turtle (https://www.w3.org/TR/turtle/).

Subjects: what describes the file (ontology, scheme, source) first, then classes, then properties,
then the rest, each by IRI with numbers in their natural order. Predicates: type, then labels and
definitions, then by name. Objects: IRIs, then literals by language, then blank nodes. One triple a
line. Blank nodes are nested; one that is used twice, or in a ring, has no place and is refused.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

BASE: Final = "http://base.invalid/"
"""Relative IRIs are resolved against this when read, and written without it."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_SH = "http://www.w3.org/ns/shacl#"
_OWL = "http://www.w3.org/2002/07/owl#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_DCTERMS = "http://purl.org/dc/terms/"
_PG = "https://w3id.org/pledgegraph/def#"

_TYPE, _FIRST, _REST, _NIL = (_RDF + name for name in ("type", "first", "rest", "nil"))

_DESCRIBES_THE_FILE: Final = (
    _OWL + "Ontology",
    _SKOS + "ConceptScheme",
    _PG + "Source",
    _PG + "EditorialSource",
    _PG + "ReferenceSource",
)
_SUBJECT_RANKS: Final[dict[str, int]] = {
    **dict.fromkeys(_DESCRIBES_THE_FILE, 0),
    _OWL + "Class": 1,
    _RDFS + "Class": 1,
    _OWL + "ObjectProperty": 2,
    _OWL + "DatatypeProperty": 3,
    _OWL + "AnnotationProperty": 4,
}
_PREDICATE_ORDER: Final = (
    _TYPE,
    _SH + "targetClass",
    _SH + "path",
    _RDFS + "label",
    _SKOS + "prefLabel",
    _SKOS + "altLabel",
    _DCTERMS + "title",
    _SKOS + "definition",
    _DCTERMS + "description",
    _RDFS + "subClassOf",
    _RDFS + "subPropertyOf",
    _RDFS + "domain",
    _RDFS + "range",
)
_PREDICATE_RANKS: Final = {iri: rank for rank, iri in enumerate(_PREDICATE_ORDER)}

_LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_SHORTHAND: Final = {
    _XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    _XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    _XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
    _XSD + "boolean": re.compile(r"true|false"),
}
_WIDTH: Final = 100
_INDENT: Final = "    "

Node = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal


class NotWritable(ValueError):
    """The graph has a blank node that cannot be nested; the message says which and why."""


def natural(text: str) -> tuple[tuple[int, str | int], ...]:
    """A sort key by which ``principle-2`` comes before ``principle-10``."""
    parts = re.split(r"([0-9]+)", text)
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in parts if p)


class _Writer:
    def __init__(self, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> None:
        self.prefixes = prefixes
        self.used: set[str] = set()
        self.reached: set[Node] = set()
        self.about: dict[Node, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self.uses: Counter[BlankNode] = Counter()
        for triple in set(triples):
            subject, object_ = triple.subject, triple.object
            if isinstance(subject, Triple) or isinstance(object_, Triple):
                raise NotWritable("a triple about a triple is not written here; use a named graph")
            self.about[subject][triple.predicate.value].append(object_)
            if isinstance(object_, BlankNode):
                self.uses[object_] += 1
        shared = [node for node, count in self.uses.items() if count > 1]
        if shared:
            raise NotWritable(
                f"{len(shared)} blank node(s) are used more than once; give each an IRI"
            )

    def document(self, head: str) -> str:
        named = [s for s in self.about if isinstance(s, NamedNode)]
        blocks = [self.block(self.iri(s.value), s) for s in sorted(named, key=self.subject_key)]
        loose = [s for s in self.about if isinstance(s, BlankNode) and not self.uses[s]]
        blocks += sorted(self.block("[]", s) for s in loose)
        if len(self.reached) < len(self.about):
            raise NotWritable("some blank nodes refer to each other in a ring; give one an IRI")
        prefixes = "\n".join(
            f"@prefix {name}: <{self.relative(self.prefixes[name])}> ."
            for name in sorted(self.used)
        )
        return "\n\n".join(part for part in (head, prefixes, *blocks) if part) + "\n"

    def subject_key(self, subject: NamedNode) -> tuple[int, object, str]:
        types = self.about[subject].get(_TYPE, [])
        ranks = [_SUBJECT_RANKS.get(t.value, 9) for t in types if isinstance(t, NamedNode)]
        return min(ranks, default=9), natural(subject.value), subject.value

    def block(self, name: str, subject: Node) -> str:
        return f"{name}\n{self.properties(subject, 1)} ."

    def properties(self, subject: Node, depth: int) -> str:
        """The predicates and objects of a subject, ``depth`` steps in, without a final stop."""
        self.reached.add(subject)
        pad = _INDENT * depth
        lines = []
        for predicate in sorted(self.about[subject], key=self.predicate_key):
            objects = sorted(self.about[subject][predicate], key=self.object_key)
            name = "a" if predicate == _TYPE else self.iri(predicate)
            lines.append(pad + name + self.objects(objects, depth, len(pad) + len(name)))
        return " ;\n".join(lines)

    def objects(self, objects: list[Term], depth: int, column: int) -> str:
        blank = sorted(
            self.term(o, depth + 1, column + 1) for o in objects if isinstance(o, BlankNode)
        )
        texts = [
            self.term(o, depth + 1, column + 1) for o in objects if not isinstance(o, BlankNode)
        ]
        texts += blank
        if len(texts) == 1 and not (blank and "\n" in texts[0]):
            return " " + texts[0]
        pad = "\n" + _INDENT * (depth + 1)
        return pad + f" ,{pad}".join(texts)

    def term(self, term: Term, depth: int, column: int) -> str:
        if isinstance(term, NamedNode):
            return self.iri(term.value)
        if isinstance(term, Literal):
            return self.literal(term)
        items = self.list_items(term)
        if items is not None:
            return self.bracketed([self.term(i, depth + 1, column) for i in items], depth, column)
        if term not in self.about:
            return "[]"
        inner = self.properties(term, depth + 1)
        pad = _INDENT * depth
        short = f"[ {inner.strip()} ]"
        if "\n" not in short and column + len(short) < _WIDTH - 2:
            return short
        return f"[\n{inner}\n{pad}]"

    @staticmethod
    def bracketed(texts: list[str], depth: int, column: int) -> str:
        short = f"( {' '.join(texts)} )"
        if "\n" not in short and column + len(short) < _WIDTH - 2:
            return short
        inner = "".join(f"\n{_INDENT * (depth + 1)}{text}" for text in texts)
        return f"({inner}\n{_INDENT * depth})"

    def list_items(self, node: BlankNode) -> list[Term] | None:
        """The members of a well-formed list of nodes that have no other property, else None."""
        items: list[Term] = []
        seen: set[Node] = set()
        current: Term = node
        while isinstance(current, BlankNode):
            about = self.about.get(current, {})
            ends = (about.get(_FIRST, []), about.get(_REST, []))
            if len(about) != len(ends) or any(len(e) != 1 for e in ends) or current in seen:
                return None
            seen.add(current)
            items.append(ends[0][0])
            current = ends[1][0]
        if not isinstance(current, NamedNode) or current.value != _NIL:
            return None
        self.reached |= seen
        return items

    def predicate_key(self, predicate: str) -> tuple[int, object, str]:
        rank = _PREDICATE_RANKS.get(predicate, len(_PREDICATE_RANKS))
        return rank, natural(self.iri(predicate)), predicate

    def object_key(self, term: Term) -> tuple[int, str, object, str, str]:
        """IRIs, literals by language and value; blank nodes last, ordered by their text later."""
        if isinstance(term, NamedNode):
            return 0, "", natural(self.iri(term.value)), term.value, ""
        if isinstance(term, Literal):
            datatype = term.datatype.value
            return 1, term.language or "", natural(term.value), term.value, datatype
        return 2, "", (), "", ""

    def relative(self, iri: str) -> str:
        return iri.removeprefix(BASE)

    def iri(self, iri: str) -> str:
        if iri == _NIL:
            return "()"
        candidates = [
            (len(namespace), name)
            for name, namespace in self.prefixes.items()
            if iri.startswith(namespace) and _LOCAL_NAME.fullmatch(iri[len(namespace) :])
        ]
        if not candidates:
            return f"<{self.relative(iri)}>"
        length, name = max(candidates)
        self.used.add(name)
        return f"{name}:{iri[length:]}"

    def literal(self, literal: Literal) -> str:
        datatype = literal.datatype.value
        pattern = _SHORTHAND.get(datatype)
        if pattern and pattern.fullmatch(literal.value):
            return literal.value
        text = quoted(literal.value)
        if literal.language:
            return f"{text}@{language_tag(literal.language)}"
        return text if datatype == _XSD + "string" else f"{text}^^{self.iri(datatype)}"


def language_tag(tag: str) -> str:
    """The tag in the case that RFC 5646, section 2.1.1, recommends: ``zh-Hans``, ``pt-BR``."""
    first, *rest = tag.lower().split("-")
    cases = {2: str.upper, 4: str.title}
    return "-".join((first, *(cases.get(len(part), str)(part) for part in rest)))


def quoted(text: str) -> str:
    """A Turtle string: with three quotes where it has line ends, so that they show."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r")
    escaped = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", lambda m: f"\\u{ord(m[0]):04X}", escaped)
    if "\n" not in text:
        return '"' + escaped.replace("\t", "\\t") + '"'
    readable = re.sub(r'(?<!")\\"(?!\\"|$)', '"', escaped)
    return f'"""{readable}"""'


def turtle(triples: Iterable[Triple], prefixes: Mapping[str, str], head: str = "") -> str:
    """The graph as canonical Turtle, after the comment lines ``head``.

    Prefixes that nothing uses are left out.

    Raises:
        NotWritable: a blank node has no place of its own.
    """
    return _Writer(triples, prefixes).document(head)
