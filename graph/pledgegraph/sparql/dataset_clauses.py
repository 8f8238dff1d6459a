"""The dataset that a query names itself, and the merge of its default graphs.

Several FROM clauses make one default graph, the RDF merge of theirs (SPARQL 1.1 Query, section
13.2.1, https://www.w3.org/TR/sparql11-query/#unnamedGraph). The engine (pyoxigraph 0.5.13) puts
them side by side instead, so that what two of them say comes twice. They are merged beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from pledgegraph.sparql.terminals import COMMENT, IRI, STRING

_TOKEN: Final = re.compile(
    rf"""
      (?P<skip> {COMMENT} | {STRING}
        | [?$]\w+ )
    | (?P<iri> {IRI} )
    | (?P<name> [\w.\-]*:(?:[\w.\-:%]|\\.)*+ )
    | (?P<word> [A-Za-z]+ )
    | (?P<open> [({{\[] )
    | (?P<close> [)}}\]] )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class DatasetClauses:
    """What the FROM and FROM NAMED clauses of a query name."""

    default: tuple[NamedNode, ...] = ()
    named: tuple[NamedNode, ...] = ()
    repeats: bool = False
    """Whether one is named twice: the engine would count what it says twice."""

    @property
    def misleads(self) -> bool:
        """True where the engine must be given the graphs, and not read them itself."""
        return self.repeats or len(self.default) > 1


def dataset_clauses(text: str, base: str) -> DatasetClauses:
    """The graphs that a query names, each once; relative IRIs are resolved against ``{base}/``.

    A clause that cannot be read is left out; the engine then says what is wrong with it.
    """
    prologue: list[str] = []
    found: dict[str, list[NamedNode]] = {"FROM": [], "NAMED": []}
    repeats = False
    expected = ""
    label = ""
    for kind, token in _outermost(text):
        if kind == "word":
            expected = token.upper()
        elif kind == "name" and expected == "PREFIX" and token.endswith(":") and not label:
            label = token
        elif expected == "PREFIX" and kind == "iri" and label:
            prologue.append(f"PREFIX {label} {token}")
            expected = label = ""
        elif expected == "BASE" and kind == "iri":
            prologue.append(f"BASE {token}")
            expected = ""
        elif expected in found:
            node = _resolved(prologue, token, base)
            if node is not None and node in found[expected]:
                repeats = True
            elif node is not None:
                found[expected].append(node)
            expected = ""
    return DatasetClauses(tuple(found["FROM"]), tuple(found["NAMED"]), repeats)


def unique(graphs: Iterable[NamedNode]) -> tuple[NamedNode, ...]:
    """Each graph once, in order: a dataset has each once (section 13.2)."""
    return tuple(dict.fromkeys(graphs))


def merged_store(store: Store, default: Sequence[NamedNode], named: Sequence[NamedNode]) -> Store:
    """A store in memory whose default graph is the merge of those graphs; the named ones beside."""
    merged = Store()
    for graph in default:
        merged.extend(
            Quad(quad.subject, quad.predicate, quad.object)
            for quad in store.quads_for_pattern(None, None, None, graph)
        )
    for graph in named:
        merged.extend(store.quads_for_pattern(None, None, None, graph))
    return merged


def _outermost(text: str) -> Iterator[tuple[str, str]]:
    """The words, IRIs and prefixed names of a query that stand in no brackets."""
    depth = 0
    for match in _TOKEN.finditer(text):
        if match["open"]:
            depth += 1
        elif match["close"]:
            depth -= 1
        elif depth == 0 and match.lastgroup in ("iri", "name", "word"):
            yield match.lastgroup, match[0]


def _resolved(prologue: Sequence[str], token: str, base: str) -> NamedNode | None:
    """The IRI that a token stands for; Turtle and SPARQL write declarations and names alike."""
    text = "\n".join((*prologue, f"<urn:s> <urn:p> {token} ."))
    try:
        (quad,) = parse(text, format=RdfFormat.TURTLE, base_iri=f"{base}/")
    except (SyntaxError, ValueError):
        return None
    return quad.object if isinstance(quad.object, NamedNode) else None
