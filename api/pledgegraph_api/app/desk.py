"""The desk of stewards, put together."""

from __future__ import annotations

from fastapi import FastAPI

from pledgegraph.corrections import Corrections
from pledgegraph.settings import Settings
from pledgegraph.store import Engine
from pledgegraph.writes import Tokens
from pledgegraph_api.desk.decisions import Decisions
from pledgegraph_api.desk.home import DeskHome
from pledgegraph_api.desk.progress_form import ProgressForm
from pledgegraph_api.desk.rights import Rights
from pledgegraph_api.desk.sessions import Sessions
from pledgegraph_api.desk.taking_back import TakingBack
from pledgegraph_api.desk.workbook_desk import WorkbookDesk
from pledgegraph_api.progress.ledger import Ledgers
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.write.queue import WriteRunner


def install_desk(
    app: FastAPI,
    settings: Settings,
    engine: Engine,
    *,
    ledgers: Ledgers,
    runner: WriteRunner,
    corrections: Corrections,
    pages: Pages,
) -> None:
    """Put the pages of the desk at their addresses."""
    sessions = Sessions(settings, Tokens(settings.data_dir))
    rights = Rights(settings, engine, ledgers)
    DeskHome(sessions, rights, corrections, pages, settings.base).install(app)
    Decisions(sessions, rights, corrections, pages).install(app)
    ProgressForm(sessions, rights, engine, runner, pages).install(app)
    TakingBack(sessions, rights, engine, runner, pages, data_dir=settings.data_dir).install(app)
    WorkbookDesk(sessions, rights, engine, runner, pages, settings=settings).install(app)
