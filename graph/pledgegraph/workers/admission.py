"""Places for queries: so many at a time, so many that wait, none when the end has come."""

from __future__ import annotations

import asyncio
from typing import Final

from pledgegraph.errors import Limit, ServiceBusy, ServiceStopping

_RETRY_AFTER: Final = 5


class Places:
    """``number`` places, for which up to ``queue`` may wait. It belongs to one event loop."""

    def __init__(self, number: int, queue: int) -> None:
        self._number = number
        self._free = asyncio.Semaphore(number)
        self._queue = queue
        self._taken = 0
        self._closed = False
        self.waiting = 0
        """How many wait for a place."""

    @property
    def full(self) -> bool:
        """True when whoever comes now has to wait."""
        return self._taken >= self._number

    async def take(self) -> None:
        """Take a place, as soon as there is one.

        Raises:
            ServiceBusy: too many are waiting already.
            ServiceStopping: the places are closed, or were while this one waited.
        """
        self._refuse_if_closed()
        if self._free.locked() and self.waiting >= self._queue:
            raise ServiceBusy(
                f"{self._taken} queries are running and {self.waiting} are waiting.",
                retry_after=_RETRY_AFTER,
                limit=Limit("query_queue", self._queue, "queries"),
            )
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        self._taken += 1
        try:
            self._refuse_if_closed()
        except ServiceStopping:
            self.give_back()
            raise

    def give_back(self) -> None:
        """Let the next one have the place."""
        self._taken -= 1
        self._free.release()

    def close(self) -> None:
        """Give out no further place."""
        self._closed = True

    def closed(self) -> ServiceStopping | None:
        """What to tell a client once the places are closed; None before."""
        return ServiceStopping("The service is being stopped.") if self._closed else None

    def _refuse_if_closed(self) -> None:
        if closed := self.closed():
            raise closed
