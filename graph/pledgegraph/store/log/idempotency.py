"""Changes that a client sends again because it has not heard of them: made once.

A client gives a change a key of its own (the header ``Idempotency-Key``). The record of the change
holds a digest of it, so that every copy of the log knows it, whichever node is asked again.

An index beside the log tells which keys its records hold, except for the newest few, which are read
where they are. Where it does not fit the log, or is damaged, it is made anew from the log.

See https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from pledgegraph.errors import KeyReused
from pledgegraph.store.changes import Receipt
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.record import Record

LOOKED_AT: Final = 20_000
"""Records, the newest ones, in which a key is looked for."""
NAME: Final = "keys.sqlite"

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS made (
    sent TEXT NOT NULL, content TEXT NOT NULL,
    sequence INTEGER PRIMARY KEY, added INTEGER NOT NULL, removed INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS by_key ON made (sent, sequence);
CREATE TABLE IF NOT EXISTS read (sequence INTEGER NOT NULL, sha256 TEXT NOT NULL);
"""
_NOT_YET: Final = 64
"""Records that the index may lack: to write it costs more than to read their headers."""

_log = logging.getLogger(__name__)


class _Made(NamedTuple):
    """A change that was made with a key."""

    sent: str
    content: str
    sequence: int
    added: int
    removed: int


def key_of(client: str, key: str, content: str) -> str:
    """What the log holds: digests of who sent which key, and with what."""
    sent = hashlib.sha256(f"{client}\n{key}".encode()).hexdigest()[:32]
    return f"{sent}:{hashlib.sha256(content.encode()).hexdigest()[:32]}"


class Keys:
    """The index of the keys in a log; only for the writer, who holds the lock."""

    def __init__(self, log: ChangesLog, folder: Path) -> None:
        self._log = log
        self._path = folder / NAME

    def made_already(self, key: str) -> Receipt | None:
        """The receipt of the change that was made with the key; None where there is none.

        Raises:
            KeyReused: another change was made with it.
        """
        try:
            return self._found(key, str(self._path))
        except sqlite3.Error as error:
            _log.warning("The index of idempotency keys will be made anew: %s.", error)
            for each in self._path.parent.glob(f"{NAME}*"):
                each.unlink(missing_ok=True)
            # On a full disk there may be no room for one. The log itself can always be asked.
            return self._found(key, ":memory:")

    def _found(self, key: str, place: str) -> Receipt | None:
        sent, _, content = key.partition(":")
        with closing(sqlite3.connect(place)) as index:
            # Behind the log by some records after a power cut, but never at odds with itself.
            index.execute("PRAGMA journal_mode = WAL")
            index.execute("PRAGMA synchronous = NORMAL")
            index.executescript(_SCHEMA)
            fresh = self._up_to_date(index)
            made = next((each for each in fresh if each.sent == sent), None) or _looked_up(
                index, sent, after=self._log.last() - LOOKED_AT
            )
        if made is None:
            return None
        if made.content != content:
            raise KeyReused(
                f"Change set {made.sequence} was made with the same Idempotency-Key, and with "
                "another update."
            )
        return Receipt(made.sequence, made.added, made.removed)

    def _up_to_date(self, index: sqlite3.Connection) -> list[_Made]:
        """Bring the index in step with the log, except for the newest few; return those."""
        seen = index.execute("SELECT sequence, sha256 FROM read").fetchone()
        fresh: list[_Made] = []
        newest: Record | None = None
        is_same = False
        for record in self._log.newest_first():
            newest = newest or record
            is_same = seen == (record.sequence, record.sha256)
            if is_same or record.sequence <= newest.sequence - LOOKED_AT:
                break
            fresh += _of(record)
        if newest is None or (is_same and newest.sequence - seen[0] <= _NOT_YET):
            return fresh
        with index:
            if not is_same:
                # The end of the log was cut off, or another log was put in its place.
                index.execute("DELETE FROM made")
            index.executemany("INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?, ?)", fresh)
            index.execute("DELETE FROM made WHERE sequence <= ?", (newest.sequence - LOOKED_AT,))
            index.execute("DELETE FROM read")
            index.execute("INSERT INTO read VALUES (?, ?)", (newest.sequence, newest.sha256))
        return []


def _looked_up(index: sqlite3.Connection, sent: str, *, after: int) -> _Made | None:
    row = index.execute(
        "SELECT sent, content, sequence, added, removed FROM made "
        "WHERE sent = ? AND sequence > ? ORDER BY sequence DESC LIMIT 1",
        (sent, after),
    ).fetchone()
    return None if row is None else _Made(*row)


def _of(record: Record) -> Iterator[_Made]:
    header = record.header()
    if header.key:
        sent, _, content = header.key.partition(":")
        yield _Made(sent, content, header.sequence, header.added, header.removed)
