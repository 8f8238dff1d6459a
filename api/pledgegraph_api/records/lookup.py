"""Finds the document about a record: in the newest snapshot, and whether it still stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Variable

from pledgegraph.documents import Document, Names, Profiles, alone, compose, exists
from pledgegraph.namespaces import DCTERMS, PG, RDF
from pledgegraph.store import Engine, OnceASnapshot, Snapshot, solutions
from pledgegraph_api.errors import PageMissing, RecordMissing

_HERE: Final = Path(__file__).resolve().parent
_NEAREST: Final = 5
_ALIKE: Final = 0.5
_MOST_RENAMES: Final = 20
_LINKED: Final = ("http://", "https://")
_RETRACTS: Final = PG.retracts
_REPLACED: Final = PG.replacedBy
_RENAMED: Final = DCTERMS.isReplacedBy
_PARTS: Final = (_HERE / "queries" / "parts.rq").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Retraction:
    """That a record was a mistake or was merged into others."""

    reasons: tuple[Literal, ...]
    replaced_by: tuple[NamedNode, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What there is about a record: a document, maybe with its retraction, or its new IRI."""

    document: Document
    retraction: Retraction | None
    renamed_to: NamedNode | None
    brief: bool = False
    """Whether the document holds what is said of the record itself, and no more."""


class DocumentSource:
    """Composes documents. Its methods block: they are to be called in a thread."""

    def __init__(self, engine: Engine, profiles: Profiles) -> None:
        self.engine: Final = engine
        self.profiles: Final = profiles
        self.names: Final = Names()
        self._parts = OnceASnapshot(engine, self._read_parts)
        self._near = (_HERE / "queries" / "records_near.rq").read_text(encoding="utf-8")

    def find(
        self,
        snapshot: Snapshot,
        record: NamedNode,
        page: int = 1,
        *,
        merged: bool = False,
        brief: Callable[[Set[NamedNode]], bool] | None = None,
    ) -> Found:
        """The document about a record; a ``merged`` one does not know which graphs say what.

        Of a record of classes for which ``brief`` says so, and which still stands, it holds what
        is said of the record itself: that is what a page needs that looks up the rest by itself.

        Raises:
            RecordMissing: nothing is said of it; with those whose IRIs look like it.
            PageMissing: it has fewer pages.
        """
        if brief is not None and (found := self._briefly(snapshot, record, brief)) is not None:
            return found
        document = compose(
            snapshot,
            self.profiles,
            self.names,
            record,
            page=page,
            merged=merged,
            parts=self._parts_of(snapshot, record),
        )
        if document is None:
            raise self._missing(snapshot, record)
        if page > document.pages:
            raise PageMissing(
                f"The document has no page {page}.",
                remedy=f"Its pages are 1 to {document.pages}.",
            )
        said = [quad for quad in document.quads if quad.subject == record]
        renamed = self._renamed(snapshot, record, said)
        return Found(document, _retraction(snapshot, record), renamed)

    def _briefly(
        self, snapshot: Snapshot, record: NamedNode, brief: Callable[[Set[NamedNode]], bool]
    ) -> Found | None:
        said = tuple(snapshot.about([record]))
        kinds = {quad.object for quad in said if quad.predicate == RDF.type}
        if not brief({each for each in kinds if isinstance(each, NamedNode)}):
            return None
        if _retractions(snapshot, record):
            return None
        return Found(alone(record, snapshot.sequence, said), None, None, brief=True)

    def known(self, snapshot: Snapshot, candidates: Iterable[NamedNode]) -> NamedNode | None:
        """The first of them that something is said of, or of a part of; None where of none."""
        among = list(dict.fromkeys(candidates))
        for each in among:
            if exists(snapshot, each):
                return each
        return next((each for each in among if self._parts_of(snapshot, each)), None)

    def standing(self, snapshot: Snapshot, record: NamedNode) -> NamedNode | None:
        """Where an IRI leads: to its own document, unless it was given up for another.

        None means that it was retracted.

        Raises:
            RecordMissing: nothing is said of it.
        """
        said = list(snapshot.about([record]))
        if not said:
            if self._parts_of(snapshot, record):
                return record
            raise self._missing(snapshot, record)
        if _retractions(snapshot, record):
            return None
        return self._renamed(snapshot, record, said) or record

    def _renamed(
        self, snapshot: Snapshot, record: NamedNode, said: Sequence[Quad]
    ) -> NamedNode | None:
        """The new IRI, where it is all that is said of the old one and leads somewhere.

        Data can state renames that lead back, that lead nowhere, or that no browser should follow:
        then the old record is shown with what is said of it.
        """
        target = _new_iri(said)
        passed, here = {record}, target
        while here is not None:
            if here in passed or len(passed) > _MOST_RENAMES:
                return None
            if not here.value.startswith(f"{self.engine.base}/"):
                return target if here.value.lower().startswith(_LINKED) else None
            passed.add(here)
            said = list(snapshot.about([here]))
            if not said and not self._parts_of(snapshot, here):
                return None
            here = None if _retractions(snapshot, here) else _new_iri(said)
        return target

    def _parts_of(self, snapshot: Snapshot, record: NamedNode) -> tuple[NamedNode, ...]:
        """What has the IRI of the record with a fragment."""
        return self._parts.of(snapshot).get(record.value, ())

    def _read_parts(self, snapshot: Snapshot) -> Mapping[str, tuple[NamedNode, ...]]:
        begin = Literal(f"{self.engine.base}/")
        parts: dict[str, list[NamedNode]] = {}
        for row in solutions(snapshot, _PARTS, {Variable("begin"): begin}):
            part = row["part"]
            if isinstance(part, NamedNode):
                parts.setdefault(part.value.partition("#")[0], []).append(part)
        return {whole: tuple(found) for whole, found in parts.items()}

    def _missing(self, snapshot: Snapshot, record: NamedNode) -> RecordMissing:
        start, slash, slug = record.value.rpartition("/")
        below = start + slash
        known = [each.value.removeprefix(below) for each in self._records_below(snapshot, below)]
        # Whoever types an acronym writes it large, and slugs are small.
        alike = {each.lower(): each for each in known}
        near = get_close_matches(slug.lower(), alike, n=_NEAREST, cutoff=_ALIKE)
        return RecordMissing(
            "There is no record at this address.", near=[below + alike[each] for each in near]
        )

    def _records_below(self, snapshot: Snapshot, start: str) -> Iterator[NamedNode]:
        for row in solutions(snapshot, self._near, {Variable("start"): Literal(start)}):
            record = row["record"]
            if isinstance(record, NamedNode):
                yield record


def _retractions(snapshot: Snapshot, record: NamedNode) -> list[NamedNode]:
    pointing = snapshot.pointing_at([record], [_RETRACTS], merged=True)
    return [quad.subject for quad in pointing if isinstance(quad.subject, NamedNode)]


def _retraction(snapshot: Snapshot, record: NamedNode) -> Retraction | None:
    """Why a record was given up, whichever page of its document tells of it."""
    found = _retractions(snapshot, record)
    if not found:
        return None
    said = list(snapshot.about(found, merged=True))
    reasons = (quad.object for quad in said if quad.predicate == PG.reason)
    replaced = (quad.object for quad in said if quad.predicate == _REPLACED)
    return Retraction(
        tuple(dict.fromkeys(each for each in reasons if isinstance(each, Literal))),
        tuple(dict.fromkeys(each for each in replaced if isinstance(each, NamedNode))),
    )


def _new_iri(said: Sequence[Quad]) -> NamedNode | None:
    """The new IRI, where it is all that is said of the old one."""
    values = {quad.object for quad in said if quad.predicate == _RENAMED}
    if said and len(values) == 1 and all(quad.predicate == _RENAMED for quad in said):
        (target,) = values
        return target if isinstance(target, NamedNode) else None
    return None
