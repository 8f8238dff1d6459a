"""Makes `graph/pledgegraph/validation/reach.json`: what the shipped shapes look at.

Usage: python scripts/reach.py [--write]; without, says whether it is that of the present shapes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pledgegraph.validation.kept_reach import KEPT, written
from pledgegraph.validation.shape_dependencies import reach_of
from pledgegraph.validation.shapes import Shapes

_ONTOLOGY = Path(__file__).resolve().parent.parent / "ontology"


def main() -> None:
    """Write the file if it is of other shapes, or end with 1 if it is."""
    shapes = Shapes.read(_ONTOLOGY)
    if KEPT.exists() and json.loads(KEPT.read_bytes())["shapes"] == shapes.digest:
        return
    if "--write" not in sys.argv[1:]:
        sys.exit(f"{KEPT.name} is of other shapes: run `scripts/check --fix`.")
    KEPT.write_text(written(reach_of(shapes.graph), shapes.digest), encoding="utf-8")


if __name__ == "__main__":
    main()
