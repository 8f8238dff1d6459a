"""What each client has used of the workers lately: seconds, of which half is forgotten in time."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_MOST_CLIENTS: Final = 20_000
"""Clients that are remembered; the one that has used nothing for the longest time is forgotten."""


@dataclass(slots=True)
class _Account:
    seconds: float
    at: float
    running: int = 0


class Usage:
    """Seconds that clients held a place, decaying by half in ``half_life`` seconds.

    ``clock`` tells the time in seconds.
    """

    def __init__(self, half_life: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.half_life: Final = half_life
        self._clock = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def now(self) -> float:
        """The time, by the clock that is counted by."""
        return self._clock()

    def of(self, client: str) -> float:
        """The seconds that a client has used lately."""
        account = self._accounts.get(client)
        return 0.0 if account is None else self._settled(account).seconds

    def begin(self, client: str) -> None:
        """The client holds one more place from now on."""
        self._account(client).running += 1

    def end(self, client: str) -> None:
        """The client has given a place back."""
        account = self._account(client)
        account.running = max(0, account.running - 1)

    def charge(self, client: str, seconds: float) -> None:
        """Count seconds that the client did not hold a place for."""
        self._account(client).seconds += seconds

    def _account(self, client: str) -> _Account:
        account = self._accounts.get(client)
        if account is None:
            account = self._accounts[client] = _Account(0.0, self._clock())
            if len(self._accounts) > _MOST_CLIENTS:
                self._accounts.popitem(last=False)
            return account
        self._accounts.move_to_end(client)
        return self._settled(account)

    def _settled(self, account: _Account) -> _Account:
        """The account as it is now: what was used decays while more is used."""
        now = self._clock()
        left = 0.5 ** ((now - account.at) / self.half_life)
        gained = account.running * (1 - left) * self.half_life / math.log(2)
        account.seconds = account.seconds * left + gained
        account.at = now
        return account
