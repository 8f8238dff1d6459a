"""What others need to keep copies: dumps, the stream of changes, patches, and the past."""

from __future__ import annotations

from fastapi import FastAPI

from pledgegraph.history.dumps import Dumps
from pledgegraph.settings import Settings
from pledgegraph.store.published_log import PublishedLog
from pledgegraph_api.history.change_set import ChangeDocuments
from pledgegraph_api.history.dump_schedule import DumpSchedule
from pledgegraph_api.history.dumps import DumpFiles
from pledgegraph_api.history.stream import ChangeStream
from pledgegraph_api.history.versions import PastVersions
from pledgegraph_api.web.pages import Pages


class Copies:
    """Everything under `/dumps/` and `/changes`, and the schedule of the dumps."""

    def __init__(self, settings: Settings, pages: Pages) -> None:
        log = self.log = PublishedLog(settings.data_dir)
        self.past = PastVersions(settings)
        self._parts = (
            ChangeStream(log, pages, settings.base),
            ChangeDocuments(log, pages, settings.base),
            DumpFiles(Dumps(settings.data_dir / "dumps"), pages, settings.base),
        )
        self._schedule = DumpSchedule(
            settings.data_dir, interval=settings.dump_interval, keep=settings.dump_keep
        )

    def start(self) -> None:
        """Begin to make dumps."""
        self._schedule.start()

    async def stop(self) -> None:
        """Stop what goes on in the background."""
        self.past.close()
        await self._schedule.stop()

    def install(self, app: FastAPI) -> None:
        """Put all parts at their addresses."""
        for each in self._parts:
            each.install(app)
