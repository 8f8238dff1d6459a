"""Turtle from plain values, subject by subject; ``turtle_format.py`` brings it into order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from turtle_format import canonical

PREFIXES = {
    "actor": "id/actor/",
    "actor-type": "https://w3id.org/pledgegraph/scheme/actor-type#",
    "dcterms": "http://purl.org/dc/terms/",
    "discrepancy": "id/discrepancy/",
    "claim": "id/claim/",
    "grade": "https://w3id.org/pledgegraph/scheme/grade#",
    "m49": "https://w3id.org/pledgegraph/scheme/m49#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pg": "https://w3id.org/pledgegraph/def#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "redistributable": "https://w3id.org/pledgegraph/scheme/redistributable#",
    "schema": "https://schema.org/",
    "sdg": "http://metadata.un.org/sdg/",
    "sdgo": "http://metadata.un.org/sdg/ontology#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "source": "id/source/",
    "wd": "http://www.wikidata.org/entity/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_FORBIDDEN = frozenset(' <>"{}|\\^`' + "".join(map(chr, range(0x20))))


def iri(value: str) -> str:
    """``<value>``.

    Raises:
        ValueError: the value holds a character that an IRI may not have.
    """
    if not value or _FORBIDDEN & set(value):
        raise ValueError(f"not an IRI: {value!r}")
    return f"<{value}>"


def plain(value: str) -> str:
    """A string literal."""
    return f'"{value.translate(_ESCAPES)}"'


def tagged(value: str, language: str) -> str:
    """A literal in a language."""
    return f"{plain(value)}@{language}"


def typed(value: str, datatype: str) -> str:
    """A literal with a datatype, which is given as a prefixed name."""
    return f"{plain(value)}^^{datatype}"


@dataclass(slots=True)
class Document:
    """The statements of one file."""

    head: str
    """What the file's first lines say to people."""
    blocks: list[str] = field(default_factory=list)

    def add(self, subject: str, *pairs: tuple[str, str | Iterable[str]]) -> None:
        """Say something of a subject: (predicate, object or objects), all in Turtle's notation.

        A predicate without objects is left out.
        """
        lines = []
        for predicate, objects in pairs:
            many = [objects] if isinstance(objects, str) else list(objects)
            if many:
                lines.append(f"{predicate} {', '.join(many)}")
        self.blocks.append(f"{subject} {' ; '.join(lines)} .\n")

    def turtle(self) -> str:
        """The file's text in the project's canonical form."""
        head = "".join(f"# {line}\n" for line in self.head.splitlines())
        prefixes = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in sorted(PREFIXES))
        return canonical("\n".join([head, prefixes, *self.blocks]))
