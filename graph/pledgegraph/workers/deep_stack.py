"""A thread whose stack is deep enough for the engine's parser and planner.

Both call themselves for every part of a query: nested brackets, and also long flat lists of
BIND, UNION, FILTER or arithmetic. On the usual 8 MB the process dies at some 2,500 BINDs; here
the time of a query is over before its stack is. Only what is used of the stack takes memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

STACK: Final = 256 * 1024 * 1024
"""Bytes; 5,000 BINDs take 20 MB of it, 200,000 negations in a row nearly all."""


class DeepThreads:
    """Makes threads with a deep stack, one at a time.

    Python has one stack size for all threads to come, so it is set for the moment of the start.
    """

    def __init__(self) -> None:
        self._starting = threading.Lock()

    def start(self, work: Callable[[], None], name: str) -> threading.Thread:
        """A thread that does ``work``; a daemon, since the engine cannot be interrupted.

        Raises:
            RuntimeError: there is no thread to be had.
        """
        thread = threading.Thread(target=work, name=name, daemon=True)
        with self._starting:
            usual = threading.stack_size(STACK)
            try:
                thread.start()
            finally:
                threading.stack_size(usual)
        return thread
