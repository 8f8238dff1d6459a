"""A word on work that takes long, where nobody has asked for it and somebody waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

FIRST: Final = 3.0
"""Seconds before the first word: what takes less needs none."""
EACH: Final = 20.0
"""Seconds between words."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class LongWork:
    """What is being done, and how far it is."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._done = 0
        self._total = 0

    def begin(self, what: str, total: int = 0) -> None:
        """Go on to the next part, of so many steps where that is known."""
        self._what, self._done, self._total = what, 0, total

    def counted(self, items: Iterable[T]) -> Iterator[T]:
        """The steps of the part, counted as they are taken."""
        for each in items:
            self._done += 1
            yield each

    def advance(self, steps: int) -> None:
        """So many more steps are taken."""
        self._done += steps

    def in_words(self) -> str:
        """What is being done, in a sentence."""
        if not self._total:
            return f"{self._what} ..."
        return f"{self._what}: {100 * min(self._done, self._total) // self._total} % ..."


@contextmanager
def long_work(what: str) -> Iterator[LongWork]:
    """Say what is being done, in the log, if the block takes longer than a few seconds.

    It is a warning: commands show those on the standard error, and the service in its log.
    """
    work = LongWork(what)
    over = threading.Event()

    def tell() -> None:
        patience = FIRST
        while not over.wait(patience):
            _log.warning("%s", work.in_words())
            patience = EACH

    teller = threading.Thread(target=tell, name="long-work", daemon=True)
    teller.start()
    try:
        yield work
    finally:
        over.set()
        teller.join()
