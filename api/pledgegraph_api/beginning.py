"""The beginning of an answer, held until it is known whether the whole of it will be cut."""

from __future__ import annotations

import time
from typing import Final

from pledgegraph.errors import Limit
from pledgegraph.media_types import Format
from pledgegraph.results.truncation import head_with_link, refuse_unsaid
from pledgegraph_api.bridge import Bridge

_LONGEST: Final = 64 * 1024
_PATIENCE: Final = 0.02
"""Seconds after which what is there is sent."""


class Beginning:
    """A file to the serialiser, in front of a bridge; holds up to ``held_back`` bytes anyhow."""

    def __init__(self, bridge: Bridge, held_back: int) -> None:
        self._bridge = bridge
        self._held_back = held_back
        self._held: bytearray | None = bytearray()
        self._since = time.monotonic()

    def write(self, data: bytes) -> int:
        """Take bytes; see `Bridge.write`."""
        if self._held is None:
            return self._bridge.write(data)
        self._held += data
        size = len(self._held)
        is_late = time.monotonic() - self._since > _PATIENCE
        if size >= self._held_back and (size >= _LONGEST or is_late):
            self._begin()
        return len(data)

    def flush(self) -> None:
        """Nothing: what is held is sent in time, and at the end."""

    def has_not_begun(self) -> bool:
        """True while nothing has been sent."""
        return self._held is not None

    def end(self, met: Limit | None, form: Format, link: str) -> None:
        """Send what is left, with word of the cut in its head, if that is here still.

        Raises:
            AnswerTooLong: it is not, and the format has no other place.
        """
        if met is not None:
            if self._held is None:
                refuse_unsaid(form, met)
            else:
                self._held = bytearray(head_with_link(bytes(self._held), form, link))
        self._begin()

    def _begin(self) -> None:
        held, self._held = self._held, None
        if held:
            self._bridge.write(bytes(held))
