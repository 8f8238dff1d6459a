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
    │   ├── StreamDiffers        the shared changes log is another one
    │   ├── RemoteDiffers        the remote engine holds other data
    │   └── MirrorRefused        it has changes of its own and cannot become a mirror
    ├── LogUnavailable           the shared changes log does not answer
    ├── LogMoved                 another node has added to the shared log first
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
    │   ├── KeyReused            an Idempotency-Key is another change's
    │   ├── TokenMissing         there is no token of that id
    │   ├── CorrectionMissing    there is no report of an error under that name
    │   ├── CorrectionDecided    the report of an error is decided already
    │   ├── ProposalMissing      nothing waits for review under that name
    │   ├── ProposalDecided      what was sent for review is decided already
    │   ├── WorkbookRefused      a workbook has faults (carries the report)
    │   ├── StaleReceipt         a workbook would come to something else than was shown
    │   ├── ReceiptMissing       a workbook may undo what others did, and nobody has looked
    │   └── ValidationFailed     the data break a shape (carries the report)
    └── QueryError               a query cannot be answered
        ├── QuerySyntaxError     it is not SPARQL 1.1 (line, column)
        │   └── UpdateSyntaxError    it is not SPARQL 1.1 Update
        ├── QueryRefused         it asks for something that is not offered here
        │   └── UpdateRefused        so does an update
        ├── RemoteUnavailable    the remote engine does not answer
        │   └── RemoteBehind         it does not show yet what the log has
        ├── RemoteCannot         a remote engine has no way to do that
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

from pledgegraph.errors.asking import (
    AnswerTooLong,
    GaveWay,
    QueryError,
    QueryOutOfMemory,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    RemoteBehind,
    RemoteCannot,
    RemoteUnavailable,
    ServiceBusy,
    ServiceFailed,
    ServiceStopping,
    TermUnwritable,
    UpdateRefused,
    UpdateSyntaxError,
    Withdrawn,
    WorkerLost,
    WriteOutOfMemory,
    WriteTimeout,
)
from pledgegraph.errors.given import (
    ChangeTooLarge,
    CorrectionDecided,
    CorrectionMissing,
    GraphClosed,
    InputError,
    KeyReused,
    MergeRefused,
    ProposalDecided,
    ProposalMissing,
    ReadError,
    ReceiptMissing,
    ReportOvertaken,
    RevertRefused,
    SourceUnclear,
    StaleReceipt,
    TermRefused,
    TokenMissing,
    UnknownFormat,
    ValidationFailed,
    WorkbookRefused,
)
from pledgegraph.errors.root import (
    Limit,
    PledgegraphError,
    SettingsError,
)
from pledgegraph.errors.store import (
    BackupUnusable,
    BaseMismatch,
    ChangeMissing,
    DirectoryError,
    DirectoryExists,
    DirectoryLocked,
    DirectoryMissing,
    DirectoryReadOnly,
    FormatTooNew,
    LogDamaged,
    LogMoved,
    LogUnavailable,
    MirrorReadOnly,
    MirrorRefused,
    NotCanonical,
    OriginDiffers,
    OriginError,
    OriginUnreachable,
    PublishDelayed,
    RemoteDiffers,
    ShapesUnusable,
    StorageFull,
    StoreDiffers,
    StreamDiffers,
    VersionMissing,
)

__all__ = [
    "AnswerTooLong",
    "BackupUnusable",
    "BaseMismatch",
    "ChangeMissing",
    "ChangeTooLarge",
    "CorrectionDecided",
    "CorrectionMissing",
    "DirectoryError",
    "DirectoryExists",
    "DirectoryLocked",
    "DirectoryMissing",
    "DirectoryReadOnly",
    "FormatTooNew",
    "GaveWay",
    "GraphClosed",
    "InputError",
    "KeyReused",
    "Limit",
    "LogDamaged",
    "LogMoved",
    "LogUnavailable",
    "MergeRefused",
    "MirrorReadOnly",
    "MirrorRefused",
    "NotCanonical",
    "OriginDiffers",
    "OriginError",
    "OriginUnreachable",
    "PledgegraphError",
    "ProposalDecided",
    "ProposalMissing",
    "PublishDelayed",
    "QueryError",
    "QueryOutOfMemory",
    "QueryRefused",
    "QuerySyntaxError",
    "QueryTimeout",
    "ReadError",
    "ReceiptMissing",
    "RemoteBehind",
    "RemoteCannot",
    "RemoteDiffers",
    "RemoteUnavailable",
    "ReportOvertaken",
    "RevertRefused",
    "ServiceBusy",
    "ServiceFailed",
    "ServiceStopping",
    "SettingsError",
    "ShapesUnusable",
    "SourceUnclear",
    "StaleReceipt",
    "StorageFull",
    "StoreDiffers",
    "StreamDiffers",
    "TermRefused",
    "TermUnwritable",
    "TokenMissing",
    "UnknownFormat",
    "UpdateRefused",
    "UpdateSyntaxError",
    "ValidationFailed",
    "VersionMissing",
    "Withdrawn",
    "WorkbookRefused",
    "WorkerLost",
    "WriteOutOfMemory",
    "WriteTimeout",
]
