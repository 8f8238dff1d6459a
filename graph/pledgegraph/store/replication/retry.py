"""A change that is made again while other nodes of a shared log are faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pledgegraph.errors import LogMoved
from pledgegraph.store.changes import Receipt

_TRIES: Final = 40


def until_first(once: Callable[[], Receipt]) -> Receipt:
    """What ``once`` returns, tried anew each time that another node's change came first.

    Raises:
        LogMoved: it lost every time.
    """
    try:
        return once()
    except LogMoved:
        from tenacity import (  # noqa: PLC0415 -- rare, and nobody else pays for it
            Retrying,
            retry_if_exception_type,
            stop_after_attempt,
            wait_random_exponential,
        )

        trying = Retrying(
            retry=retry_if_exception_type(LogMoved),
            stop=stop_after_attempt(_TRIES),
            wait=wait_random_exponential(0.02, max=0.5),
            reraise=True,
        )
        return trying(once)
