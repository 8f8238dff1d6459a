"""The line in the log that every request gets: no query, no client, no token, unless asked for."""

from __future__ import annotations

import logging
from typing import Final

from pledgegraph_api.middleware.observe import Observation
from pledgegraph_api.ops.log_format import FIELDS

_log: Final = logging.getLogger("pledgegraph.requests")


class RequestLog:
    """Writes a line about each request; with ``queries`` the text of the query too."""

    def __init__(self, *, queries: bool) -> None:
        self._queries = queries

    def observe(self, seen: Observation) -> None:
        """Write the line."""
        if not _log.isEnabledFor(logging.INFO):
            return
        notes = seen.notes
        fields: dict[str, object] = {
            "method": seen.method,
            "route": seen.route,
            "status": notes.status,
            "outcome": notes.outcome,
            "seconds": round(seen.seconds, 6),
            "bytes": seen.size,
        }
        if seen.snapshot:
            fields["snapshot"] = seen.snapshot
        if notes.problem:
            fields["problem"] = notes.problem
            fields["instance"] = notes.instance
        if notes.cached:
            fields["cached"] = True
        if self._queries and notes.query:
            fields["query"] = notes.query
        _log.info("request", extra={FIELDS: fields})
