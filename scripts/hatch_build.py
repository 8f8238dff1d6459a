"""Puts into wheels what does not stand where Python looks: `ontology/`, `data/`, guide, editor.

An editable install reads `ontology/`, `data/` and the guide from the checkout; a copy
in site-packages would go stale, so only standard wheels get one, for `pledgegraph.shipped`. The
bundle of the editor (see `editor_bundle.py`) is made in the tree for all of them, and for sdists.
See docs/decisions/0001-packaging.md and 0015-workbench.md.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The hook is loaded by its path, so that what stands beside it is not found without this.
sys.path.insert(0, str(Path(__file__).resolve().parent))

import editor_bundle


class ShippedFiles(BuildHookInterface[Any]):
    """The build hook; hatchling finds it by its base class."""

    def dependencies(self) -> list[str]:
        """Node.js, where the editor has still to be bundled."""
        return [] if editor_bundle.is_made(Path(self.root)) else [editor_bundle.NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the editor's bundle; ``version`` is the kind of wheel."""
        self._bundle()
        if self.target_name != "wheel" or version != "standard":
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

    def _bundle(self) -> None:
        """The service works without the editor, so that nobody is kept from installing it.

        Who builds for others, as an image or a release, sets PLEDGEGRAPH_REQUIRE_EDITOR: a warning
        among a thousand lines is seen by nobody.
        """
        root = Path(self.root)
        try:
            if not editor_bundle.is_made(root):
                editor_bundle.make(root)
        except editor_bundle.BundleError as error:
            if os.environ.get("PLEDGEGRAPH_REQUIRE_EDITOR"):
                raise
            self.app.display_warning(
                f"The editor of the SPARQL workbench cannot be bundled: {error}\n"
                "The package is built without it, and /sparql is a plain form. To have the editor, "
                "build again where npm reaches its packages."
            )
