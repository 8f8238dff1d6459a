"""How far a remote engine is: the number of the last change set that it has, in its own graph.

It is written by the update that brings the change set, so it is never of another state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pledgegraph.store.remote.connection import Connection

_SUBJECT: Final = "urn:pledgegraph:log"
_SEQUENCE: Final = "urn:pledgegraph:sequence"
_RECORD: Final = "urn:pledgegraph:record"
_LOADING: Final = "urn:pledgegraph:loading"


@dataclass(frozen=True, slots=True)
class State:
    """What a remote engine says of itself."""

    sequence: int | None = None
    """The number of the last change set in it; None before the first, and while it is loaded."""
    record: str = ""
    """The checksum of that change set's record."""
    is_loading: bool = False
    """Whether a change goes in that is too large for one update."""


def read_state(connection: Connection) -> State:
    """What the engine says; nothing is known of one that says nothing.

    Raises:
        RemoteUnavailable: it does not answer.
    """
    graph = connection.dialect.state_graph
    rows = connection.rows(f"SELECT ?p ?o WHERE {{ GRAPH <{graph}> {{ <{_SUBJECT}> ?p ?o }} }}")
    said = {row["p"]["value"]: row["o"]["value"] for row in rows}
    number = said.get(_SEQUENCE, "")
    return State(
        int(number) if number.isdecimal() and _LOADING not in said else None,
        said.get(_RECORD, ""),
        _LOADING in said,
    )


def saying(graph: str, sequence: int, record: str) -> str:
    """The operations by which an update says how far the engine is when it is made."""
    return (
        f"DELETE WHERE {{ GRAPH <{graph}> {{ <{_SUBJECT}> ?p ?o }} }} ;\n"
        f"INSERT DATA {{ GRAPH <{graph}> {{ "
        f'<{_SUBJECT}> <{_SEQUENCE}> "{sequence}" ; <{_RECORD}> "{record}" }} }}'
    )


def loading(graph: str) -> str:
    """The update that says that the engine is not to be read now."""
    return f'INSERT DATA {{ GRAPH <{graph}> {{ <{_SUBJECT}> <{_LOADING}> "true" }} }}'
