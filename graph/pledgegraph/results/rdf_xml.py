"""RDF/XML, one element for each statement.

The engine's own takes any IRI for the name of an element, and so writes what no XML parser reads.
Here a property is split where its end is an XML name that parsers know; one that has no such end
cannot be written, and neither can what RDF/XML 1.1 has no place for.

See https://www.w3.org/TR/rdf-syntax-grammar/ and https://www.w3.org/TR/xml-names/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import BinaryIO, Final
from xml.parsers import expat

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from pledgegraph.errors import TermUnwritable
from pledgegraph.media_types import RDF_XML
from pledgegraph.namespaces import RDF, XSD

_PIECE: Final = 8192
"""Characters that are gathered before they are written."""
_SYNTAX: Final = frozenset(
    RDF[name].value
    for name in (
        *("RDF", "ID", "about", "bagID", "parseType", "resource", "nodeID", "datatype", "li"),
        *("aboutEach", "aboutEachPrefix", "Description"),
    )
)
"""Words of RDF/XML itself, which it allows for no property."""
_RESERVED: Final = frozenset(
    ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")
)
"""Namespaces that no prefix of ours may stand for."""
_TAIL: Final = re.compile(r"[^\x00-,/:-@\[-^`{-\x7f]*\Z")
_LABEL: Final = re.compile(r"[\w.-]+", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z_][-.\w]*", re.ASCII)

Term = NamedNode | BlankNode | Literal | Triple


def write_rdf_xml(
    statements: Iterable[Triple] | Iterable[Quad], output: BinaryIO, prefixes: Mapping[str, str]
) -> None:
    """Write the statements to ``output`` as they come, without the graphs that they stand in.

    Raises:
        TermUnwritable: RDF/XML has no way to write one of them.
    """
    writer = _Writer(output, prefixes)
    for each in statements:
        writer.state(each.subject, each.predicate, each.object)
    writer.end()


class _Writer:
    def __init__(self, output: BinaryIO, prefixes: Mapping[str, str]) -> None:
        self._output = output
        self._prefixes = {namespace: name for name, namespace in prefixes.items()}
        self._prefixes[RDF.iri] = "rdf"
        self._open: Term | None = None
        self._names: dict[str, tuple[str, str]] = {}
        declared = "".join(
            f' xmlns:{name}="{escape(namespace)}"' for namespace, name in self._prefixes.items()
        )
        self._held = [f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declared}>']
        self._length = 0

    def state(self, subject: Term, prop: NamedNode, value: Term) -> None:
        """Write one statement; those on the same subject share its element."""
        element = self._element(prop, value)
        if subject != self._open:
            start = f"\n\t<rdf:Description {_reference(subject, 'about')}>"
            self._close()
            self._put(start)
            self._open = subject
        self._put(element)

    def end(self) -> None:
        """Write what is left."""
        self._close()
        self._put("\n</rdf:RDF>\n")
        self._flush()

    def _element(self, prop: NamedNode, value: Term) -> str:
        name, start = self._names.get(prop.value) or self._name(prop.value)
        if not isinstance(value, Literal):
            return f"\n\t\t<{start} {_reference(value, 'resource')}/>"
        if value.direction is not None:
            raise _unwritable(f"the text {value} with its direction")
        if value.language is not None:
            start += f' xml:lang="{escape(value.language)}"'
        elif value.datatype != XSD.string:
            start += f' rdf:datatype="{escape(value.datatype.value)}"'
        return f"\n\t\t<{start}>{escape(value.value, quote=False)}</{name}>"

    def _name(self, iri: str) -> tuple[str, str]:
        """The name of the element of a property, alone and with what declares its prefix."""
        namespace, local = _split(iri)
        prefix = self._prefixes.get(namespace)
        name = f"{prefix or 'ns'}:{local}"
        start = name if prefix else f'{name} xmlns:ns="{escape(namespace)}"'
        self._names[iri] = name, start
        return name, start

    def _close(self) -> None:
        if self._open is not None:
            self._put("\n\t</rdf:Description>")

    def _put(self, text: str) -> None:
        self._held.append(text)
        self._length += len(text)
        if self._length >= _PIECE:
            self._flush()

    def _flush(self) -> None:
        self._output.write("".join(self._held).encode())
        self._held.clear()
        self._length = 0


def _reference(node: Term, attribute: str) -> str:
    """The attribute that names a node: ``rdf:about`` or ``rdf:resource``, or ``rdf:nodeID``."""
    if isinstance(node, NamedNode):
        return f'rdf:{attribute}="{escape(node.value)}"'
    if isinstance(node, BlankNode):
        # Labels may begin with a digit, which no XML name does; none begins with a dash.
        label = node.value if _LABEL.fullmatch(node.value) else f"-{node.value.encode().hex()}"
        return f'rdf:nodeID="_{label}"'
    raise _unwritable(f"the triple term {node}" if isinstance(node, Triple) else f"a text, {node}")


def _split(iri: str) -> tuple[str, str]:
    """A namespace, and an XML name that comes after it in the IRI."""
    if iri in _SYNTAX:
        raise _unwritable(f"the property <{iri}>, which is a word of its own syntax")
    tail = _TAIL.search(iri)
    for start in range(tail.start() if tail else len(iri), len(iri)):
        namespace, local = iri[:start], iri[start:]
        if namespace and namespace not in _RESERVED and _is_name(local):
            return namespace, local
    raise _unwritable(f"the property <{iri}>, which does not end with an XML name")


def _is_name(text: str) -> bool:
    """Whether parsers take it for the name of an element: not all know the newer letters."""
    if text.isascii():
        return _NAME.fullmatch(text) is not None
    try:
        expat.ParserCreate().Parse(f"<{text}/>", True)  # noqa: FBT003 -- it has no name for it
    except expat.ExpatError:
        return False
    return True


def _unwritable(what: str) -> TermUnwritable:
    return TermUnwritable(f"{RDF_XML.title} cannot write {what}.")
