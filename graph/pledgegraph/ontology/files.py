"""Which files are the ontology as it is now, and which are its earlier versions.

`ontology/versions/{number}.ttl` holds what a version was on the day the next one came. They are
served at their version IRIs; nothing else reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pledgegraph.shipped import shipped

VERSIONS: Final = "versions"
"""The folder of the earlier versions, within the ontology's."""
PROFILES: Final = "documents"
"""The folder of what documents show, which is no statement about the world."""


def ontology_files() -> list[Path]:
    """Every Turtle file of the present ontology, its schemes, its mappings and its shapes."""
    folder = shipped("ontology")
    others = (VERSIONS, PROFILES)
    return sorted(path for path in folder.rglob("*.ttl") if path.parent.name not in others)


def earlier_versions() -> Iterator[tuple[str, Path]]:
    """The number of each earlier version, such as ``0.1.0``, and its file; the oldest first."""
    for path in sorted((shipped("ontology") / VERSIONS).glob("*.ttl"), key=_order):
        yield path.stem, path


def _order(path: Path) -> list[int]:
    return [int(part) for part in path.stem.split(".")]
