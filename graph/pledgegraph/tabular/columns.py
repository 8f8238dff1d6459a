"""The sheets of a register's workbook and their columns: which statements each cell holds.

The first columns of the sheet of commitments are the fields of Commit to Data: organisation and
its kind, data type, region, timeline, sponsors, objective, description and links.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.namespaces import DCTERMS, PG, RDFS, SCHEMA


class Kind(Enum):
    """What a cell holds, and how it is read."""

    ID = "id"
    VERSION = "version"
    """Names the content of a row, in workbooks of older releases; none is written any more."""
    REMOVE = "remove"
    TEXT = "text"
    """Text in the language of the column."""
    WORDS = "words"
    """Text without a language."""
    CONCEPT = "concept"
    """Members of a concept scheme."""
    SHOWN_CONCEPT = "shown concept"
    """Members of a concept scheme that belong to another record."""
    RECORD = "record"
    PLACE = "place"
    """Countries and regions of M49."""
    GOAL = "goal"
    """Goals and targets of the SDGs."""
    DAY = "day"
    LINK = "link"
    NUMBER = "number"
    WHOLE = "whole"
    SOURCE = "source"
    """The graph that the record's statements stand in."""


SHOWS_OTHERS: Final = (Kind.ID, Kind.VERSION, Kind.REMOVE, Kind.SOURCE, Kind.SHOWN_CONCEPT)
"""Kinds of columns whose cells hold no statements of their row's record."""


@dataclass(frozen=True, slots=True)
class Days:
    """The properties that a date with its precision is written with."""

    earliest: NamedNode | None = None
    latest: NamedNode | None = None
    words: NamedNode | None = None
    """As it was published, where that is more than the days."""
    exact: NamedNode | None = None
    """For a single day."""
    starts: NamedNode | None = None
    """For a span of days that are each told."""
    ends: NamedNode | None = None

    @property
    def all(self) -> tuple[NamedNode, ...]:
        """Every one of them."""
        found = (self.exact, self.earliest, self.latest, self.words, self.starts, self.ends)
        return tuple(each for each in found if each is not None)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key is the same in every language."""

    key: str
    kind: Kind
    predicate: NamedNode | None = None
    of: tuple[str, ...] = ()
    """The schemes whose members it holds, or the kinds of records, by their folder under /id/."""
    many: bool = False
    days: Days | None = None
    own: bool = False
    """Whether the records that it names must be of the register itself."""
    width: int = 24

    @property
    def predicates(self) -> tuple[NamedNode, ...]:
        """The properties that the cell's statements have."""
        if self.days is not None:
            return self.days.all
        return () if self.predicate is None else (self.predicate,)


@dataclass(frozen=True, slots=True)
class SheetKind:
    """A sheet: what its rows are, and its columns in their order."""

    key: str
    classes: tuple[NamedNode, ...]
    """What its rows may be; the first is what a new one is."""
    folders: tuple[str, ...]
    """Under /id/, in the order of the classes."""
    columns: tuple[Column, ...]
    title: str
    """The column that tells a new row from others."""

    def column(self, key: str) -> Column | None:
        """The column of that key."""
        return next((each for each in self.columns if each.key == key), None)


PROMISES: Final = ("commitment", "undertaking", "milestone", "target")
_EVENT: Final = Days(
    earliest=PG.earliest,
    latest=PG.latest,
    words=PG.dateAsPublished,
    starts=PG.startsOn,
    ends=PG.endsOn,
)
_DUE: Final = Days(
    exact=PG.dueDate, earliest=PG.dueEarliest, latest=PG.dueLatest, words=PG.dueAsPublished
)
_ID: Final = Column("id", Kind.ID, width=26)
_LAST: Final = (
    Column("source", Kind.SOURCE, width=30),
    Column("remove", Kind.REMOVE, width=10),
    Column("version", Kind.VERSION, width=14),
)
_DUE_COLUMN: Final = Column("due", Kind.DAY, days=_DUE, width=18)
_TITLE: Final = Column("title", Kind.TEXT, RDFS.label, width=44)
_DESCRIPTION: Final = Column("description", Kind.TEXT, DCTERMS.description, width=60)
_PART_OF: Final = Column("part_of", Kind.RECORD, PG.partOf, PROMISES, own=True, width=36)
_POSITION: Final = Column("position", Kind.WHOLE, PG.position, width=10)
_COUNTRY: Final = Column("country", Kind.PLACE, DCTERMS.spatial, many=True)
_LINKS: Final = Column("links", Kind.LINK, SCHEMA.url, many=True, width=40)


def _actors(key: str, predicate: NamedNode) -> Column:
    return Column(key, Kind.RECORD, predicate, ("actor",), many=True, width=36)


def _listed(key: str, predicate: NamedNode, *schemes: str, many: bool = False) -> Column:
    return Column(key, Kind.CONCEPT, predicate, schemes, many=many)


COMMITMENTS: Final = SheetKind(
    "commitments",
    (PG.Commitment,),
    ("commitment",),
    (
        _ID,
        _actors("organisation", PG.madeBy),
        Column("organisation_kind", Kind.SHOWN_CONCEPT, PG.actorType, ("actor-type",), many=True),
        _listed("data_type", PG.dataType, "data-type", many=True),
        Column("region", Kind.PLACE, DCTERMS.spatial, many=True),
        Column("timeline", Kind.DAY, days=_EVENT),
        _actors("sponsors", PG.sponsoredBy),
        Column("objective", Kind.TEXT, RDFS.label, width=50),
        _DESCRIPTION,
        _LINKS,
        _DUE_COLUMN,
        Column(
            "announced",
            Kind.DAY,
            days=Days(
                earliest=PG.announcedEarliest,
                latest=PG.announcedLatest,
                words=PG.announcedAsPublished,
            ),
        ),
        _actors("supporters", PG.supportedBy),
        _listed("theme", PG.theme, "topic", many=True),
        _listed("group", PG.populationGroup, "population-group", many=True),
        Column("goals", Kind.GOAL, PG.sdg, many=True, width=14),
        Column("number", Kind.WORDS, PG.registerIdentifier, many=True, width=16),
        Column("part_of", Kind.RECORD, PG.partOf, ("commitment",), own=True, width=30),
        *_LAST,
    ),
    "objective",
)
REPORTS: Final = SheetKind(
    "reports",
    (PG.StatusReport, PG.ProgressNote, PG.Assessment),
    ("report", "note", "assessment"),
    (
        _ID,
        Column("commitment", Kind.RECORD, PG.reportsOn, PROMISES, many=True, own=True, width=44),
        Column(
            "day",
            Kind.DAY,
            days=Days(
                exact=PG.asOf, earliest=PG.earliest, latest=PG.latest, words=PG.dateAsPublished
            ),
        ),
        _listed("status", PG.status, "status", "assessment"),
        Column("status_words", Kind.WORDS, PG.statusAsPublished),
        _listed("outlook", PG.outlook, "outlook"),
        Column("text", Kind.TEXT, PG.text, width=60),
        _actors("reporter", PG.reporter),
        _actors("on_behalf_of", PG.onBehalfOf),
        _listed("report_kind", PG.reportKind, "report-kind"),
        _actors("assessor", PG.assessor),
        Column("method", Kind.TEXT, PG.method, width=40),
        Column("replies_to", Kind.RECORD, PG.repliesTo, ("assessment",), many=True, width=30),
        _LINKS,
        *_LAST,
    ),
    "commitment",
)
SHEETS: Final[Mapping[str, SheetKind]] = MappingProxyType(
    {
        each.key: each
        for each in (
            COMMITMENTS,
            REPORTS,
            SheetKind(
                "undertakings",
                (PG.Undertaking,),
                ("undertaking",),
                (_ID, _PART_OF, _TITLE, _DESCRIPTION, _DUE_COLUMN, _POSITION, *_LAST),
                "title",
            ),
            SheetKind(
                "milestones",
                (PG.Milestone,),
                ("milestone",),
                (_ID, _PART_OF, _TITLE, _DESCRIPTION, _DUE_COLUMN, _POSITION, *_LAST),
                "title",
            ),
            SheetKind(
                "targets",
                (PG.Target,),
                ("target",),
                (
                    _ID,
                    _PART_OF,
                    _TITLE,
                    Column("indicator", Kind.TEXT, PG.indicator, width=40),
                    Column("baseline_words", Kind.WORDS, PG.baselineAsPublished),
                    Column("baseline_value", Kind.NUMBER, PG.baselineValue, width=12),
                    Column("target_value", Kind.NUMBER, PG.targetValue, width=12),
                    Column("unit", Kind.WORDS, PG.unit, width=12),
                    _DUE_COLUMN,
                    *_LAST,
                ),
                "title",
            ),
            SheetKind(
                "outcomes",
                (PG.Outcome,),
                ("outcome",),
                (
                    _ID,
                    _TITLE,
                    _DESCRIPTION,
                    Column(
                        "resulted_from",
                        Kind.RECORD,
                        PG.resultedFrom,
                        (*PROMISES, "event", "endorsement"),
                        many=True,
                        width=36,
                    ),
                    _COUNTRY,
                    Column(
                        "held",
                        Kind.DAY,
                        days=Days(earliest=PG.earliest, latest=PG.latest, words=PG.dateAsPublished),
                    ),
                    *_LAST,
                ),
                "title",
            ),
            SheetKind(
                "events",
                (PG.Event,),
                ("event",),
                (
                    _ID,
                    _TITLE,
                    _DESCRIPTION,
                    _listed("event_type", PG.eventType, "event-type"),
                    _listed("event_status", PG.eventStatus, "event-status"),
                    Column("held", Kind.DAY, days=_EVENT),
                    Column("place", Kind.TEXT, PG.place),
                    _COUNTRY,
                    _actors("hosts", PG.host),
                    Column(
                        "contributes_to",
                        Kind.RECORD,
                        PG.contributesTo,
                        PROMISES,
                        many=True,
                        width=36,
                    ),
                    *_LAST,
                ),
                "title",
            ),
            SheetKind(
                "actors",
                (PG.Actor,),
                ("actor",),
                (
                    _ID,
                    Column("name", Kind.TEXT, RDFS.label, width=44),
                    Column("acronym", Kind.WORDS, PG.acronym, many=True, width=14),
                    _listed("kind", PG.actorType, "actor-type", many=True),
                    _COUNTRY,
                    _LINKS,
                    *_LAST,
                ),
                "name",
            ),
            SheetKind(
                "sources",
                (PG.Source,),
                ("source",),
                (
                    _ID,
                    _TITLE,
                    _LINKS,
                    _actors("publisher", PG.publishedBy),
                    Column(
                        "published",
                        Kind.DAY,
                        days=Days(
                            exact=PG.published,
                            earliest=PG.publishedEarliest,
                            latest=PG.publishedLatest,
                            words=PG.publishedAsPublished,
                        ),
                    ),
                    Column("retrieved", Kind.DAY, days=Days(exact=PG.retrieved)),
                    _listed("redistributable", PG.redistributable, "redistributable"),
                    *_LAST[1:],
                ),
                "title",
            ),
        )
    }
)
"""All sheets, in the order in which a workbook has them."""
ALWAYS: Final = ("commitments", "reports")
"""The sheets that every workbook has."""
