"""Which release this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


def version() -> str:
    """The release of the installed distribution; ``0`` where the tree runs uninstalled."""
    try:
        return installed_version("pledgegraph")
    except PackageNotFoundError:
        return "0"
