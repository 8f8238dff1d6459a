"""``/country/404``: what was promised for a country or region, by whom, and what is held there.

A country is a concept of the scheme of the United Nations' M49 codes, and no record of ours. Its
numbers are those of the lists that have it as a filter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI
from pyoxigraph import Literal, NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.documents import Names, Profiles
from pledgegraph.namespaces import SCHEME, SKOS
from pledgegraph.store import Engine
from pledgegraph_api.collections.table import COLLECTIONS, Row, Tables
from pledgegraph_api.errors import DocumentMissing
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.records.commitment_lines import count_commitments
from pledgegraph_api.records.count_ways import CountWays
from pledgegraph_api.records.shown_things import Name, Things
from pledgegraph_api.records.statements import Statements
from pledgegraph_api.records.tallies import Tallies
from pledgegraph_api.web.pages import Pages

PATH: Final = "/country/"
_SCHEME: Final = f"{SCHEME}m49#"
_CODE: Final = re.compile(r"[0-9]{3}")
_MOST: Final = 30
"""Actors and events that a page names; the lists have all."""
_LISTS: Final = {each.name: each for each in COLLECTIONS}


class CountryPages:
    """Answers for countries and regions."""

    def __init__(
        self,
        engine: Engine,
        tables: Tables,
        pages: Pages,
        *,
        tallies: Tallies,
        names: Names,
        profiles: Profiles,
        base: str,
    ) -> None:
        self._engine = engine
        self._tables = tables
        self._tallies = tallies
        self._pages = pages
        self._names = names
        self._profiles = profiles
        self._base = base

    def install(self, app: FastAPI) -> None:
        """Put the pages at their addresses."""
        app.add_api_route(
            PATH + "{code}", self.page, methods=["GET", "HEAD"], include_in_schema=False
        )

    async def page(self, request: Request, code: str) -> Response:
        """The page of the country with that M49 code.

        Raises:
            DocumentMissing: no country or region has it.
        """
        known_parameters(request, ("lang",))
        return await run_in_threadpool(self._page, request, code)

    def _page(self, request: Request, code: str) -> Response:
        country = NamedNode(_SCHEME + code) if _CODE.fullmatch(code) else None
        language = required_language(request)
        today = datetime.now(UTC).date()
        with self._engine.snapshot() as snapshot:
            said = Statements()
            said.take(snapshot.about([country]) if country else ())
            if country is None or not said.subjects():
                raise DocumentMissing(
                    f"No country or region has the M49 code {code[:40]!r}.",
                    remedy="Codes have three digits, such as 404; /scheme/m49 has them all.",
                )
            sequence = snapshot.sequence
        return self._pages.render(
            request,
            "country.html",
            language=language,
            headers={"pledgegraph-snapshot": str(sequence)},
            state=(sequence, "country", today.isoformat()),
            late=partial(self._content, country, today, language.tag),
        )

    def _content(self, country: NamedNode, today: date, language: str) -> Mapping[str, Any]:
        found = {name: self._rows(name, country, today) for name in _LISTS if name != "sources"}
        with self._engine.snapshot() as snapshot:
            said = Statements()
            said.take(snapshot.about([country]))
            things = Things(
                said,
                snapshot,
                self._names,
                self._profiles,
                language=language,
                words=self._pages.wording[language],
                base=self._base,
                version=None,
            )
            filters = urlencode({"country": country.value.rpartition("#")[2]})
            return {
                "title": things.name(country),
                "also": _other_names(said, country, things.name(country).text),
                "codes": [each.value for each in said.texts(country, SKOS.notation)],
                "within": things.names(country, SKOS.broader),
                "parts": _inside(things, snapshot.pointing_at([country], [SKOS.broader])),
                "sum": count_commitments(
                    snapshot,
                    things,
                    self._tallies.of(snapshot, [row.record for row in found["commitments"]]),
                    today=today,
                ),
                "groups": [
                    (name, f"/{name}?{filters}", _listed(things, rows), len(rows))
                    for name, rows in found.items()
                    if name != "commitments" and rows
                ],
                "way": CountWays("country", country, today),
                "scheme_address": f"/scheme/m49#{country.value.rpartition('#')[2]}",
            }

    def _rows(self, name: str, country: NamedNode, today: date) -> list[Row]:
        table = self._tables.read(_LISTS[name], today)
        return [row for row in table.rows if country in row.values.get("country", ())]


def _listed(things: Things, rows: list[Row]) -> list[Name]:
    shown = [row.record for row in rows[:_MOST]]
    things.learn(shown)
    return [things.name(each) for each in shown]


def _inside(things: Things, quads: Any) -> list[Name]:
    nodes = sorted(
        {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)},
        key=lambda each: each.value,
    )
    things.learn(nodes)
    return sorted((things.name(each) for each in nodes), key=lambda each: each.text.casefold())


def _other_names(said: Statements, country: NamedNode, own: str) -> list[Name]:
    texts: list[Literal] = said.texts(country, SKOS.prefLabel, SKOS.altLabel)
    named: dict[str, Name] = {}
    for each in texts:
        if each.value != own:
            named.setdefault(each.value, Name(each.value, each.language or ""))
    return list(named.values())
