"""Header fields of our own that several rooms speak of."""

from __future__ import annotations

from typing import Final

REASON: Final = "Pledgegraph-Reason"
"""The header that says why, percent-encoded UTF-8."""
