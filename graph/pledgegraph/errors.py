"""Every error that Pledgegraph raises on purpose.

    PledgegraphError
    ├── SettingsError            a setting has a value that cannot be used
    ├── DirectoryError           the data directory cannot be used
    │   ├── DirectoryMissing     there is none at that place
    │   ├── DirectoryExists      there is one already, or something else
    │   ├── FormatTooNew         a newer Pledgegraph wrote it
    │   ├── BaseMismatch         it was made for another base IRI
    │   ├── DirectoryLocked      another process is writing, for longer than we wait
    │   ├── DirectoryReadOnly    this process may read it, but not write to it
    │   │   └── MirrorReadOnly   it takes its changes from another service only
    │   └── MirrorRefused        it has changes of its own and cannot become a mirror
    ├── BackupUnusable           a backup cannot be made there, or cannot be put back
    ├── OriginError              the service that a mirror follows cannot be followed
    │   ├── OriginUnreachable    it does not answer
    │   └── OriginDiffers        it is another one, or what it sends cannot be taken
    ├── VersionMissing           the changes log does not reach to that version
    ├── ChangeMissing            the changes log has no such change set
    ├── ShapesUnusable           the shapes cannot be worked with
    ├── LogDamaged               the changes log breaks off before its end
    ├── StoreDiffers             the store is not what the changes log comes to
    ├── NotCanonical             a dataset cannot be brought into canonical form
    ├── StorageFull              the disk refused a write; nothing was changed
    ├── InputError               what somebody handed in cannot be used
    │   ├── ReadError            a file is not what its format says (file, line, column)
    │   ├── TermRefused          a term cannot be stored here
    │   ├── UnknownFormat        no reader or writer for that media type or file ending
    │   ├── RevertRefused        a change set cannot be taken back
    │   ├── MergeRefused         records cannot be merged, split or retracted as asked
    │   ├── ReportOvertaken      somebody has reported on the same promise meanwhile
    │   ├── SourceUnclear        which source a file belongs to cannot be told
    │   ├── GraphClosed          a graph cannot be written by hand
    │   ├── ChangeTooLarge       a change has more quads than one may have
    │   ├── TokenMissing         there is no token of that id
    │   ├── CorrectionMissing    there is no report of an error under that name
    │   ├── CorrectionDecided    the report of an error is decided already
    │   ├── WorkbookRefused      a workbook has faults (carries the report)
    │   ├── StaleReceipt         a workbook would come to something else than was shown
    │   └── ValidationFailed     the data break a shape (carries the report)
    └── QueryError               a query cannot be answered
        ├── QuerySyntaxError     it is not SPARQL 1.1 (line, column)
        │   └── UpdateSyntaxError    it is not SPARQL 1.1 Update
        ├── QueryRefused         it asks for something that is not offered here
        │   └── UpdateRefused        so does an update
        ├── ServiceFailed        an endpoint that a SERVICE clause names gave no usable answer
        ├── QueryTimeout         it takes longer than a query may
        │   └── WriteTimeout         a write takes longer than a write may
        ├── AnswerTooLong        its answer is longer than one may be, and cannot say so
        ├── TermUnwritable       its answer has a term that the format has no way to write
        ├── QueryOutOfMemory     it needs more memory than a query may use
        │   └── WriteOutOfMemory     a write needs more memory than a write may use
        ├── Withdrawn            a change was given up before it was made
        ├── ServiceBusy          too many queries are waiting already (seconds to wait)
        │   ├── GaveWay              it was stopped for others, who have used less
        │   └── WorkerLost           its process was lost, by no fault of the query
        └── ServiceStopping      the service is being stopped (seconds to wait)

Each has a one-sentence message without paths of our own or stacks, and a ``remedy``: what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Literal, Triple

    from pledgegraph.tabular import WorkbookReport
    from pledgegraph.validation import ValidationReport, Violation
    from pledgegraph.writes.places import FilePlace


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that was met: the setting or the parameter that it comes from, and its value."""

    name: str
    value: float
    unit: str


class PledgegraphError(Exception):
    """The root of the tree; ``remedy`` says what the reader can do about it."""

    remedy: str = ""
    limit: Limit | None = None
    """The limit that was met, where it is one of the settings'."""

    def __init__(
        self, message: str, *, remedy: str | None = None, limit: Limit | None = None
    ) -> None:
        super().__init__(message)
        self.limit = limit
        if remedy is not None:
            self.remedy = remedy


class SettingsError(PledgegraphError):
    """A setting has a value that cannot be used."""


class DirectoryError(PledgegraphError):
    """The data directory cannot be used."""


class DirectoryMissing(DirectoryError):
    """There is no data directory at that place."""

    remedy = "Create one with `pledgegraph init`."


class DirectoryExists(DirectoryError):
    """There is a data directory, or something else, at that place already."""


class FormatTooNew(DirectoryError):
    """A newer Pledgegraph wrote the data directory."""

    remedy = "Use the Pledgegraph release that wrote it, or a later one."


class BaseMismatch(DirectoryError):
    """The data directory was made for another base IRI than the one configured."""


class DirectoryLocked(DirectoryError):
    """Another process is writing, for longer than we wait."""

    remedy = "Wait until the other write has ended, then try again."


class DirectoryReadOnly(DirectoryError):
    """This process may read the data directory, but not write to it."""

    remedy = "Fix the permissions of the data directory, or write as the user who owns it."


class MirrorReadOnly(DirectoryReadOnly):
    """The data directory mirrors another service and takes its changes from there only."""

    remedy = "Make the change at the origin; the mirror follows."


class MirrorRefused(DirectoryError):
    """A data directory that has changes of its own cannot become a mirror."""

    remedy = "Choose another place with --data-dir."


class BackupUnusable(PledgegraphError):
    """A backup is damaged, or cannot be made where it was asked for."""

    remedy = "Choose another backup: each is a folder with a file backup.json in it."


class LogUnavailable(PledgegraphError):
    """The shared changes log does not answer, or not by enough of its servers.

    A change of which this is said was not acknowledged; it may be in the log all the same.
    """

    remedy = (
        "Wait until most of the log's servers are back, then look whether the change is there "
        "and make it again if it is not."
    )


class LogMoved(PledgegraphError):
    """Another node has added to the shared changes log first; the change is computed anew."""

    remedy = "Make the change again."


class StreamDiffers(DirectoryError):
    """The shared changes log is not the one that the data directory follows."""


class OriginError(PledgegraphError):
    """The service that a mirror follows cannot be followed."""


class OriginUnreachable(OriginError):
    """The origin does not answer, or not now."""

    remedy = (
        "Check the address and the network, then run the command again: it continues from there."
    )


class OriginDiffers(OriginError):
    """The origin is not the one that was mirrored, or sends what cannot be taken."""

    remedy = "Check the address. To follow another service, mirror it to another data directory."


class VersionMissing(PledgegraphError):
    """The changes log does not reach back, or not yet forward, to that version."""


class ChangeMissing(PledgegraphError):
    """The changes log has no change set of that number."""


class ShapesUnusable(PledgegraphError):
    """The shapes are Turtle, but not SHACL that the engines can work with."""


class LogDamaged(PledgegraphError):
    """A record in the middle of the changes log is not what was written."""

    remedy = "Restore the data directory from a backup; nothing was changed now."


class StoreDiffers(PledgegraphError):
    """The store, or the log itself, is not what was written."""

    remedy = (
        "If only the store is wrong, run `pledgegraph verify --mend`: it makes the store and the "
        "snapshot again from the changes log. Else restore the data directory from a backup."
    )


class NotCanonical(PledgegraphError):
    """A dataset cannot be brought into canonical form."""

    remedy = "Compare smaller datasets, or name the blank nodes."


class StorageFull(PledgegraphError):
    """The disk refused a write; nothing was changed."""

    remedy = "Free some space on the disk that holds the data directory, then try again."


class PublishDelayed(PledgegraphError):
    """A change set is in the changes log, but its snapshot could not be written."""

    remedy = (
        "Do not repeat the change. Free some space on the disk; the change becomes visible "
        "with the next write."
    )


class InputError(PledgegraphError):
    """What somebody handed in cannot be used."""


class RevertRefused(InputError):
    """A change set cannot be taken back, because of what came after it."""

    remedy = "Revert the later change set first, or make the change that you want."


class ReadError(InputError):
    """A file is not what its format says.

    ``line`` and ``column`` count from 1; both are ``None`` where the parser cannot tell.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str,
        line: int | None = None,
        column: int | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.file = file
        self.line = line
        self.column = column

    @property
    def place(self) -> str:
        """``file:line:column``, as far as known; editors can jump to it."""
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)


class TermRefused(InputError):
    """A term is one of RDF 1.2 that is not stored behind a gate: most readers know RDF 1.1."""

    def __init__(
        self, message: str, *, term: Literal | Triple | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.term = term


class UnknownFormat(InputError):
    """There is no reader or writer for that media type or file ending."""


class MergeRefused(InputError):
    """Records cannot be made one, or several, or a source cannot be retracted, as asked."""


class ReportOvertaken(InputError):
    """Somebody has reported on the same promise since the form was opened."""

    remedy = "Read what was reported, and send yours again if it still says something new."


class SourceUnclear(InputError):
    """Which source a file belongs to cannot be told."""


class GraphClosed(InputError):
    """A graph cannot be written by hand: the union of all, or what rules compute."""


class KeyReused(InputError):
    """An Idempotency-Key was used for another change before."""

    remedy = "Give each change a key of its own, such as a new UUID."


class ChangeTooLarge(InputError):
    """A change has more quads than one may have."""

    remedy = "Make it in several steps, or load it with `pledgegraph load`."


class TokenMissing(InputError):
    """There is no token of that id."""

    remedy = "See `pledgegraph token list`."


class CorrectionMissing(InputError):
    """There is no report of an error by a reader under that name."""

    remedy = "Look for it in the list of reports."


class CorrectionDecided(InputError):
    """The report of an error is decided already; decisions stay as they are."""

    remedy = "Look at what was decided."


class WorkbookRefused(InputError):
    """A workbook was not loaded, for the faults that its report names."""

    remedy = "Mend the cells that the report names, then send the workbook again."

    def __init__(self, report: WorkbookReport) -> None:
        count = len(report.faults)
        super().__init__(
            f"{count:,} {'thing stops' if count == 1 else 'things stop'} the workbook; nothing "
            "was changed."
        )
        self.report = report


class StaleReceipt(InputError):
    """A workbook would come to something else than what the receipt was given for."""

    remedy = "Look at the report anew, and apply with its receipt."

    def __init__(self, report: WorkbookReport) -> None:
        super().__init__(
            "The workbook, or the register, is not what it was when it was checked; nothing was "
            "changed."
        )
        self.report = report


class ValidationFailed(InputError):
    """The data break at least one shape of severity Violation; nothing was loaded."""

    remedy = "Correct the statements listed, then load the file again."

    def __init__(self, report: ValidationReport, *, base: str) -> None:
        count = len(report.violations)
        super().__init__(
            f"{count} violation{'s' if count != 1 else ''} of the shapes; nothing was changed."
        )
        self.report = report
        self.base = base
        """The base IRI of the data, which a report for people leaves out of node names."""
        self.places: Mapping[Violation, FilePlace] = {}
        """Where in the files the statements stand, if whoever brings files has looked."""


class QueryError(PledgegraphError):
    """A query cannot be answered."""


class QuerySyntaxError(QueryError):
    """The text is not a SPARQL 1.1 query. ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class UpdateSyntaxError(QuerySyntaxError):
    """The text is not a SPARQL 1.1 update."""


class QueryRefused(QueryError):
    """The query asks for something that is not offered here."""


class UpdateRefused(QueryRefused):
    """The update asks for something that is not offered here."""


class ServiceFailed(QueryError):
    """An endpoint that a SERVICE clause names gave no usable answer."""

    remedy = "Try again later, or write SERVICE SILENT to go on without it."


class QueryTimeout(QueryError):
    """The query takes longer than a query may."""

    remedy = (
        "Ask for less: name the predicate and the class, replace NOT EXISTS by MINUS, "
        "add a LIMIT, or download a dump and query it on your own machine."
    )


class AnswerTooLong(QueryError):
    """The answer is longer than one may be, in a format that cannot say that it was cut."""

    remedy = (
        "Ask for fewer rows, or for the format json or xml: a cut answer in those says that it "
        "is one."
    )


class TermUnwritable(QueryError):
    """A term in what is to be written is one that the format has no way to write."""

    remedy = "Ask for another format: Turtle, N-Triples, TriG and N-Quads can write every term."


class WriteTimeout(QueryTimeout):
    """A write takes longer than a write may; nothing was changed."""

    remedy = "Change less at once: name the graph and the subjects, or split it into several steps."


class QueryOutOfMemory(QueryError):
    """The query needs more memory than a query may use."""

    remedy = (
        "Ask for less at once: patterns that share no variable multiply, and ORDER BY, "
        "GROUP BY and DISTINCT hold every row."
    )


class WriteOutOfMemory(QueryOutOfMemory):
    """A write needs more memory than a write may use; nothing was changed."""

    remedy = "Change less at once, in several steps."


class Withdrawn(QueryError):
    """A change was given up before it was made, by whoever asked for it."""


class ServiceBusy(QueryError):
    """Too many queries are waiting already; ``retry_after`` is in seconds."""

    remedy = "Wait, then send the query again."

    def __init__(self, message: str, *, retry_after: int, limit: Limit | None = None) -> None:
        super().__init__(message, limit=limit)
        self.retry_after = retry_after


class GaveWay(ServiceBusy):
    """The query was stopped for the sake of others, whose clients have used less."""

    remedy = "Wait, then send the query again; ask for less at once, or for fewer things at a time."


class WorkerLost(ServiceBusy):
    """The process that did the work was ended from outside, or could not be started."""

    remedy = "Wait, then send the request again."


class ServiceStopping(QueryError):
    """The service is being stopped; ``retry_after`` is in seconds."""

    remedy = "Send the query again when the service is back."
    retry_after = 5
