"""SERVICE clauses that another endpoint may answer on its own, and what takes their place.

Only a clause with a constant IRI is found, whose group is asked for as it stands; its solutions
take its place as a VALUES block, which joins as the clause would (SPARQL 1.1 Federated Query,
section 4). The words are looked at here and not parsed; whatever is overlooked is found again by
`pledgegraph.sparql.service_clauses` and refused, and the engine never sees a SERVICE clause.

See https://www.w3.org/TR/sparql11-federated-query/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from pledgegraph.errors import QueryRefused
from pledgegraph.sparql.service_clauses import calls_service
from pledgegraph.sparql.terminals import IRI, OPAQUE, SPACE, VARIABLE

FEDERATION_ADVICE: Final = (
    "Ask the other endpoint yourself and put its answer into a VALUES block, or write "
    "SERVICE <IRI> { ... } with an endpoint that the operator of this service allows."
)

_PROLOGUE: Final = re.compile(
    rf"""(?:{SPACE}(?:BASE{SPACE}{IRI}|PREFIX{SPACE}[^\s:<>\#]*+:{SPACE}{IRI}))*+""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_TOKEN: Final = re.compile(
    rf"""{OPAQUE} | {VARIABLE} | (?P<prefixed>[^\W\d]?[\w.\-]*:(?:[\w.\-:%]|\\.)*+)
      | (?P<word>[^\W\d]\w*+) | (?P<open>\{{) | (?P<close>\}})""",
    re.VERBOSE | re.DOTALL,
)
_CALL: Final = re.compile(
    rf"{SPACE}(?P<silent>SILENT{SPACE})?(?P<iri>{IRI}){SPACE}\{{",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_NAME: Final = re.compile(r"\w+")

Term = NamedNode | BlankNode | Literal | Triple
Rows = Sequence[Mapping[str, Term]]


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """One SERVICE clause."""

    start: int
    end: int
    """Where it stands in the query."""
    endpoint: str
    silent: bool
    query: str
    """What the other endpoint is asked: the group as a query of its own."""
    variables: frozenset[str]
    """Those that the group names."""


def service_calls(text: str, base: str) -> tuple[ServiceCall, ...]:
    """The SERVICE clauses of a query.

    Raises:
        QueryRefused: one of them cannot be answered on its own.
    """
    prologue_match = _PROLOGUE.match(text)
    prologue = f"BASE <{base}/>\n{prologue_match[0] if prologue_match else ''}\n"
    calls: list[ServiceCall] = []
    groups: list[bool] = []
    before = ""
    place = 0
    while token := _TOKEN.search(text, place):
        place = token.end()
        if token["open"]:
            groups.append(before == "EXISTS")
        elif token["close"] and groups:
            groups.pop()
        elif (token["word"] or "").upper() == "SERVICE":
            if any(groups):
                raise QueryRefused(
                    "SERVICE within EXISTS is not offered here, since it would be asked anew for "
                    "each solution.",
                    remedy="Move it out of EXISTS and join with it.",
                )
            calls.append(_call(text, token.start(), place, prologue))
            place = calls[-1].end
        before = (token["word"] or "").upper()
    return tuple(calls)


def _call(text: str, start: int, place: int, prologue: str) -> ServiceCall:
    head = _CALL.match(text, place)
    if head is None or "\\" in head["iri"]:
        raise QueryRefused(
            "SERVICE is offered here with an IRI that is written out, not with a variable or a "
            "prefixed name.",
            remedy=FEDERATION_ADVICE,
        )
    end = _end_of_group(text, head.end())
    group = text[head.end() : end - 1]
    if calls_service(group):
        raise QueryRefused(
            "A SERVICE clause within another is not offered here.", remedy=FEDERATION_ADVICE
        )
    return ServiceCall(
        start,
        end,
        head["iri"][1:-1],
        head["silent"] is not None,
        f"{prologue}SELECT * WHERE {{{group}}}",
        frozenset(match["variable"] for match in _TOKEN.finditer(group) if match["variable"]),
    )


def _end_of_group(text: str, place: int) -> int:
    depth = 1
    while depth and (token := _TOKEN.search(text, place)):
        place = token.end()
        depth += bool(token["open"]) - bool(token["close"])
    if depth:
        raise QueryRefused("A SERVICE clause has no end.", remedy="Close its group with a brace.")
    return place


def with_values(text: str, blocks: Iterable[tuple[ServiceCall, str]]) -> str:
    """The query with a block in the place of each of its calls."""
    pieces: list[str] = []
    place = 0
    for call, block in blocks:
        pieces += (text[place : call.start], " ", block, " ")
        place = call.end
    return "".join([*pieces, text[place:]])


def values_block(call: ServiceCall, columns: Sequence[str], rows: Rows, base: str) -> str:
    """The solutions of a call as a VALUES block.

    A blank node becomes an IRI of ours, since a VALUES block cannot hold one; the same node has
    the same IRI within the block.

    Raises:
        ValueError: a column or a term is none that a query can hold.
    """
    names = [name for name in columns if name in call.variables]
    if not all(_NAME.fullmatch(name) for name in names):
        raise ValueError("a column has a name that no variable can have")
    lines = ["(" + " ".join(_written(row.get(name), base) for name in names) + ")" for row in rows]
    return f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {' '.join(lines)} }}"


def _written(term: Term | None, base: str) -> str:
    """A term as SPARQL has it; made anew, so that it holds nothing that it may not."""
    if term is None:
        return "UNDEF"
    if isinstance(term, NamedNode):
        return str(NamedNode(term.value))
    if isinstance(term, BlankNode):
        return str(NamedNode(f"{base}/.well-known/genid/service-{term.value}"))
    if isinstance(term, Literal):
        if term.language is not None:
            return str(Literal(term.value, language=term.language, direction=term.direction))
        return str(Literal(term.value, datatype=NamedNode(term.datatype.value)))
    raise ValueError("a triple as a term is not taken over")
