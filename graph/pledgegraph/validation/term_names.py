"""Terms as people read them: prefixed names, and our own IRIs without their base."""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.namespaces import PREFIXES, SCHEME

_IRI: Final = re.compile(r"<([^<>\s]*)>")
_LITERAL: Final = re.compile(r'("(?:[^"\\]|\\.)*")(.*)', re.DOTALL)
_LOCAL: Final = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_CONCEPT: Final = re.compile(rf"{SCHEME}([a-z0-9-]+)#([A-Za-z0-9_-]+)", re.ASCII)
_LONGEST: Final = 240


def readable(text: str, base: str | None = None) -> str:
    """A term in N-Triples syntax, or a property path, with its IRIs shortened.

    An IRI gets its prefix where `pledgegraph.namespaces.PREFIXES` has one, and loses ``base``
    where it begins with it: ``<id/actor/dane>``. A concept gets the name of its scheme, as in
    ``status:completed``. What stands in quotes is left alone, but
    cut when it is very long; what a terminal could take for a command is escaped.
    """
    literal = _LITERAL.fullmatch(text)
    if literal is None:
        return _printable(_shorten(text, base))
    quoted, rest = literal.groups()
    if len(quoted) > _LONGEST:
        quoted = f'{quoted[:_LONGEST]}…"'
    return _printable(quoted) + _printable(_shorten(rest, base))


def _shorten(text: str, base: str | None) -> str:
    return _IRI.sub(lambda found: _short_iri(found[1], base), text)


def _short_iri(iri: str, base: str | None) -> str:
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
            return f"{prefix}:{iri[len(namespace) :]}"
    concept = _CONCEPT.fullmatch(iri)
    if concept is not None:
        return f"{concept[1]}:{concept[2]}"
    if base is not None and iri.startswith(base.rstrip("/") + "/"):
        return f"<{iri[len(base.rstrip('/')) + 1 :]}>"
    return f"<{iri}>"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in text)
