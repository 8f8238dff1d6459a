"""The words that the Service Description has of its own: the limits of the service.

The W3C's vocabulary has none for them, and the ontology is about commitments. They are fragments
of the endpoint's address, so that each leads to the description, which defines it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from pledgegraph.namespaces import RDF, RDFS, XSD
from pledgegraph.settings import Settings
from pledgegraph.store import DEEPEST_QUERY


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: its name in the description, what it means, and how it is found."""

    name: str
    label: str
    comment: str
    value: Callable[[Settings], float | int]


LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "queryTimeout",
        "query timeout",
        "The most seconds that a query may take, from its start to the last byte of its answer.",
        lambda settings: settings.query_timeout,
    ),
    Limit(
        "queryMemory",
        "query memory",
        "The most bytes of memory that a query may use.",
        lambda settings: settings.query_memory,
    ),
    Limit(
        "answerRows",
        "answer rows",
        "The most rows, or statements of a graph, of an answer; a longer one is cut.",
        lambda settings: settings.max_rows,
    ),
    Limit(
        "answerLength",
        "answer length",
        "The bytes after which an answer is cut, at the next row or statement.",
        lambda settings: settings.max_answer_bytes,
    ),
    Limit(
        "queryLength",
        "query length",
        "The most bytes that the text of a query may have, in UTF-8.",
        lambda settings: settings.max_query_bytes,
    ),
    Limit(
        "queryDepth",
        "query depth",
        "The deepest that the brackets of a query may nest.",
        lambda _: DEEPEST_QUERY,
    ),
    Limit(
        "concurrentQueries",
        "concurrent queries",
        "The most queries that are evaluated at the same time, for all clients together.",
        lambda settings: settings.query_workers,
    ),
    Limit(
        "waitingQueries",
        "waiting queries",
        "The most queries that wait for their turn; a further one gets the status 503.",
        lambda settings: settings.query_queue,
    ),
    Limit(
        "clientSeconds",
        "client seconds",
        "The most seconds of query time that one client may use a minute; 0 for no bound.",
        lambda settings: settings.budget_seconds,
    ),
    Limit(
        "clientErrors",
        "client errors",
        "The most queries of one client that may fail a minute; 0 for no bound.",
        lambda settings: settings.budget_errors,
    ),
    Limit(
        "stallTimeout",
        "stall timeout",
        "The most seconds that a client may take nothing of an answer before it is cut off.",
        lambda settings: settings.stall_timeout,
    ),
)
"""What bounds queries."""
UPDATE_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "updateLength",
        "update length",
        "The most bytes that the text of an update may have, in UTF-8.",
        lambda settings: settings.max_update_bytes,
    ),
    Limit(
        "updateDepth",
        "update depth",
        "The deepest that the brackets of an update may nest.",
        lambda _: DEEPEST_QUERY,
    ),
    Limit(
        "updateTimeout",
        "update timeout",
        "The most seconds that an update may take until it is made; later, nothing is changed.",
        lambda settings: settings.write_timeout,
    ),
    Limit(
        "updateMemory",
        "update memory",
        "The most bytes of memory that working an update out may use.",
        lambda settings: settings.write_memory,
    ),
    Limit(
        "changedStatements",
        "changed statements",
        "The most statements that an update may add and remove, both together.",
        lambda settings: settings.max_change_quads,
    ),
)
"""What bounds updates."""


def limits_of(
    service: NamedNode, endpoint: str, settings: Settings, limits: Iterable[Limit] = LIMITS
) -> Iterator[Triple]:
    """The limits of a service as statements, and what their properties mean."""
    for limit in limits:
        term = NamedNode(f"{endpoint}#{limit.name}")
        yield Triple(service, term, _number(limit.value(settings)))
        yield Triple(term, RDF.type, RDF.Property)
        yield Triple(term, RDFS.label, Literal(limit.label, language="en"))
        yield Triple(term, RDFS.comment, Literal(limit.comment, language="en"))
        yield Triple(term, RDFS.range, _number(limit.value(settings)).datatype)
        yield Triple(term, RDFS.isDefinedBy, NamedNode(endpoint))


def _number(number: float | int) -> Literal:
    """A whole number as an integer, another as a decimal, which has a point and no exponent."""
    if isinstance(number, int):
        return Literal(str(number), datatype=XSD.integer)
    return Literal(f"{Decimal(repr(number)):f}", datatype=XSD.decimal)
