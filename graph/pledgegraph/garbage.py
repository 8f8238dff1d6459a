"""When the interpreter looks for garbage: not while a program begins, and not when it ends.

A program imports a thousand modules, none of which is garbage. To look through them again and
again took a quarter of the time of a start, and to look through them at the end as long as that.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Nothing is looked through for cycles in the block; the rest is freed as ever."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def keep_what_is_there() -> None:
    """All that exists now is there to stay, and is not looked through again."""
    gc.freeze()
