"""Where the ontology and the data are that come with the package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(folder: str) -> Path:
    """The folder ``ontology`` or ``data`` as it came with this copy of Pledgegraph.

    An installed wheel carries both under ``pledgegraph/_shipped/``; a checkout, installed
    in editable mode or not at all, has them at its root.

    Raises:
        FileNotFoundError: this copy was packed without that folder.
    """
    for root in (_PACKAGE / "_shipped", _PACKAGE.parent.parent):
        if (root / folder).is_dir():
            return root / folder
    raise FileNotFoundError(f"this copy of Pledgegraph was packed without its {folder!r} folder")
