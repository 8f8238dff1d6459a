"""What goes wrong in a process that works for strangers, and what is made of it by whoever waits.

A process reports an error as a card of JSON. One that ends without a word is told by how it
ended: by one table for all of them.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pledgegraph import errors
from pledgegraph.errors import Limit, PledgegraphError

_OUT_OF_MEMORY: Final = (
    b"memory allocation of",
    b"std::bad_alloc",
    b"MemoryError",
    b"Cannot allocate memory",
)
_OVERFLOWN: Final = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)
"""How a process ends whose stack is too small."""
_ENDED_FROM_OUTSIDE: Final = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)
"""How a process ends that somebody else ends: the system on its way down, or short of memory."""
_RETRY_AFTER: Final = 5
_REPORTED: Final = {
    kind.__name__: kind
    for kind in (
        errors.AnswerTooLong,
        errors.ChangeTooLarge,
        errors.GraphClosed,
        errors.QueryError,
        errors.QueryRefused,
        errors.QueryTimeout,
        errors.RemoteBehind,
        errors.RemoteUnavailable,
        errors.StorageFull,
        errors.TermUnwritable,
        errors.UnknownFormat,
        errors.UpdateRefused,
    )
}
"""Errors that are made of their message and remedy; what is not listed here is a `QueryError`."""
_SYNTAX: Final = {
    kind.__name__: kind for kind in (errors.QuerySyntaxError, errors.UpdateSyntaxError)
}
_MEMORY: Final = "memory"


def card_of(error: PledgegraphError | MemoryError) -> dict[str, Any]:
    """An error as its process reports it; goes through JSON."""
    if isinstance(error, MemoryError):
        return {"kind": _MEMORY}
    card: dict[str, Any] = {
        "kind": type(error).__name__,
        "message": str(error),
        "remedy": error.remedy,
    }
    if error.limit is not None:
        card["limit"] = [error.limit.name, error.limit.value, error.limit.unit]
    if isinstance(error, errors.QuerySyntaxError | errors.ReadError):
        card |= {"line": error.line, "column": error.column}
    return card


@dataclass(frozen=True, slots=True)
class Failures:
    """What is said of one kind of work when its process fails."""

    out_of_memory: errors.QueryOutOfMemory
    too_deep: errors.QueryRefused
    """Said when its stack was used up."""
    lost: str
    """Said when it was ended from outside."""
    ended: str
    """Said when it ended for no reason that is known."""

    def reported(self, card: Mapping[str, Any], memory: Limit) -> PledgegraphError:
        """The error that a card tells of, as the class that it was there."""
        kind = card["kind"]
        if kind == _MEMORY:
            return self._out_of_memory(memory)
        if kind in _SYNTAX:
            return _SYNTAX[kind](
                card["message"],
                line=card["line"],
                column=card["column"],
                remedy=card["remedy"] or None,
            )
        if kind == errors.ReadError.__name__:
            return errors.ReadError(
                card["message"],
                file="",
                line=card["line"],
                column=card["column"],
                remedy=card["remedy"],
            )
        limit = Limit(*card["limit"]) if "limit" in card else None
        known = _REPORTED.get(kind, errors.QueryError)
        return known(card["message"], remedy=card["remedy"], limit=limit)

    def of_exit(self, code: int | None, said: bytes, memory: Limit) -> errors.QueryError:
        """Why a process has ended, by its exit code and what it said on its standard error."""
        if any(words in said for words in _OUT_OF_MEMORY):
            return self._out_of_memory(memory)
        if code in _OVERFLOWN:
            return type(self.too_deep)(str(self.too_deep), remedy=self.too_deep.remedy)
        if code in _ENDED_FROM_OUTSIDE:
            return self.not_started(self.lost)
        return errors.QueryError(self.ended)

    @staticmethod
    def not_started(why: str) -> errors.WorkerLost:
        """What to say where the machine, and not the work, is the reason."""
        return errors.WorkerLost(why, retry_after=_RETRY_AFTER)

    def _out_of_memory(self, memory: Limit) -> errors.QueryOutOfMemory:
        # A new one each time: an error that was raised hangs on to where it was.
        known = self.out_of_memory
        return type(known)(str(known), remedy=known.remedy, limit=memory)


QUERY: Final = Failures(
    errors.QueryOutOfMemory("The query needs more memory than a query may use."),
    errors.QueryRefused(
        "The query has too many parts: it used up the stack that the engine reads with.",
        remedy="Ask in several queries, or put long lists into one VALUES block or "
        "one IN, which may have many thousands of members.",
    ),
    "The process that evaluated the query was ended from outside.",
    "The engine could not evaluate this query; its process ended.",
)
EXPLANATION: Final = Failures(
    QUERY.out_of_memory,
    QUERY.too_deep,
    "The process that explained the query was ended from outside.",
    "The query could not be explained; the process that tried has ended.",
)
WRITE: Final = Failures(
    errors.WriteOutOfMemory("The write needs more memory than a write may use."),
    errors.UpdateRefused(
        "What was sent nests too deep, or has too many parts to be read.",
        remedy="Send it in several requests, or with fewer levels.",
    ),
    "The process that worked the write out was ended from outside; nothing was changed.",
    "The write could not be worked out; its process ended.",
)
