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
    most_statements: int
    """The most that one update may add and remove; beyond it the change is sent in pieces."""
    reads_a_state: bool
    """Whether an answer is of the state at which it began, whatever is written meanwhile."""
    stops: bool
    """Whether it gives up a query when whoever asked has gone."""

    differs: tuple[str, ...] = ()
    """In which answers it differs from the embedded engine, in sentences."""

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

    def parameters(self, seconds: float) -> Mapping[str, str]:
        """What a query says beside its text: the longest that it may take."""
        if self.name == "fuseki":
            return {"timeout": f"{seconds:g}"}
        return {}


FUSEKI: Final = Dialect(
    "fuseki",
    "Apache Jena Fuseki",
    # The default graph itself, of which the union of the named graphs has nothing.
    state_graph="urn:x-arq:DefaultGraph",
    most_statements=1_000_000,
    reads_a_state=True,
    stops=False,
    differs=("A decimal number without a fraction is written with one: 10.0 for 10.",),
)
GENERIC: Final = Dialect(
    "generic",
    "an engine with the SPARQL 1.1 Protocol",
    state_graph=STATE,
    most_statements=10_000,
    reads_a_state=False,
    stops=False,
    differs=(
        "The default graph is whatever the engine has for one: it must be set to the union of all.",
        f"The graph {STATE} is among the named graphs.",
    ),
)
_ALL: Final = {each.name: each for each in (FUSEKI, GENERIC)}


def dialect_named(name: str) -> Dialect:
    """The dialect of that name."""
    return _ALL[name]
