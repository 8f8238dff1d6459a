"""Work that needs a deep stack, done for a command that waits for it."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from pledgegraph.workers.deep_stack import DeepThreads


def with_deep_stack(work: Callable[[], None]) -> None:
    """Do ``work`` in a thread with a deep stack, and wait; what it raises is raised here."""
    raised: list[BaseException] = []

    def attempt() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised again by whoever waits
            # The engine's answers must end in the thread that they began in.
            traceback.clear_frames(error.__traceback__)
            raised.append(error)

    DeepThreads().start(attempt, "pledgegraph-query").join()
    if raised:
        raise raised[0]
