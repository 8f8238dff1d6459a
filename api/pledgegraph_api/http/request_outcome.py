"""What is noted of a request while it is answered, for the log, the metrics and the budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

_KEY: Final = "pledgegraph.exchange"

_OUTCOMES: Final = {
    "query-syntax": "syntax",
    "query-timeout": "timeout",
    "query-memory": "memory",
    "busy": "busy",
    "gave-way": "busy",
    "worker-lost": "busy",
    "stopping": "busy",
    "budget": "budget",
}
OUTCOMES: Final = (
    "ok",
    "cut",
    "syntax",
    "refused",
    "timeout",
    "memory",
    "failed",
    "busy",
    "gone",
    "budget",
)
"""What can come of a request."""
_SERVER_ERROR: Final = 500


@dataclass(slots=True)
class Exchange:
    """What happened to one request, filled in by whoever knows."""

    problem: str = ""
    """The name of the type of the problem that it came to."""
    instance: str = ""
    """The IRI of that problem, which the client has too."""
    status: int = 0
    cut: bool = False
    """True when the answer has not all that was asked for, and says so."""
    gone: bool = False
    """True when the client left before the end."""
    cached: bool = False
    """True when the answer was there already."""
    query: str = ""
    """The text of the query."""
    client: str = ""
    """What the client is counted under, where it asks a query."""

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`."""
        if self.gone:
            return "gone"
        if self.problem:
            other = "failed" if self.status >= _SERVER_ERROR else "refused"
            return _OUTCOMES.get(self.problem, other)
        return "cut" if self.cut else "ok"

    @property
    def is_fault_of_query(self) -> bool:
        """True for what counts as an error of the client, or of its query."""
        return self.outcome in ("syntax", "refused", "timeout", "memory", "failed")


def exchange_of(scope: Scope) -> Exchange:
    """The notes on the request with that scope; begun, where there are none yet."""
    noted = scope.get(_KEY)
    if not isinstance(noted, Exchange):
        noted = scope[_KEY] = Exchange()
    return noted
