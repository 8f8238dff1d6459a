"""The one place where queries are put right before the engine sees them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pledgegraph.sparql.mending.bindings import Bindings
from pledgegraph.sparql.mending.hiding import with_own_names
from pledgegraph.sparql.mending.queries import Reader
from pledgegraph.sparql.mending.rendering import Dataset, Scope
from pledgegraph.sparql.mending.scoping import Scoping
from pledgegraph.sparql.mending.tree import Node, Select, Unreadable
from pledgegraph.sparql.mending.triples import Triples
from pledgegraph.sparql.mending.values import Values
from pledgegraph.sparql.terminals import IRI, OPAQUE, SPACE, STRING

_RISK: Final = re.compile(
    rf"""(?P<call> (?:{IRI} | (?<![\w\-.?$])[\w\-.]*:[\w\-.:%]*) {SPACE} \( )
    | {OPAQUE}
    | \b(?:SELECT|COUNT) {SPACE} \(? {SPACE} (?:(?:DISTINCT|REDUCED) {SPACE})? \*
    | [?$]\w+ | (?<![\w\-.])[\w\-.]*:[\w\-.:%]*
    | (?P<risk> [|&+*!<>\-/] | [?](?!\w)
      | = {SPACE} (?: [?$0-9(.] | {STRING} {SPACE} (?: \^\^ | \)*+ {SPACE} (?:AS\b|,) ) )
      | \bIN {SPACE} \( {SPACE} (?: \) | [^()]* (?: (?<![\w:]) [0-9?$] | ["'] ) )
      | \b(?:IF|STRDT|SUM|AVG|MIN|MAX|GROUP_CONCAT|REGEX|REPLACE|DATATYPE|ABS|CEIL|FLOOR|ROUND
          |ISNUMERIC) {SPACE} \(
      | \bHAVING\b
      | \bBNODE {SPACE} \( {SPACE} (?!\))
      | \bORDER {SPACE} BY\b
      | \bCOUNT {SPACE} \( {SPACE} (?:DISTINCT\b)? {SPACE} \(*+ {SPACE} [^*?$\s(]
      | \bFILTER {SPACE} (?:\( {SPACE})?+
        (?: [?$]\w+ {SPACE} \) | \( | ["'0-9]
          | \b(?:COALESCE|CONCAT|SUBSTR|[UL]CASE|STRBEFORE|STRAFTER|STRLANG|STRLANGDIR|STRDT)\b )
      | \bGRAPH {SPACE} [?$]
      | \b(?:MINUS|EXISTS)\b
      | \bOPTIONAL {SPACE} \{{ (?: {OPAQUE} | (?!\bBIND\b) [^{{}}] )*+ [{{B]
    )""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_SIGN: Final = re.compile(r"[|*+!]|[?](?!\w)|graph|order|minus|optional|exists", re.IGNORECASE)
"""What a risky text without parentheses has, at least."""

_GRAPH: Final = re.compile(r"\bGRAPH\b", re.IGNORECASE)
_LOOSE: Final = re.compile(r"\b(?:ASK|CONSTRUCT|DESCRIBE|SELECT|VALUES|GRAPH)\b", re.IGNORECASE)


class Mender(Values, Triples, Scoping):
    """Puts a tree right, with all that is known of the engine's faults."""

    def __init__(self, reader: Reader, dataset: Dataset, base: str) -> None:
        super().__init__(reader, dataset)
        self.base = base
        self.bindings = Bindings(self.text)
        self.kinds = {
            "aggregate": self.aggregate,
            "binary": self.binary,
            "block": self.block,
            "brackets": self.brackets,
            "call": self.call,
            "exists": self.exists,
            "filter": self.filter,
            "form": self.select,
            "graph": self.graph,
            "group": self.group,
            "in": self.in_list,
            "number": self.number,
            "order": self.order,
            "select": self.select,
            "unary": self.unary,
        }


def is_risky(text: str) -> bool:
    """Whether a text has any of the signs and words that the engine may get wrong."""
    if "(" not in text and not _SIGN.search(text):
        return False
    if any(match["risk"] or match["call"] for match in _RISK.finditer(text)):
        return True
    return bool(_GRAPH.search(text)) and len(_LOOSE.findall(text)) > 1


def mended_query(
    text: str, dataset: Dataset, base: str, parameters: Mapping[str, str] | None = None
) -> str:
    """A query that the engine answers as the given one should be answered.

    Raises:
        Unreadable: it is no query, or cannot be read surely.
        QueryRefused: its right answer cannot be had from the engine.
    """
    reader = Reader(text)
    tree = reader.query()
    if not isinstance(tree, Select):
        raise TypeError(tree.kind)
    apart = with_own_names(text, tree)
    if apart != text:
        return mended_query(apart, dataset, base, parameters)
    tree.name = "outermost"
    scope = Scope(parameters=parameters or {})
    return Mender(reader, dataset, base).whole(tree, scope)


def mended_operation(text: str, dataset: Dataset, base: str) -> str:
    """An operation of an update with its prologue, its pattern put right."""
    reader = Reader(text)
    pattern: Node | None = reader.operation()
    if pattern is None:
        return text
    apart = with_own_names(text, pattern)
    if apart != text:
        return mended_operation(apart, dataset, base)
    mender = Mender(reader, dataset, base)
    if reader.named is not None:
        mender.dataset = _Named(tuple(dict.fromkeys(map(mender.resolved, reader.named))))
    return mender.whole(pattern, Scope())


@dataclass(frozen=True, slots=True)
class _Named:
    """The dataset of an operation with USING."""

    graphs: tuple[str, ...]

    def named(self) -> Sequence[str]:
        return self.graphs

    def holds(self, term: str) -> bool:  # noqa: ARG002 -- it is not known
        return False


__all__ = ["Unreadable", "is_risky", "mended_operation", "mended_query"]
