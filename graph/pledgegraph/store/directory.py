"""The data directory: what lies where, for which base IRI, in which format.

pledgegraph.json   format, base IRI, whether changes pass the gate
changes/           the changes log: the truth
primary/           the writer's store
snapshots/N/       a store as change set N left it; readers open these
current            the number of the newest snapshot
past/N/            snapshot N again, made when somebody asked for it
dumps/N/           snapshot N as files for download
position.json      how far a node has copied a shared log; see `pledgegraph.store.replication`
keys.sqlite        which change was made with which key; see `pledgegraph.store.log.idempotency`
lock               held by whoever writes
remote.lock        held by who reads a remote engine; see `pledgegraph.store.remote`
tokens.json        who may write over HTTP; see `pledgegraph.writes.tokens`
corrections/       errors that readers reported; see `pledgegraph.corrections`
reviews/           changes that wait for another person; see `pledgegraph.reviews`
session-key        by what the service knows its tickets and sessions again
check.json         what the last check of the files found; see `pledgegraph.history.checking`
set-aside/         what was cut off the changes log
work/              copies on which updates are worked out; see `pledgegraph.store.scratch`
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from pledgegraph.errors import (
    BaseMismatch,
    DirectoryError,
    DirectoryExists,
    DirectoryLocked,
    DirectoryMissing,
    DirectoryReadOnly,
    FormatTooNew,
)
from pledgegraph.store.atomic_files import (
    SEAL,
    SealBroken,
    is_sealed,
    sealed,
    sync_folder,
    unsealed,
    write_whole,
)
from pledgegraph.store.log_address import StreamAddress, read_address
from pledgegraph.store.remote.address import RemoteAddress

FORMAT: Final = 3
"""The format of data directories that this release writes, and the newest that it reads."""

_CARD: Final = "pledgegraph.json"
_MARK: Final = ".unfinished"


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """A data directory that exists and that this release can read."""

    path: Path
    base: str
    """The base IRI of its identifiers, without a final slash."""
    gated: bool
    """Whether changes are validated, blank nodes replaced and the default graph closed.

    Only conformance suites want one that is not (`init --empty --ungated`).
    """
    format: int = FORMAT
    """What it was written as; `pledgegraph.store.migrations` brings an old one up."""
    origin: str | None = None
    """The address of the service that it mirrors; it then takes changes from nowhere else."""
    log: StreamAddress | None = None
    """The shared changes log that it is a node of; None where its own log is the only one."""
    remote: RemoteAddress | None = None
    """The remote engine that answers in the place of the store; no data directory names it."""

    @property
    def changes(self) -> Path:
        """The folder of the changes log."""
        return self.path / "changes"

    @property
    def primary(self) -> Path:
        """The folder of the writer's store."""
        return self.path / "primary"

    @property
    def snapshots(self) -> Path:
        """The folder of the snapshots."""
        return self.path / "snapshots"

    @property
    def current(self) -> Path:
        """The file that names the newest snapshot."""
        return self.path / "current"

    @property
    def past(self) -> Path:
        """The folder of earlier versions; made with the first one."""
        return self.path / "past"

    @property
    def dumps(self) -> Path:
        """The folder of the dumps; made with the first one."""
        return self.path / "dumps"

    @property
    def shipped(self) -> Path:
        """The file that tells which shipped files the directory has been given."""
        return self.path / "shipped"

    @property
    def work(self) -> Path:
        """The folder of the copies on which updates are worked out."""
        return self.path / "work"

    @contextmanager
    def locked(self, wait: float) -> Iterator[None]:
        """Be the only writer. The lock goes with the process, however that ends.

        Raises:
            DirectoryLocked: somebody else still writes after ``wait`` seconds.
            DirectoryReadOnly: this process may not write there.
        """
        lock = FileLock(self.path / "lock", timeout=wait)
        try:
            lock.acquire()
        except Timeout as error:
            raise DirectoryLocked(
                f"Another process has been writing to the data directory for {wait:g} s."
            ) from error
        except OSError as error:
            raise DirectoryReadOnly(
                f"The data directory cannot be written: {error.strerror or error}."
            ) from error
        try:
            yield
        finally:
            lock.release()


def open_directory(path: Path, *, base: str | None = None) -> DataDirectory:
    """The data directory at ``path``.

    Raises:
        DirectoryMissing: there is none.
        FormatTooNew: a newer release wrote it.
        BaseMismatch: it was made for another base IRI than ``base``.
    """
    try:
        card = unsealed((path / _CARD).read_text(encoding="utf-8"))
        form, its_base, gated = int(card["format"]), str(card["base"]), bool(card["gated"])
        origin = str(card["origin"]) if "origin" in card else None
        log = read_address(str(card["log"])) if "log" in card else None
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DirectoryMissing(f"There is no data directory at {path}.") from error
    except OSError as error:
        raise DirectoryError(
            f"The data directory {path} cannot be read: {error.strerror or error}.",
            remedy="Check its place and its permissions.",
        ) from error
    except SealBroken as error:
        raise DirectoryError(
            f"{path / _CARD} was changed since it was written.",
            remedy=f"Put back {_CARD} from a backup. If you changed it on purpose, remove its "
            f"line `{SEAL}`: it gets a new one with the next write.",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DirectoryError(
            f"{path / _CARD} is not the description of a data directory.",
            remedy=f"Put back {_CARD} from a backup, or make a new data directory elsewhere.",
        ) from error
    if form > FORMAT:
        raise FormatTooNew(
            f"The data directory has format {form}; this release reads formats up to {FORMAT}."
        )
    if base is not None and base != its_base:
        raise BaseMismatch(
            f"The data directory was made for {its_base}, not for {base}.",
            remedy=f"Set PLEDGEGRAPH_BASE={its_base}, or make a new data directory "
            "for the other base IRI.",
        )
    return DataDirectory(path, its_base, gated, form, origin, log)


def write_card(
    path: Path,
    *,
    base: str,
    gated: bool,
    origin: str | None = None,
    log: StreamAddress | None = None,
) -> None:
    """Make a folder a data directory of the present format."""
    card: dict[str, object] = {"format": FORMAT, "base": base, "gated": gated}
    if origin is not None:
        card["origin"] = origin
    if log is not None:
        card["log"] = str(log)
    write_whole(path / _CARD, sealed(card))


def seal_card(directory: DataDirectory) -> None:
    """Give the description of a data directory of an older release its checksum."""
    card = directory.path / _CARD
    # One that is being made has none yet.
    if directory.format == FORMAT and card.exists() and not is_sealed(card):
        write_card(
            directory.path,
            base=directory.base,
            gated=directory.gated,
            origin=directory.origin,
            log=directory.log,
        )


@contextmanager
def new_directory(
    path: Path,
    *,
    base: str,
    gated: bool = True,
    origin: str | None = None,
    log: StreamAddress | None = None,
) -> Iterator[DataDirectory]:
    """A new data directory to fill; it is one for others when the block ends well.

    It is made in its place, which may be a mount point or a link to an empty folder. Its
    description is written last, so that nobody takes half of one for a whole. What an earlier
    try left there when its process died is cleared away.

    Raises:
        DirectoryExists: there is something at ``path`` already.
        DirectoryLocked: another process is making one there.
        DirectoryError: nothing can be made there.
    """
    try:
        _refuse_what_is_there(path)
        has_folder = path.exists()
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_there(path, error) from error
    try:
        with _only_maker(path):
            _refuse_what_is_there(path)
            _clear(path)
            found = DataDirectory(path, base, gated, origin=origin, log=log)
            try:
                for folder in (found.changes, found.snapshots):
                    folder.mkdir()
                yield found
                write_card(path, base=base, gated=gated, origin=origin, log=log)
                sync_folder(path.parent)
            except BaseException:
                _clear(path)
                raise
    except BaseException:
        if not has_folder:
            # Whoever else is making one there, or has put something there, keeps it.
            with suppress(OSError):
                path.rmdir()
        raise


def _refuse_what_is_there(path: Path) -> None:
    if (path / _CARD).exists():
        raise DirectoryExists(
            f"There is a data directory at {path} already.",
            remedy="Bring it up to date with `pledgegraph init --update`, "
            "or choose another place with --data-dir.",
        )
    if not path.exists() and not path.is_symlink():
        return
    if path.is_dir():
        names = {entry.name for entry in path.iterdir()} - {"lost+found"}
        if not names or _MARK in names:
            return
    raise DirectoryExists(
        f"{path} exists already and is not an empty folder.",
        remedy="Choose another place with --data-dir.",
    )


def _clear(path: Path) -> None:
    """Remove what a maker puts into a folder, and nothing else."""
    for name in (
        "changes",
        "snapshots",
        "primary",
        "primary.new",
        "corrections",
        "reviews",
        "work",
    ):
        shutil.rmtree(path / name, ignore_errors=True)
    files = (
        "current",
        "shipped",
        "tokens.json",
        "session-key",
        "lock",
        "position.json",
        "keys.sqlite",
    )
    for name in (_CARD, *files):
        (path / name).unlink(missing_ok=True)
        (path / f".{name}.new").unlink(missing_ok=True)


@contextmanager
def _only_maker(path: Path) -> Iterator[None]:
    """Be the only one who makes a data directory there; a mark tells that it is unfinished."""
    lock = FileLock(path / _MARK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise DirectoryLocked("Another process is making a data directory there.") from error
    except OSError as error:
        raise _not_there(path, error) from error
    try:
        yield
    finally:
        (path / _MARK).unlink(missing_ok=True)
        lock.release()


def _not_there(path: Path, error: OSError) -> DirectoryError:
    return DirectoryError(
        f"No data directory can be made at {path}: {error.strerror or error}.",
        remedy="Choose another place with --data-dir, or mend the permissions.",
    )
