"""Literals in a query or an update that are none, and that the engine takes for some."""

from __future__ import annotations

import re
from typing import Final

from pyoxigraph import Literal

from pledgegraph.datatypes import DERIVED_INTEGERS, why_no_literal
from pledgegraph.namespaces import RDF, XSD, Vocabulary
from pledgegraph.sparql.terminals import OPAQUE, SPACE, STRING

_NUMBERS: Final = "|".join(["double", "float", *sorted(DERIVED_INTEGERS)])
_TEXTS: Final = ("langString", "dirLangString")
_TYPE: Final = (
    rf"(?:<{re.escape(XSD.iri)}(?=(?:{_NUMBERS})>)|<{re.escape(RDF.iri)}(?=(?:{'|'.join(_TEXTS)})>)"
    rf"|(?P<prefix>[\w.\-]*):)(?P<type>{_NUMBERS}|{'|'.join(_TEXTS)})(?![\w\-])"
)
_SUSPECT: Final = re.compile(rf"\^\^\s*{_TYPE}")
_TYPED: Final = re.compile(
    rf"(?P<string>{STRING}) {SPACE} \^\^ {SPACE} {_TYPE} | {OPAQUE}",
    re.VERBOSE | re.DOTALL,
)


def valueless_literal(text: str) -> str | None:
    """What is wrong with the first of them, and where; None where there is none."""
    if not _SUSPECT.search(text):
        return None
    for match in _TYPED.finditer(text):
        name = match["type"]
        vocabulary = RDF if name in _TEXTS else XSD
        if name is None or not _is_declared(match["prefix"], vocabulary, text):
            continue
        found = why_no_literal(Literal(match["string"].strip("\"'"), datatype=vocabulary[name]))
        if found is not None:
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            return f"{found} (line {line}, column {column})."
    return None


def _is_declared(prefix: str | None, vocabulary: Vocabulary, text: str) -> bool:
    """Whether a prefix stands for a vocabulary; None is that of an IRI in full."""
    if prefix is None:
        return True
    declared = rf"PREFIX\s+{re.escape(prefix)}:\s*<{re.escape(vocabulary.iri)}>"
    return re.search(declared, text, re.IGNORECASE) is not None
