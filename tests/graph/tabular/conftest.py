"""The shipped data in a store that a module's tests share, and its registers as workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pledgegraph.settings import Settings
from pledgegraph.setup import open_engine
from pledgegraph.store import EmbeddedEngine, Permit
from pledgegraph.tabular import Applied, Sent, WorkbookReport, Workbooks
from pledgegraph.writes import Attribution
from tests.graph.building import BASE
from tests.graph.tabular.books import Book
from tests.shipped_store import copy_shipped

BY = Attribution("Ana", "The register of the ministry.")


class Desk:
    """A store, and what somebody does with workbooks there."""

    def __init__(self, path: Path) -> None:
        self.settings = Settings(data_dir=path, base=BASE)
        self.engine: EmbeddedEngine = open_engine(self.settings)
        self.workbooks = Workbooks(self.engine, self.settings)

    def out(self, register: str, *sheets: str, language: str = "en") -> Book:
        """A register's workbook, read again."""
        content = self.workbooks.export(register, language=language, sheets=sheets)
        return Book.read(content)

    def check(self, sent: Book | bytes | Sent, register: str) -> WorkbookReport:
        """The report on a workbook."""
        return self.workbooks.check(_sent(sent), register, language="en")

    def apply(self, sent: Book | bytes | Sent, register: str, **more: str) -> Applied:
        """Load it."""
        return self.workbooks.apply(
            _sent(sent), register, BY, Permit(), language="en", receipt=more.get("receipt")
        )

    def quads(self) -> set[str]:
        """All that the store holds, but for what rules compute."""
        with self.engine.snapshot() as snapshot:
            return {
                str(quad)
                for quad in snapshot.quads()
                if "/id/graph/computed/" not in str(quad.graph_name)
            }


def _sent(sent: Book | bytes | Sent) -> Sent:
    if isinstance(sent, Sent):
        return sent
    content = sent.written() if isinstance(sent, Book) else sent
    return Sent(content, "register.xlsx")


@pytest.fixture(scope="module", autouse=True)
def _forked_workers(forked_workers: None) -> None:
    """Each check of a workbook takes a process, which begins quickly."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The shipped data, shared by the tests of a module."""
    path = copy_shipped(tmp_path_factory, tmp_path_factory.mktemp("tabular") / "store", BASE)
    found = Desk(path)
    yield found
    found.engine.close()
