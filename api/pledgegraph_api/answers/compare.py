"""``/compare?a=...&b=...``: two actors, registers, events or frameworks beside each other.

Either may be of an earlier version of the data (``version_a``, ``version_b``), so that one thing
can be compared with itself as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.catalogue import MOST_MATCHES, Domain, RememberedNames
from pledgegraph.documents import Names, Profiles
from pledgegraph.history import PastVersion
from pledgegraph.namespaces import PG, RDF
from pledgegraph.store import Engine, Snapshot
from pledgegraph_api.errors import Fault, WrongParameters
from pledgegraph_api.history.versions import PastVersions
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.http.query_params import known_parameters, version_named
from pledgegraph_api.progress.terms import CLASSES
from pledgegraph_api.records.commitment_lines import Line
from pledgegraph_api.records.holder_view import Holder, holder_for
from pledgegraph_api.records.shown_things import Name
from pledgegraph_api.records.tallies import Tallies
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.prefixed_names import short_name
from pledgegraph_api.web.record_paths import records_at

PATH: Final = "/compare"
_SIDES: Final = ("a", "b")
_PARAMETERS: Final = (*_SIDES, "version_a", "version_b", "lang")
_LONGEST: Final = 200
_KINDS: Final = (PG.Register, PG.Actor, PG.Event, PG.Framework)
"""What can be compared."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    given: str
    record: NamedNode
    name: Name
    holder: Holder
    sequence: int
    version: str
    """The number of the version that was asked for; empty for the newest."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """A commitment as each of the two has it."""

    name: Name
    sides: tuple[Line | None, Line | None]


class ComparePage:
    """Compares."""

    def __init__(
        self,
        engine: Engine,
        pages: Pages,
        past: PastVersions,
        *,
        tallies: Tallies,
        names: Names,
        profiles: Profiles,
        base: str,
    ) -> None:
        self._engine = engine
        self._pages = pages
        self._past = past
        self._tallies = tallies
        self._names = names
        self._profiles = profiles
        self._base = base
        self._index = RememberedNames(engine)

    def install(self, app: FastAPI) -> None:
        """Put the page at its address."""
        app.add_api_route(PATH, self.page, methods=["GET", "HEAD"], include_in_schema=False)

    async def page(self, request: Request) -> Response:
        """The two side by side; a form where one of them is not named yet.

        Raises:
            WrongParameters: one of them is not known, or is nothing that can be compared.
            VersionMissing, ServiceBusy: see `history.versions.PastVersions.at`.
        """
        given = known_parameters(request, _PARAMETERS)
        versions: list[PastVersion | None] = []
        for side in _SIDES:
            number = version_named(given.get(f"version_{side}") or None)
            versions.append(None if number is None else await self._past.at(number))
        return await run_in_threadpool(self._page, request, given, versions)

    def _page(
        self, request: Request, given: Mapping[str, str], versions: list[PastVersion | None]
    ) -> Response:
        language = required_language(request)
        faults: list[Fault] = []
        first = self._record("a", given.get("a", "").strip(), faults)
        second = self._record("b", given.get("b", "").strip(), faults, beside=first)
        records = (first, second)
        if faults:
            raise WrongParameters(
                " ".join(fault.detail for fault in faults),
                remedy="Give a name, or the end of an address such as actor/co-dane.",
                faults=faults,
            )
        sides = [
            self._side(given[side], record, version, language.tag)
            for side, record, version in zip(_SIDES, records, versions, strict=True)
            if record is not None
        ]
        whole = len(sides) == len(_SIDES)
        today = datetime.now(UTC).date()
        swapped = [("a", "b"), ("b", "a"), ("version_a", "version_b"), ("version_b", "version_a")]
        pairs = [(new, given[old]) for old, new in swapped if given.get(old)]
        commitments = _commitments(sides[0], sides[1]) if whole else {}
        return self._pages.render(
            request,
            "compare.html",
            language=language,
            state=(*(side.sequence for side in sides), today.isoformat()) if whole else None,
            sides=sides if whole else [],
            asked=given,
            classes=_classes_counted(sides),
            terms=list(
                dict.fromkeys(label.text for side in sides for label, _ in side.holder.facts)
            ),
            swapped=f"{PATH}?{urlencode(pairs)}",
            **commitments,
        )

    def _record(
        self, side: str, given: str, faults: list[Fault], *, beside: NamedNode | None = None
    ) -> NamedNode | None:
        """The record that is meant; None where none is given.

        Of several that are called so, that of the kind is meant which is to stand ``beside`` it.
        """
        if not given:
            return None
        quoted = given[:_LONGEST]
        path = given.removeprefix(self._base).removeprefix("/")
        path = path.removeprefix("id/").removeprefix("doc/")
        near: list[str] = []
        with self._engine.snapshot() as snapshot:
            for each in records_at(f"/doc/{path}", self._base):
                if _classes(snapshot, each) & set(_KINDS):
                    return each
            kinds = _classes(snapshot, beside) if beside is not None else set()
            found: dict[str, None] = {}
            for kind in _KINDS:
                index = self._index(snapshot, Domain(members_of=kind))
                named = index.named(given)
                if len(named) == 1 and kind in kinds:
                    return NamedNode(named[0])
                found |= dict.fromkeys(named)
                near += index.near(given)
        if len(found) == 1:
            return NamedNode(next(iter(found)))
        alike = [short_name(each, self._base).removeprefix("id/") for each in found or near]
        hint = f" Did you mean {', '.join(alike[:MOST_MATCHES])}?" if alike else ""
        detail = (
            f"Parameter `{side}` is {quoted!r}, which several are called.{hint}"
            if found
            else f"Parameter `{side}` is {quoted!r}, which is no actor, register, event or "
            f"framework that is known here.{hint}"
        )
        faults.append(Fault(side, "value", detail, quoted, "iri", (), "actor/co-dane"))
        return None

    def _side(
        self, given: str, record: NamedNode, version: PastVersion | None, language: str
    ) -> Side:
        held: AbstractContextManager[Snapshot] = (
            self._engine.snapshot() if version is None else version.snapshot()
        )
        today = datetime.now(UTC).date() if version is None else version.time.date()
        with held as snapshot:
            classes = _classes(snapshot, record)
            if not classes & set(_KINDS):
                detail = f"{given[:_LONGEST]!r} is not known in that version of the data."
                raise WrongParameters(detail, remedy="Ask for a later version, or for the newest.")
            holder = holder_for(
                snapshot,
                record,
                classes,
                self._names,
                self._profiles,
                tallies=self._tallies,
                language=language,
                words=self._pages.wording[language],
                base=self._base,
                version=None if version is None else version.sequence,
                today=today,
            )
            number = "" if version is None else str(version.sequence)
            return Side(given, record, holder.name, holder, snapshot.sequence, number)


def _classes_counted(sides: list[Side]) -> list[Name]:
    """What is known of reporting on either side, in the order in which pages show it."""
    named = {each.value: each.name for side in sides for each in side.holder.sum.reporting}
    return [named[name] for name in CLASSES if name in named]


def _commitments(one: Side, other: Side) -> dict[str, Any]:
    """The commitments of both beside each other: each by each, where they have any in common."""
    first = {line.record: line for line in one.holder.sum.lines}
    second = {line.record: line for line in other.holder.sum.lines}
    if not first.keys() & second.keys():
        return {"aligned": [], "pairs": list(zip_longest(first.values(), second.values()))}
    both = [each for each in first if each in second]
    alone = [each for each in (*first, *second) if each not in both]
    return {
        "aligned": [
            Aligned((first.get(each) or second[each]).name, (first.get(each), second.get(each)))
            for each in (*both, *alone)
        ],
        "pairs": [],
    }


def _classes(snapshot: Snapshot, record: NamedNode) -> set[NamedNode]:
    said = snapshot.about([record], [RDF.type], merged=True)
    return {quad.object for quad in said if isinstance(quad.object, NamedNode)}
