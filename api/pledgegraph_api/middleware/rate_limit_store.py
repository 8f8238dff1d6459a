"""How much a client may ask: seconds of query time and failed queries, by the minute.

What a query takes is not known beforehand, so a client with anything left may ask, and what it
uses beyond its budget it owes. A client that asks one query at a time never meets a bound of 60
seconds a minute. The library `limits` counts requests in windows and knows no
debt, which is why this is not made with it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from pledgegraph.errors import Limit
from pledgegraph_api.errors import BudgetSpent

_MINUTE: Final = 60.0
_MOST_CLIENTS: Final = 20_000
"""Clients that are remembered; the one that has not asked for the longest time is forgotten."""
_USED: Final = {
    "seconds": ("s of query time a minute, which is what a client may use", "s/min"),
    "errors": ("failed queries a minute, which is what a client may have", "1/min"),
}
_LEAST: Final = 1e-6
"""Seconds that are something to begin with."""


@dataclass(slots=True)
class _Account:
    """What a client has left of its seconds and errors, at a time."""

    seconds: float
    errors: float
    at: float
    running: int = 0


class Budget:
    """An account for every client, filled again by and by; 0 stands for no bound.

    ``clock`` tells the time in seconds.
    """

    def __init__(self, seconds: float, errors: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._errors = errors
        self._clock = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._accounts)

    def begin(self, client: str) -> float:
        """Open an account for a query that begins now; returns the time, for `end`.

        Raises:
            BudgetSpent: the client has nothing left.
        """
        now = self._clock()
        account = self._account(client, now)
        self._require("seconds", self._seconds, account.seconds)
        self._require("errors", self._errors, account.errors)
        account.running += 1
        return now

    def end(self, client: str, begun: float, *, failed: bool, free: bool = False) -> None:
        """Take note that a query has ended; one that is ``free`` has cost no time."""
        now = self._clock()
        account = self._account(client, now)
        # Whoever was forgotten meanwhile has an account without running queries.
        if account.running:
            account.running -= 1
            if free:
                account.seconds = min(self._seconds, account.seconds + now - begun)
        if failed:
            account.errors -= 1

    def _account(self, client: str, now: float) -> _Account:
        account = self._accounts.get(client)
        if account is None:
            account = _Account(self._seconds, self._errors, now)
            self._accounts[client] = account
            if len(self._accounts) > _MOST_CLIENTS:
                self._accounts.popitem(last=False)
            return account
        self._accounts.move_to_end(client)
        passed = now - account.at
        # As it is filled it is used, by every query that runs.
        rate = self._seconds / _MINUTE - account.running
        account.seconds = min(self._seconds, account.seconds + passed * rate)
        account.errors = min(self._errors, account.errors + passed * self._errors / _MINUTE)
        account.at = now
        return account

    @staticmethod
    def _require(what: Literal["seconds", "errors"], a_minute: float, left: float) -> None:
        """Refuse where nothing is left; an error is left only as a whole one."""
        missing = (1.0 if what == "errors" else _LEAST) - left
        if not a_minute or missing <= 0:
            return
        wait = math.ceil(missing * _MINUTE / a_minute)
        used, unit = _USED[what]
        raise BudgetSpent(
            f"Your queries came to more than {a_minute:g} {used}.",
            retry_after=wait,
            limit=Limit(f"budget_{what}", a_minute, unit),
        )
