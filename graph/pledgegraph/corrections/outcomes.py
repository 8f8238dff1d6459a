"""What came of reports, page by page, for whoever reads a page: read again when that changes."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Final

from pledgegraph.corrections.reports import Correction, Corrections

_NONE: Final = (0, 0)
_Stamp = tuple[int, int]


class Outcomes:
    """The decided reports by page. Any number of threads may ask."""

    def __init__(self, corrections: Corrections) -> None:
        self._corrections = corrections
        self._folder = str(corrections.decided_folder)
        self._guard = threading.Lock()
        self._known: tuple[_Stamp, Mapping[str, tuple[Correction, ...]]] = (_NONE, {})

    def stamp(self) -> _Stamp:
        """What changes with every decision, and with nothing else; takes some microseconds."""
        try:
            found = os.stat(self._folder)  # noqa: PTH116 -- thrice as fast, at each request
        except FileNotFoundError:
            return _NONE
        return (found.st_ino, found.st_mtime_ns)

    def of(self, page: str) -> tuple[Correction, ...]:
        """What came of the reports on a page, the latest first."""
        stamp = self.stamp()
        known = self._known
        if known[0] != stamp:
            with self._guard:
                by_page: dict[str, list[Correction]] = {}
                for each in self._corrections.decided():
                    by_page.setdefault(each.page, []).append(each)
                known = self._known = stamp, {p: tuple(found) for p, found in by_page.items()}
        return known[1].get(page, ())
