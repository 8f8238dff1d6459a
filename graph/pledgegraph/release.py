"""Which release of Pledgegraph this is."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def release() -> str:
    """The version that is installed, or ``unreleased`` when run from a tree without install.

    It is kept: to look it up takes a millisecond, and every document is asked for it.
    """
    try:
        return version("pledgegraph")
    except PackageNotFoundError:
        return "unreleased"
