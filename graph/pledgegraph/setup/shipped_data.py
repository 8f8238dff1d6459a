"""What a new data directory is filled with: the shipped data and the ontology they use."""

from __future__ import annotations

import hashlib
import logging
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from pledgegraph.errors import LogUnavailable
from pledgegraph.ontology.files import ontology_files
from pledgegraph.release import release
from pledgegraph.shipped import shipped
from pledgegraph.store.atomic_files import write_whole
from pledgegraph.store.changes import Receipt
from pledgegraph.store.directory import DataDirectory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log_address import StreamAddress
from pledgegraph.writes.loading import SourceFile, change_from_files

if TYPE_CHECKING:
    from pledgegraph.store.replication.stream import Stream

AGENT: Final = "Pledgegraph"
_WRITTEN: Final = re.compile(r"sha256:[0-9a-f]{64}\n")
_SHORT: Final = 1.0
"""Seconds that a start waits for a log that does not answer, where it can do without."""
_log = logging.getLogger(__name__)


def shipped_files(base: str) -> list[SourceFile]:
    """Every shipped file with the source that it is.

    The ontology, the schemes and the shapes are one source, which ``data/ontology.ttl``
    describes; each file under ``data/`` describes its own.
    """
    its_source = NamedNode(f"{base}/id/source/ontology")
    return [
        *(SourceFile(path) for path in sorted(shipped("data").rglob("*.ttl"))),
        *(SourceFile(path, its_source) for path in ontology_files()),
    ]


def bring_up_to_date(engine: EmbeddedEngine) -> Receipt:
    """Bring the data directory to what this release ships, once.

    When it has been given the same files before, nothing is read, so that a steward's later
    changes to shipped sources stay until the next release. Sources that somebody else loaded
    are left alone in any case. Nodes of a shared log are one in this: what one of them was given
    all have, so the log keeps the mark as well.

    Raises:
        ValidationFailed, DirectoryLocked, StorageFull: as `EmbeddedEngine.update`.
        LogUnavailable: whether another node was given them cannot be told, or cannot be marked.
    """
    directory = engine.directory
    files = shipped_files(directory.base)
    seal = _seal(files)
    if directory.shipped.exists() and _told(directory.shipped) == seal:
        _mark_late(directory, seal)
        with engine.snapshot() as snapshot:
            return Receipt(snapshot.sequence, 0, 0)
    if _is_marked(directory, seal):
        write_whole(directory.shipped, seal)
        return Receipt(engine.settle(), 0, 0)
    before = engine.settle()
    receipt = engine.update(
        change_from_files(
            files,
            base=directory.base,
            agent=AGENT,
            reason=f"The data and the ontology that release {release()} ships.",
        )
    )
    if before or receipt.sequence == before:
        # What follows from few changes was computed for these only; the rules may be others.
        receipt = replace(receipt, sequence=engine.recompute())
    if directory.log is not None:
        with _stream(directory.log) as stream:
            stream.mark(_mark(seal))
    write_whole(directory.shipped, seal)
    return receipt


def _is_marked(directory: DataDirectory, seal: str) -> bool:
    """Whether another node of the shared log was given what this release ships."""
    if directory.log is None:
        return False
    with _stream(directory.log) as stream:
        return stream.is_marked(_mark(seal))


def _mark_late(directory: DataDirectory, seal: str) -> None:
    """Mark a log that an earlier release filled, which left no mark; or at the next start."""
    if directory.log is None:
        return
    with suppress(LogUnavailable), _stream(directory.log, patience=_SHORT) as stream:
        if not stream.is_marked(_mark(seal)):
            stream.mark(_mark(seal))


def _stream(address: StreamAddress, *, patience: float | None = None) -> Stream:
    # Nobody without a shared log needs it.
    from pledgegraph.store.replication import stream  # noqa: PLC0415

    return stream.Stream(address, patience=stream.PATIENCE if patience is None else patience)


def _mark(seal: str) -> str:
    return f"shipped-{seal.strip()}"


def _told(path: Path) -> str:
    """What a file says that was written with a seal; the log tells of one that is damaged."""
    text = path.read_text(encoding="ascii", errors="replace")
    if _WRITTEN.fullmatch(text) is None:
        _log.warning("The file `shipped` of the data directory is damaged and written anew.")
    return text


def _seal(files: list[SourceFile]) -> str:
    """A line that differs when a shipped file does."""
    digest = hashlib.sha256()
    for each in files:
        digest.update(f"{each.source} {each.path.name} {each.path.stat().st_size}\n".encode())
        digest.update(each.path.read_bytes())
    for rule in sorted((shipped("ontology") / "rules").glob("*.rq")):
        digest.update(rule.read_bytes())
    return f"sha256:{digest.hexdigest()}\n"
