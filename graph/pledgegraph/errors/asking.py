"""Errors of queries, of writes while they are worked out, and of their queue."""

from __future__ import annotations

from pledgegraph.errors.root import Limit, PledgegraphError


class QueryError(PledgegraphError):
    """A query cannot be answered."""


class QuerySyntaxError(QueryError):
    """The text is not a SPARQL 1.1 query. ``line`` and ``column`` count from 1."""

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
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

    remedy = (
        "Change less at once: name the graph and the subjects of an update, or split it into "
        "several steps; send a workbook in parts, since rows that it does not have stay as they "
        "are. An operator may allow more by write_timeout, and for workbooks by workbook_timeout."
    )


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


class RemoteUnavailable(QueryError):
    """The remote engine does not answer, or does not show yet what the changes log has."""

    remedy = "Wait until the remote engine is back, then try again."


class RemoteBehind(RemoteUnavailable):
    """The remote engine does not show yet what the changes log has."""


class RemoteCannot(QueryError):
    """What was asked for cannot be had from a remote engine."""

    remedy = "Ask a service with the embedded engine, such as a mirror of this one."
