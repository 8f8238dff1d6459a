"""The desk of stewards, put together."""

from __future__ import annotations

from fastapi import FastAPI

from pledgegraph.corrections import Corrections
from pledgegraph.reviews import Proposals
from pledgegraph.settings import Settings
from pledgegraph.store import Engine, PublishedLog
from pledgegraph.tabular import WaitingWorkbooks, Workbooks
from pledgegraph.writes import Tokens
from pledgegraph_api.desk.decisions import Decisions
from pledgegraph_api.desk.desk_pages import DeskPages
from pledgegraph_api.desk.home import DeskHome
from pledgegraph_api.desk.previews import Previews
from pledgegraph_api.desk.progress_form import ProgressForm
from pledgegraph_api.desk.review_page import ReviewPages
from pledgegraph_api.desk.reviewing import Reviewing
from pledgegraph_api.desk.rights import Rights
from pledgegraph_api.desk.sessions import Sessions
from pledgegraph_api.desk.statuses import Statuses
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
    tokens = Tokens(settings.data_dir)
    sessions = Sessions(settings, tokens)
    rights = Rights(settings, engine, ledgers)
    desk = DeskPages(sessions, pages)
    workbooks, waiting = Workbooks(engine, settings), WaitingWorkbooks(settings.data_dir)
    proposals = Proposals(settings.data_dir, days=settings.review_days)
    reviewing = Reviewing(proposals, rights, tokens, PublishedLog(settings.data_dir))
    previews = Previews(
        desk, reviewing, engine, runner, workbooks=workbooks, waiting=waiting, pages=pages
    )
    statuses = Statuses()
    DeskHome(
        sessions, desk, rights, corrections, pages, reviewing=reviewing, base=settings.base
    ).install(app)
    Decisions(desk, rights, corrections).install(app)
    ProgressForm(
        desk, rights, engine, runner, reviewing=reviewing, previews=previews, statuses=statuses
    ).install(app)
    TakingBack(desk, rights, engine, runner, data_dir=settings.data_dir).install(app)
    WorkbookDesk(
        desk,
        rights,
        engine,
        runner,
        reviewing=reviewing,
        workbooks=workbooks,
        waiting=waiting,
        settings=settings,
    ).install(app)
    ReviewPages(desk, reviewing, engine, runner, workbooks=workbooks, statuses=statuses).install(
        app
    )
    previews.install(app)
