"""Puts `ontology/`, `data/` and the guide into wheels, for `pledgegraph.shipped`.

An editable install reads them from the checkout; a copy in site-packages would go stale, so
only standard wheels get one. See docs/decisions/0001-packaging.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedFiles(BuildHookInterface[Any]):
    """The wheel's build hook; hatchling finds it by its base class."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to a standard wheel; ``version`` is the kind of wheel."""
        if version != "standard":
            return
        for folder in ("ontology", "data"):
            build_data["force_include"][str(Path(self.root) / folder)] = (
                f"pledgegraph/_shipped/{folder}"
            )
        root = Path(self.root)
        docs = root / "docs"  # served at /guide and /methodology
        for path in (*docs.glob("*.md"), *docs.glob("notebooks/*.*")):
            inside = path.relative_to(root).as_posix()
            build_data["force_include"][str(path)] = f"pledgegraph/_shipped/{inside}"
