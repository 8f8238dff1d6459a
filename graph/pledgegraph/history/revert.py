"""Taking a change set back, and telling which one a statement came with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from pledgegraph.errors import RevertRefused
from pledgegraph.store.changes import Change, Header, Receipt
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.engine import Engine, Snapshot
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.record import Record
from pledgegraph.store.writer import COMPUTED_BY


def inverse(
    record: Record, *, agent: str, reason: str, about: Collection[NamedNode] = ()
) -> Change:
    """The change that takes the record's change set back, or what it did to some records.

    Raises:
        RevertRefused: rules computed it, and would do so again; or it says nothing of those.
    """
    header = record.header()
    if header.agent == COMPUTED_BY:
        raise RevertRefused(
            f"Change set {record.sequence} was computed by rules from the data.",
            remedy="Revert the change set before it that changed the data.",
        )
    add, remove = (list(_saying(quads, about)) for quads in (record.removed(), record.added()))
    said = {quad.subject for quad in (*add, *remove)}
    if unsaid := [each for each in about if each not in said]:
        raise RevertRefused(
            f"Change set {record.sequence} added and removed nothing that is said of {unsaid[0]}.",
            remedy=f"`pledgegraph show {record.sequence}` lists what it did.",
        )
    return Change(
        agent=agent,
        reason=reason,
        add=add,
        remove=remove,
        sources=tuple(NamedNode(iri) for iri in header.sources),
    )


def _saying(quads: Iterable[Quad], about: Collection[NamedNode]) -> Iterator[Quad]:
    """Those about some records; all, where none is named."""
    return (quad for quad in quads if not about or quad.subject in about)


def refuse_conflicts(
    record: Record,
    snapshot: EmbeddedSnapshot,
    log: ChangesLog,
    *,
    about: Collection[NamedNode] = (),
) -> None:
    """Nothing, where the snapshot still has what the change set did, or did to some records.

    Raises:
        RevertRefused: a later change set did something else to one of its statements.
    """
    for quad in _saying(record.added(), about):
        if quad not in snapshot.store:
            later = _last_with(log, quad, record.sequence, b"D")
            raise RevertRefused(
                f"Change set {later} has removed a statement that change set "
                f"{record.sequence} added: {quad}"
            )
    for quad in _saying(record.removed(), about):
        if quad in snapshot.store:
            later = _last_with(log, quad, record.sequence, b"A")
            raise RevertRefused(
                f"Change set {later} has added a statement again that change set "
                f"{record.sequence} removed: {quad}"
            )


def taken_back(
    engine: Engine, record: Record, data_dir: Path, *, agent: str, reason: str, permit: Permit
) -> Receipt:
    """Take the record's change set back, by another one.

    Raises:
        RevertRefused: rules computed it, or a later one did something else to its statements.
        ValidationFailed: what it would leave breaks a shape.
    """
    change = inverse(record, agent=agent, reason=reason)

    def checked(snapshot: Snapshot) -> Change:
        if not isinstance(snapshot, EmbeddedSnapshot):
            raise TypeError("the snapshot is not one of this data directory")
        refuse_conflicts(record, snapshot, ChangesLog(data_dir / "changes"))
        return change

    return engine.update_from(checked, permit=permit)


@dataclass(frozen=True, slots=True)
class Origin:
    """A statement, and the change set that brought it."""

    statement: str
    header: Header | None
    """None where the log does not say."""


def blame(node: NamedNode, snapshot: EmbeddedSnapshot, log: ChangesLog) -> list[Origin]:
    """Each present statement about the node, with the change set that added it last."""
    wanted = {f"{quad} .\n".encode(): str(quad) for quad in snapshot.about([node])}
    found: dict[bytes, Header] = {}
    for record in log.newest_first():
        if len(found) == len(wanted):
            break
        for line in _lines_about(record, node):
            if line in wanted and line not in found:
                found[line] = record.header()
    return [Origin(text, found.get(line)) for line, text in sorted(wanted.items())]


def _lines_about(record: Record, node: NamedNode) -> Iterator[bytes]:
    start = f"{node} ".encode()
    return (line for line in record.lines(b"A") if line.startswith(start))


def _last_with(log: ChangesLog, quad: Quad, after: int, letter: bytes) -> int:
    """The newest change set that added or removed the quad, after the one given."""
    wanted = f"{quad} .\n".encode()
    for record in log.newest_first():
        if record.sequence <= after:
            break
        if wanted in record.lines(letter):
            return record.sequence
    return after
