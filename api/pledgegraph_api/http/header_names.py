"""Header fields of our own that several rooms speak of."""

from __future__ import annotations

from typing import Final

AT_LEAST: Final = "Pledgegraph-At-Least"
"""The header that says how new a snapshot has to be, by its number."""
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
"""The header by which a service knows a request again that is sent a second time."""
REASON: Final = "Pledgegraph-Reason"
"""The header that says why, percent-encoded UTF-8."""
