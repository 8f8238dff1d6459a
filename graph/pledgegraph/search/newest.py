"""The search index of the newest snapshot, made anew as the data change."""

from __future__ import annotations

import logging
import threading
from typing import Final

from pledgegraph.search.index import SearchIndex
from pledgegraph.store.engine import Engine

_SMALL: Final = 20_000
"""Things up to which a client waits for the new index (some 2 s); beyond, the old one answers."""
_LOG: Final = logging.getLogger(__name__)


class NewestIndex:
    """Holds one index. Any number of threads may ask for it."""

    def __init__(self, engine: Engine, base: str) -> None:
        self._engine = engine
        self._base = base
        self._held: tuple[str | None, SearchIndex] | None = None
        self._making = threading.Lock()

    def current(self) -> SearchIndex:
        """The index, whose ``sequence`` says of which snapshot it is. Blocks while it is made.

        A large one is made in the background, and what it replaces answers meanwhile.
        """
        held = self._held
        if held is not None and held[0] == self._engine.version():
            return held[1]
        if held is not None and len(held[1]) > _SMALL:
            if self._making.acquire(blocking=False):
                threading.Thread(target=self._make_behind, daemon=True).start()
            return held[1]
        with self._making:
            held = self._held
            if held is not None and held[0] == self._engine.version():
                return held[1]
            return self._make()

    def _make_behind(self) -> None:
        try:
            self._make()
        except Exception:  # noqa: BLE001 -- a thread has nobody to tell
            _LOG.exception("the search index could not be made anew; the older one answers")
        finally:
            self._making.release()

    def _make(self) -> SearchIndex:
        with self._engine.snapshot() as snapshot:
            index = SearchIndex(snapshot, self._base)
            self._held = (snapshot.version, index)
        return index
