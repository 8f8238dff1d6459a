"""What a client is told of a write that was made."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from pledgegraph.store.changes import Receipt


def receipt_answer(
    receipt: Receipt, *, created: str | None = None, graph: str | None = None
) -> Response:
    """The receipt as JSON: 201 with ``created`` as the Location, else 200.

    ``Pledgegraph-Snapshot`` is the number of the snapshot that shows the change; where nothing
    had to change, the one that is current.
    """
    card: dict[str, object] = {
        "sequence": receipt.sequence,
        "added": receipt.added,
        "removed": receipt.removed,
        "changed": bool(receipt.added or receipt.removed),
    }
    if graph is not None:
        card["graph"] = graph
    headers = {"Cache-Control": "no-store", "Pledgegraph-Snapshot": str(receipt.sequence)}
    if created is not None:
        headers["Location"] = created
    return JSONResponse(card, 200 if created is None else 201, headers=headers)
