"""What a client is told of a write that was made."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from pledgegraph.store import Receipt
from pledgegraph_api.write.openapi import WriteReceipt


def receipt_answer(
    receipt: Receipt, *, created: str | None = None, graph: str | None = None
) -> Response:
    """The receipt as JSON: 201 with ``created`` as the Location, else 200.

    ``Pledgegraph-Snapshot`` is the number of the snapshot that shows the change; where nothing
    had to change, the one that is current.
    """
    more: dict[str, Any] = {} if graph is None else {"graph": graph}
    if receipt.warnings:
        more["warnings"] = list(receipt.warnings)
    told = WriteReceipt(
        sequence=receipt.sequence,
        added=receipt.added,
        removed=receipt.removed,
        changed=bool(receipt.added or receipt.removed),
        **more,
    )
    headers = {"Cache-Control": "no-store", "Pledgegraph-Snapshot": str(receipt.sequence)}
    if created is not None:
        headers["Location"] = created
    return JSONResponse(told.document(), 200 if created is None else 201, headers=headers)
