"""`/contribute`: who keeps which register, and how to send something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.settings import Settings
from pledgegraph.store import Engine, OnceASnapshot, Snapshot, solutions
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.web.labels import Labels
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.prefixed_names import link_to, short_name
from pledgegraph_api.web.result_table import Cell, Table

PATH: Final = "/contribute"
_QUERY: Final = Path(__file__).parent / "queries" / "registers.rq"
_WEB: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class _Row:
    register: NamedNode
    publisher: NamedNode | None
    commitments: int


class ContributePage:
    """The page."""

    def __init__(self, settings: Settings, engine: Engine, pages: Pages) -> None:
        self._settings = settings
        self._pages = pages
        self._labels = Labels(engine)
        self._query = _QUERY.read_text(encoding="utf-8")
        self._rows = OnceASnapshot(engine, self._read)

    def install(self, app: FastAPI) -> None:
        """Put the page at its address."""
        app.add_api_route(PATH, self.answer, methods=["GET", "HEAD"], include_in_schema=False)

    async def answer(self, request: Request) -> Response:
        """The page, with the registers of the newest snapshot."""
        known_parameters(request, ("lang",))
        return await run_in_threadpool(self._answer, request)

    def _answer(self, request: Request) -> Response:
        sequence, rows = self._rows.current()
        contact = self._settings.contact.strip()
        table = Table(
            columns=("register", "publisher", "commitments"),
            rows=tuple(
                (
                    self._cell(row.register),
                    self._cell(row.publisher),
                    Cell(str(row.commitments), is_number=True),
                )
                for row in rows
            ),
        )
        language = required_language(request)
        return self._pages.render(
            request,
            "contribute.html",
            language=language,
            state=(sequence, contact),
            registers=_listed(self._labels.labelled(table, language.tag).rows),
            contact=contact,
            contact_link=_link_of(contact),
            days=round(self._settings.correction_days),
            reporting=self._settings.correction_rate > 0,
        )

    def _cell(self, node: NamedNode | None) -> Cell | None:
        if node is None:
            return None
        base = self._settings.base
        return Cell(short_name(node.value, base), href=link_to(node.value, base), iri=node.value)

    def _read(self, snapshot: Snapshot) -> tuple[int, tuple[_Row, ...]]:
        rows = []
        for found in solutions(snapshot, self._query, {}):
            register, publisher = found["register"], found["publisher"]
            if isinstance(register, NamedNode):
                count = int(getattr(found["commitments"], "value", 0))
                named = publisher if isinstance(publisher, NamedNode) else None
                rows.append(_Row(register, named, count))
        return snapshot.sequence, tuple(rows)


def _listed(rows: Sequence[Sequence[Cell | None]]) -> list[tuple[Cell, list[Cell], int, str]]:
    """Each register once, with its publishers, its commitments and the list of these."""
    found: dict[str, tuple[Cell, list[Cell], int, str]] = {}
    for register, publisher, number in rows:
        if register is None or register.iri is None or number is None:
            continue
        slug = register.iri.rpartition("/")[2]
        each = found.setdefault(
            register.iri,
            (register, [], int(number.text), f"/commitments?{urlencode({'register': slug})}"),
        )
        if publisher is not None:
            each[1].append(publisher)
    return list(found.values())


def _link_of(contact: str) -> str:
    """Where the contact leads; nothing for what is neither an address of the web nor of mail."""
    if contact.startswith(_WEB):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""
