"""A permit to change something, which can be withdrawn until the change is being made."""

from __future__ import annotations

import threading
from typing import Protocol

from pledgegraph.errors import Withdrawn


class Killable(Protocol):
    """A process that works for whoever holds the permit."""

    def kill(self) -> None:
        """End it at once."""
        ...


class Permit:
    """Held by a thread that prepares a change; whoever asked for it may take it back.

    Either `withdraw` comes first, and nothing is changed, or `commit` does, and the change is
    made whole.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._withdrawn = False
        self._committed = False
        self._process: Killable | None = None

    def withdraw(self) -> bool:
        """Take it back; False when the change is being made already."""
        with self._guard:
            if self._committed:
                return False
            self._withdrawn = True
            if self._process is not None:
                self._process.kill()
            return True

    def employ(self, process: Killable | None) -> None:
        """Name the process that works for the change, to be killed when it is given up.

        Raises:
            Withdrawn: it is given up already; the process is killed.
        """
        with self._guard:
            self._process = process
            if self._withdrawn:
                if process is not None:
                    process.kill()
                raise Withdrawn("The change was given up before it was made.")

    def commit(self) -> None:
        """Go beyond the point of no return.

        Raises:
            Withdrawn: the change was given up.
        """
        with self._guard:
            if self._withdrawn:
                raise Withdrawn("The change was given up before it was made.")
            self._committed = True
