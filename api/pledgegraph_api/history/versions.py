"""Earlier versions of the data for those who ask by `?version=`.

To make one may take a while, so one is made at a time, in a thread of its own, and few may wait
for it. Who has waited as long as a query may take gets 503 and a time to come back; the version
is then made all the same.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Final

from starlette.requests import Request

from pledgegraph.errors import RemoteCannot, ServiceBusy
from pledgegraph.history import Past, PastVersion
from pledgegraph.settings import Settings
from pledgegraph.store import open_directory
from pledgegraph_api.http.query_params import version_named

_MOST_WAITING: Final = 8
"""Versions that may be in the making; others are refused."""
_RETRY_AFTER: Final = 10


class PastVersions:
    """Makes earlier versions and hands them out. It belongs to one event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._maker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pledgegraph-past")
        self._making: dict[int, asyncio.Future[None]] = {}

    @cached_property
    def _past(self) -> Past:
        return Past(open_directory(self._settings.data_dir), kept=self._settings.past_keep)

    async def asked(self, request: Request) -> PastVersion | None:
        """The version that the address names; None for the newest.

        Raises:
            ParameterError: it names one by no number.
            VersionMissing, ServiceBusy: see `at`.
        """
        number = version_named(request.query_params.get("version"))
        return None if number is None else await self.at(number)

    async def at(self, sequence: int) -> PastVersion:
        """The version of that number, ready to be asked.

        Raises:
            VersionMissing: there is none.
            ServiceBusy: it is being made, or too many others are.
            RemoteCannot: the service answers from a remote engine.
        """
        if self._settings.engine == "remote":
            raise RemoteCannot("The remote engine behind this service has no earlier versions.")
        version = await asyncio.to_thread(self._known, sequence)
        if await asyncio.to_thread(self._past.is_there, sequence):
            return version
        making = self._making.get(sequence)
        if making is None:
            if len(self._making) >= _MOST_WAITING:
                raise ServiceBusy(
                    "Too many earlier versions are being made.", retry_after=_RETRY_AFTER
                )
            loop = asyncio.get_running_loop()
            making = loop.run_in_executor(self._maker, self._make, version)
            self._making[sequence] = making
            making.add_done_callback(lambda _made: self._making.pop(sequence, None))
        done, _ = await asyncio.wait({making}, timeout=self._settings.query_timeout)
        if not done:
            raise ServiceBusy(
                f"Version {sequence} is being made from the changes log.",
                retry_after=_RETRY_AFTER,
            )
        making.result()
        return version

    def close(self) -> None:
        """Begin no other version."""
        self._maker.shutdown(wait=False, cancel_futures=True)

    def _known(self, sequence: int) -> PastVersion:
        return self._past.at(sequence)

    @staticmethod
    def _make(version: PastVersion) -> None:
        with version.snapshot():
            pass
