"""Which release of Pledgegraph this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The version that is installed, or ``unreleased`` when run from a tree without install."""
    try:
        return version("pledgegraph")
    except PackageNotFoundError:
        return "unreleased"
