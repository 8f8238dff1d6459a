"""The words for how a commitment stands: parts of our schemes, and what stands beside them."""

from __future__ import annotations

from typing import Final

from pledgegraph.namespaces import SCHEME

FRESHNESS: Final = f"{SCHEME}freshness#"
CLASSES: Final = (
    "current",
    "due",
    "overdue",
    "ended",
    "undated",
    "others-reported",
    "no-report-known",
)
"""What can be known of reporting, in the order in which pages show it."""
UNMATCHED: Final = "unmatched"
"""Stands for a status whose own word matches none of ours."""
SEVERAL: Final = "several"
"""Stands for statuses of the same day that differ."""
NOT_REPORTED: Final = "not-reported"
DUE: Final = ("passed", "next", "later", "ended", "none")
"""When commitments are due, as seen from a day."""
STATUS: Final = f"{SCHEME}status#"
