"""Dumps: the whole of a snapshot in files, each whole or not there, for whoever wants all of it.

dumps/N/pledgegraph-N.nq.gz      sorted canonical N-Quads: its SHA-256, unpacked, is the hash
dumps/N/pledgegraph-N.trig.gz    the same in TriG
dumps/N/pledgegraph-N.jsonld.gz  the same in JSON-LD
dumps/N/*.sha256                 of each file, as `sha256sum --check` reads it
dumps/N/dump.json                what is there, written last
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyoxigraph
from filelock import FileLock, Timeout
from pyoxigraph import RdfFormat

from pledgegraph.errors import DirectoryReadOnly, StorageFull
from pledgegraph.history.canonical import canonical_quads
from pledgegraph.history.dumps import Dump, DumpFile, Dumps, as_json, checksum_line
from pledgegraph.media_types import JSON_LD, N_QUADS, TRIG, Format
from pledgegraph.rdf.external_sort import MEMORY, LineSorter
from pledgegraph.results.graphs import write_graph
from pledgegraph.store.atomic_files import publish_folder, sealed
from pledgegraph.store.directory import DataDirectory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.log.changes_log import DISK_REFUSES

_LEVEL: Final = 6
_LINES_AT_ONCE: Final = 5_000


def make_dump(engine: EmbeddedEngine, *, keep: int, memory: int = MEMORY) -> Dump | None:
    """Dump the newest snapshot, unless there is its dump already, and remove all but ``keep``.

    None when another process is at it. Snapshots that come and go meanwhile are passed over.

    Raises:
        StorageFull: the disk refused; the earlier dumps are still there.
        NotCanonical: there are blank nodes, and too many quads to name them.
        DirectoryReadOnly: nothing can be written there.
    """
    folder = engine.directory.dumps
    try:
        folder.mkdir(exist_ok=True)
        with FileLock(folder / "lock", timeout=0), engine.snapshot() as snapshot:
            dumps = Dumps(folder)
            found = dumps.of(snapshot.sequence)
            if found is None:
                _sweep(folder, keep - 1, dumps)
                found = _write(engine.directory, snapshot, memory)
            _sweep(folder, keep, dumps)
            return found
    except Timeout:
        return None
    except OSError as error:
        if error.errno in DISK_REFUSES or "No space left" in str(error):
            raise StorageFull("The disk is full: no dump was made.") from error
        raise DirectoryReadOnly("The dumps of the data directory cannot be written.") from error


def _write(directory: DataDirectory, snapshot: EmbeddedSnapshot, memory: int) -> Dump:
    final = directory.dumps / str(snapshot.sequence)
    partial = directory.dumps / f".{snapshot.sequence}.partial"
    for leftover in (partial, final):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir()
    try:
        name = f"pledgegraph-{snapshot.sequence}"
        spool = partial / "spool"
        with LineSorter(memory=memory, folder=partial) as sorter:
            with spool.open("wb") as file:
                both = cast("BinaryIO", _Tee(file, sorter))
                pyoxigraph.serialize(canonical_quads(snapshot), both, format=RdfFormat.N_QUADS)
            digest = hashlib.sha256()
            quads = 0
            with _packed(partial / f"{name}.nq.gz") as output:
                lines = sorter.lines()
                while piece := list(islice(lines, _LINES_AT_ONCE)):
                    quads += len(piece)
                    text = b"".join(piece)
                    digest.update(text)
                    output.write(text)
        files = [_described(partial, f"{name}.nq.gz", N_QUADS)]
        for form in (TRIG, JSON_LD):
            # To read the spool takes a fifth of the time that the store takes once more.
            rows = pyoxigraph.parse(path=spool, format=RdfFormat.N_QUADS)
            with _packed(partial / f"{name}.{form.extension}.gz") as output:
                write_graph(rows, output, form)
            files.append(_described(partial, f"{name}.{form.extension}.gz", form))
        spool.unlink()
        made = Dump(snapshot.sequence, datetime.now(UTC), quads, digest.hexdigest(), tuple(files))
        (partial / "dump.json").write_text(sealed(as_json(made)), encoding="utf-8")
        publish_folder(partial, final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return made


class _Tee:
    """A file whose text goes to two."""

    def __init__(self, one: BinaryIO, two: LineSorter) -> None:
        self._writes: tuple[Callable[[bytes], int], ...] = (one.write, two.write)

    def write(self, data: bytes) -> int:
        for write in self._writes:
            write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing: both are flushed when they are closed."""


@contextmanager
def _packed(path: Path) -> Iterator[BinaryIO]:
    """A compressed file with the same bytes for the same content: no name, no time."""
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed,
    ):
        yield cast("BinaryIO", packed)


def _described(folder: Path, name: str, form: Format) -> DumpFile:
    """What there is to say of a file; writes its checksum beside it."""
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    described = DumpFile(name, form.name, path.stat().st_size, digest)
    (folder / f"{name}.sha256").write_text(checksum_line(described), encoding="ascii")
    return described


def _sweep(folder: Path, keep: int, dumps: Dumps) -> None:
    """Remove the older dumps, those that are not whole, and what a dead process left."""
    for partial in folder.glob(".*.partial"):
        shutil.rmtree(partial, ignore_errors=True)
    gone = [dump.sequence for dump in dumps.newest_first()[max(keep, 1) :]]
    for sequence in (*gone, *dumps.damaged()):
        shutil.rmtree(folder / str(sequence), ignore_errors=True)
