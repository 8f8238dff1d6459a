"""What others need to keep copies: dumps, the stream of changes, patches, and the past."""

from __future__ import annotations

from fastapi import FastAPI

from pledgegraph.history import Dumps
from pledgegraph.settings import Settings
from pledgegraph.store import PublishedLog, open_directory
from pledgegraph.workers import BackgroundCommand
from pledgegraph_api.history.change_set import ChangeDocuments
from pledgegraph_api.history.dump_schedule import DumpSchedule
from pledgegraph_api.history.dumps import DumpFiles
from pledgegraph_api.history.stream import ChangeStream
from pledgegraph_api.history.versions import PastVersions
from pledgegraph_api.ops.backup_schedule import BackupSchedule
from pledgegraph_api.ops.file_checks import FileChecks
from pledgegraph_api.ops.log_follower import LogFollower
from pledgegraph_api.web.pages import Pages


class Copies:
    """Everything under `/dumps/` and `/changes`, and what makes dumps and backups, and checks."""

    def __init__(self, settings: Settings, pages: Pages) -> None:
        log = self.log = PublishedLog(settings.data_dir)
        self.past = PastVersions(settings)
        self._parts = (
            ChangeStream(log, pages, settings.base),
            ChangeDocuments(log, pages, settings.base),
            DumpFiles(Dumps(settings.data_dir / "dumps"), pages, settings.base),
        )
        self._background: tuple[BackgroundCommand, ...] = (
            DumpSchedule(
                settings.data_dir, interval=settings.dump_interval, keep=settings.dump_keep
            ),
            FileChecks(
                settings.data_dir,
                interval=settings.check_interval,
                correction_days=settings.correction_days,
                review_days=settings.review_days,
            ),
            *_backups(settings),
            *_followers(settings),
        )

    def start(self) -> None:
        """Begin to make dumps and backups, and to check the files."""
        for each in self._background:
            each.start()

    async def stop(self) -> None:
        """Stop what goes on in the background."""
        self.past.close()
        for each in self._background:
            await each.stop()

    def install(self, app: FastAPI) -> None:
        """Put all parts at their addresses."""
        for each in self._parts:
            each.install(app)


def _followers(settings: Settings) -> tuple[BackgroundCommand, ...]:
    is_node = open_directory(settings.data_dir).log is not None
    return (LogFollower(settings.data_dir),) if is_node else ()


def _backups(settings: Settings) -> tuple[BackgroundCommand, ...]:
    if settings.backup_dir is None:
        return ()
    return (
        BackupSchedule(
            settings.data_dir,
            settings.backup_dir,
            interval=settings.backup_interval,
            keep=settings.backup_keep,
        ),
    )
