"""What readers may send, put together; and the pages, which tell what came of it."""

from __future__ import annotations

from fastapi import FastAPI

from pledgegraph.corrections import Corrections, Outcomes
from pledgegraph.settings import Settings
from pledgegraph.store import Engine
from pledgegraph_api.contributing.contribute_page import ContributePage
from pledgegraph_api.contributing.report_form import ReportForm
from pledgegraph_api.web.labels import Labels
from pledgegraph_api.web.pages import Pages


class Contributing:
    """The addresses by which readers report errors, and what all pages need of them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.corrections = Corrections(settings.data_dir, days=settings.correction_days)
        self.outcomes = Outcomes(self.corrections)
        self.pages = Pages(self.outcomes, reporting=settings.correction_rate > 0)

    def install(self, app: FastAPI, engine: Engine) -> None:
        """Put all at their addresses."""
        ReportForm(self._settings, self.corrections, Labels(engine), self.pages).install(app)
        ContributePage(self._settings, engine, self.pages).install(app)
