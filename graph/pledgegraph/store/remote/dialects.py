"""What differs from engine to engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

STATE: Final = "urn:pledgegraph:engine-state"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine is spoken to."""

    name: str
    title: str
    state_graph: str
    """The graph in which the sequence number stands."""
    digest: bool
    """Whether passwords are sent as a digest (RFC 7616), not as they are."""
    union: str
    """A graph in which we keep the union of all; empty where the engine has it by itself."""
    most_statements: int
    """The most that one update may add and remove; beyond it the change is sent in pieces."""
    reads_a_state: bool
    """Whether an answer is of the state at which it began, whatever is written meanwhile."""
    stops: bool
    """Whether it gives up a query when whoever asked has gone."""

    atomic: bool = True
    """Whether an update request is made whole or not at all; if not, readers are told to wait."""
    differs: tuple[str, ...] = ()
    """In which answers it differs from the embedded engine, in sentences."""
    own: tuple[str, ...] = ()
    """How the names of graphs begin that the engine has for itself."""

    def lacks(self) -> tuple[str, ...]:
        """What a service cannot offer that answers from the engine, in sentences."""
        found = [
            "There are no earlier versions: `?version=` and Accept-Datetime are refused.",
            "Queries are not explained.",
        ]
        if not self.stops:
            found.append(
                "A query whose client has left goes on in the engine until it is done or has "
                "taken as long as a query may."
            )
        return (*found, *self.differs)

    def is_own(self, graph: str) -> bool:
        """Whether a graph is none of the data."""
        return graph == self.state_graph or graph.startswith(self.own)

    def parameters(self, seconds: float) -> Mapping[str, str]:
        """What a query says beside its text: the longest that it may take."""
        if self.name == "fuseki":
            return {"timeout": f"{seconds:g}"}
        if self.name == "virtuoso":
            return {"timeout": str(max(1000, int(seconds * 1000)))}
        return {}


FUSEKI: Final = Dialect(
    "fuseki",
    "Apache Jena Fuseki",
    # The default graph itself, of which the union of the named graphs has nothing.
    state_graph="urn:x-arq:DefaultGraph",
    digest=False,
    union="",
    most_statements=1_000_000,
    reads_a_state=True,
    stops=False,
    differs=("A decimal number without a fraction is written with one: 10.0 for 10.",),
)
VIRTUOSO: Final = Dialect(
    "virtuoso",
    "OpenLink Virtuoso",
    state_graph=STATE,
    digest=True,
    union="urn:pledgegraph:union",
    most_statements=1000,
    reads_a_state=True,
    stops=False,
    atomic=False,
    own=(
        "http://www.openlinksw.com/",
        "http://localhost:8890/",
        "http://localuriqaserver/",
        "http://www.w3.org/2002/07/owl#",
        "http://www.w3.org/ns/ldp#",
        "urn:activitystreams",
        "urn:virtuoso:",
        "virtrdf-label",
        "urn:rules.",
        "b3s",
        "b3i",
        "dbprdf-label",
        "facets",
    ),
)
GENERIC: Final = Dialect(
    "generic",
    "an engine with the SPARQL 1.1 Protocol",
    state_graph=STATE,
    digest=False,
    union="",
    most_statements=10_000,
    reads_a_state=False,
    stops=False,
    differs=(
        "The default graph is whatever the engine has for one: it must be set to the union of all.",
        f"The graph {STATE} is among the named graphs.",
    ),
)
_ALL: Final = {each.name: each for each in (FUSEKI, VIRTUOSO, GENERIC)}


def dialect_named(name: str) -> Dialect:
    """The dialect of that name."""
    return _ALL[name]
