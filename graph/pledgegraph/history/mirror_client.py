"""The service that a mirror follows, over HTTP."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import httpx
from tenacity import (
    Retrying,
    before_sleep_log,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from pledgegraph.errors import OriginDiffers, OriginUnreachable
from pledgegraph.release import release
from pledgegraph.store.log.changes_log import LOG_FORMAT

_TIMEOUT: Final = httpx.Timeout(30.0)
_SHA_256: Final = re.compile("[0-9a-f]{64}")
_LONGEST_WAIT: Final = 30.0
_BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OriginState:
    """What an origin says of itself."""

    base: str
    last: int


@dataclass(frozen=True, slots=True)
class OriginDump:
    """The newest dump of an origin."""

    sequence: int
    hash: str


class Origin:
    """A service at an address. What fails for a while is tried again, ever more slowly."""

    def __init__(self, address: str, *, attempts: int = 6, first_wait: float = 0.5) -> None:
        self.address: Final = address.rstrip("/")
        self._client = httpx.Client(
            timeout=_TIMEOUT,
            follow_redirects=True,
            headers={"User-Agent": f"pledgegraph-mirror/{release()}"},
        )
        self._retrying = Retrying(
            retry=retry_if_exception_type(OriginUnreachable),
            stop=stop_after_attempt(attempts),
            wait=wait_exponential(first_wait, _LONGEST_WAIT) + wait_random(0, first_wait),
            before_sleep=before_sleep_log(_log, logging.INFO),
            reraise=True,
        )

    def __enter__(self) -> Origin:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def state(self) -> OriginState:
        """Its base IRI and its newest change set.

        Raises:
            OriginUnreachable: it does not answer, however often it is asked.
            OriginDiffers: it is no Pledgegraph, or its log has another form.
        """
        told = self._retrying(self._json, "/changes?format=json")
        try:
            base, last, form = str(told["base"]), int(told["last"]), int(told["logFormat"])
        except (KeyError, TypeError, ValueError) as error:
            raise OriginDiffers(
                "At this address is no Pledgegraph that can be mirrored."
            ) from error
        if form != LOG_FORMAT:
            raise OriginDiffers(
                f"The origin's changes log has format {form}, this release reads {LOG_FORMAT}."
            )
        return OriginState(base, last)

    def checksum(self, sequence: int) -> str:
        """The SHA-256 of a change set's patch; see `state` for what is raised."""
        return self._retrying(self._checksum, sequence)

    def newest_dump(self) -> OriginDump | None:
        """Its newest dump, if there is one; see `state` for what is raised."""
        told = self._retrying(self._json, "/dumps/?format=json")
        try:
            return next(
                (OriginDump(int(d["snapshot"]), str(d["hash"])) for d in told["dumps"]), None
            )
        except (KeyError, TypeError, ValueError) as error:
            raise OriginDiffers("The origin's list of dumps cannot be read.") from error

    def fetch(self, first: int, last: int, into: Path) -> None:
        """Write the records from ``first`` on into a file, as many as the origin sends at once.

        When the connection breaks after a whole record, what has come is kept.
        """
        self._retrying(self._fetch, first, last, into)

    def _fetch(self, first: int, last: int, into: Path) -> None:
        with into.open("wb") as file:
            try:
                with self._answer(f"/changes/patches?from={first}&to={last}", "GET") as answer:
                    for piece in answer.iter_bytes():
                        file.write(piece)
            except OriginUnreachable:
                if file.tell() == 0:
                    raise
                _log.info("The connection broke; what has come is taken.")

    def _checksum(self, sequence: int) -> str:
        with self._answer(f"/changes/{sequence}.rdfp", "HEAD") as answer:
            # A coding, the origin's or a proxy's between, gives the tag an ending of its own.
            found = _SHA_256.search(answer.headers.get("etag", ""))
            return found[0] if found else ""

    def _json(self, path: str) -> dict[str, Any]:
        with self._answer(path, "GET") as answer:
            try:
                found = json.loads(answer.read())
            except ValueError as error:
                raise OriginDiffers("At this address is no Pledgegraph.") from error
        if not isinstance(found, dict):
            raise OriginDiffers("At this address is no Pledgegraph.")
        return found

    @contextmanager
    def _answer(self, path: str, method: str) -> Iterator[httpx.Response]:
        """An answer with a good status.

        Raises:
            OriginUnreachable: there is none; it may be worth another try.
            OriginDiffers: another try would get the same.
        """
        try:
            with self._client.stream(method, self.address + path) as answer:
                if answer.status_code in _BUSY:
                    raise OriginUnreachable(f"The origin answers {answer.status_code}.")
                if answer.status_code != httpx.codes.OK:
                    raise OriginDiffers(
                        f"The origin answers {answer.status_code} where it has to answer 200."
                    )
                yield answer
        except httpx.TransportError as error:
            raise OriginUnreachable("The origin does not answer.") from error
        except (httpx.InvalidURL, httpx.TooManyRedirects, httpx.DecodingError) as error:
            raise OriginDiffers("The origin's address cannot be used.") from error
