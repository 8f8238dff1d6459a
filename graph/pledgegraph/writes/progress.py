"""One report on the progress of a promise, as a form takes it: a source of its own with an account.

By the maker's hand it is the maker's report; by a steward's it names the document that says so.
Which it is decides how the methodology counts it: docs/methodology.md#makers-report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.errors import ReportOvertaken
from pledgegraph.namespaces import DCTERMS, PG, RDF, RDFS, SCHEMA, SCHEME, XSD
from pledgegraph.store.changes import Change, Receipt
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.engine import Engine, Snapshot
from pledgegraph.store.system_graphs import graph_of_sources

STATUSES: Final = (
    "not-started",
    "planning",
    "in-progress",
    "substantially-complete",
    "completed",
    "paused",
    "withdrawn",
    "superseded",
)
"""The statuses that a report may give, in their order."""
_BY_MAKER: Final = "Sent by the maker of the commitment, with the form of this service."
_BY_STEWARD: Final = "Entered by a steward of the register, with the form of this service."


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """What somebody reports."""

    name: str
    """By which a report that is sent twice is known again."""
    promise: NamedNode
    reporter: NamedNode
    day: date
    status: str
    """One of `STATUSES`; empty where the report does not say how far the promise is."""
    text: str
    language: str
    link: str
    """The address of the document that says so; a maker may leave it out."""
    title: str
    """What that document is called."""
    is_own: bool
    """Whether the maker sends it."""
    replies_to: str = ""
    """The IRI of the assessment that it replies to; empty where it replies to none."""

    def as_fields(self) -> dict[str, str]:
        """The same as texts, to be kept."""
        return {
            **{each.name: str(getattr(self, each.name)) for each in fields(self)},
            "promise": self.promise.value,
            "reporter": self.reporter.value,
            "is_own": "yes" if self.is_own else "",
        }

    @classmethod
    def from_fields(cls, kept: Mapping[str, str]) -> ProgressReport:
        """What `as_fields` made texts of."""
        texts = {
            each: kept[each] for each in ("name", "status", "text", "language", "link", "title")
        }
        return cls(
            **texts,
            promise=NamedNode(kept["promise"]),
            reporter=NamedNode(kept["reporter"]),
            day=date.fromisoformat(kept["day"]),
            is_own=bool(kept["is_own"]),
            # What was sent for review by an earlier release replies to nothing.
            replies_to=kept.get("replies_to", ""),
        )


def accounts_of(snapshot: Snapshot, promise: NamedNode) -> list[str]:
    """The IRIs of all that is told of the promise."""
    pointing = snapshot.pointing_at([promise], [PG.reportsOn], merged=True)
    return sorted({quad.subject.value for quad in pointing if isinstance(quad.subject, NamedNode)})


def digest_of(accounts: list[str]) -> str:
    """What changes when something else is told of the promise."""
    return hashlib.sha256("\n".join(accounts).encode()).hexdigest()[:32]


def change_of(
    report: ProgressReport,
    base: str,
    *,
    agent: str,
    today: date,
    reason: str = "",
) -> Change:
    """What the report comes to, whatever else is told of the promise."""
    source, _, quads = _quads(report, base, today)
    return Change(agent=agent, reason=reason or reason_of(report), add=quads, sources=(source,))


def reason_of(report: ProgressReport) -> str:
    """Why it is brought in, for the changes log."""
    kind = "Reply to an assessment of" if report.replies_to else "Progress report on"
    return f"{kind} {report.promise.value.rpartition('/')[2]}, {report.day}."


def enter_report(
    engine: Engine,
    report: ProgressReport,
    *,
    agent: str,
    today: date,
    seen: str,
    permit: Permit,
    reason: str = "",
) -> Receipt:
    """Bring the report in, unless something else was told since its form was opened.

    ``seen`` is the digest of what was told of the promise then.

    Raises:
        ReportOvertaken: something was.
        ValidationFailed: it would break a shape.
    """
    change = change_of(report, engine.base, agent=agent, today=today, reason=reason)
    _, account, _ = _quads(report, engine.base, today)

    def compute(snapshot: Snapshot) -> Change:
        told = accounts_of(snapshot, report.promise)
        if account.value in told:
            # It was sent twice.
            return Change(agent=agent, reason=change.reason)
        if digest_of(told) != seen:
            raise ReportOvertaken("Something else was reported since the form was opened.")
        return change

    return engine.update_from(compute, permit=permit)


def _quads(
    report: ProgressReport, base: str, today: date
) -> tuple[NamedNode, NamedNode, list[Quad]]:
    """The source, the account, and what is said of both."""
    slug = f"{report.promise.value.rpartition('/')[2]}-{report.name}"
    source, graph = NamedNode(f"{base}/id/source/report-{slug}"), graph_of_sources(base)
    kind_of_source = "Reply to an assessment" if report.replies_to else "Progress report"
    title = report.title or f"{kind_of_source}, {report.day}"
    said: list[tuple[NamedNode, NamedNode | Literal]] = [
        (RDF.type, PG.Source),
        (RDFS.label, Literal(title, language=report.language if report.title else "en")),
        (DCTERMS.description, Literal(_BY_MAKER if report.is_own else _BY_STEWARD, language="en")),
        (PG.retrieved, Literal(today.isoformat(), datatype=XSD.date)),
        (PG.redistributable, NamedNode(f"{SCHEME}redistributable#unknown")),
    ]
    if report.link:
        said.append((SCHEMA.url, NamedNode(report.link)))
    if report.is_own:
        said.append((PG.publishedBy, report.reporter))
    kind, place = (PG.StatusReport, "report") if report.status else (PG.ProgressNote, "note")
    account = NamedNode(f"{base}/id/{place}/{slug}")
    told: list[tuple[NamedNode, NamedNode | Literal]] = [
        (RDF.type, kind),
        (PG.asOf, Literal(report.day.isoformat(), datatype=XSD.date)),
        (PG.grade, NamedNode(f"{SCHEME}grade#{'high' if report.is_own else 'ungraded'}")),
        (PG.reportKind, NamedNode(f"{SCHEME}report-kind#self-report")),
        (PG.reporter, report.reporter),
        (PG.reportsOn, report.promise),
    ]
    if report.status:
        told.append((PG.status, NamedNode(f"{SCHEME}status#{report.status}")))
    if report.replies_to:
        told.append((PG.repliesTo, NamedNode(report.replies_to)))
    if report.text:
        told.append((PG.text, Literal(report.text, language=report.language)))
    quads = [
        *(Quad(source, predicate, value, graph) for predicate, value in said),
        *(Quad(account, predicate, value, source) for predicate, value in told),
    ]
    return source, account, quads
