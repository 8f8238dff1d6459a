"""What an error comes to over HTTP: one table, from class to status and documentation.

See https://www.rfc-editor.org/rfc/rfc9457.html. The type of every problem is the address of a
page of this service that explains it; those pages are made from the same table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from starlette.exceptions import HTTPException

from pledgegraph import errors as graph
from pledgegraph.media_types import Format
from pledgegraph_api import errors as api
from pledgegraph_api.authorisation import challenge
from pledgegraph_api.validation_answers import results_in_words

PROBLEM_JSON: Final = "application/problem+json"

Json = str | float | list[str] | list[dict[str, str | list[str]]]


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem: ``name`` ends its IRI, ``about`` explains it to whoever looks it up."""

    name: str
    status: int
    title: str
    about: str
    raised_by: tuple[type[Exception], ...] = ()
    remedy: str = ""
    """What to do, where the error itself does not say."""
    discreet: bool = False
    """True where the error's own words are for the operator's log, not for the client."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One occurrence of a problem."""

    type: ProblemType
    detail: str
    remedy: str = ""
    members: dict[str, Json] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    instance: str = field(default_factory=lambda: uuid4().urn)
    """The IRI of this occurrence, which the operator finds in the log."""

    def document(self, base: str) -> dict[str, Json]:
        """The problem document, with type IRIs under ``base``."""
        document: dict[str, Json] = {
            "type": f"{base}/problems/{self.type.name}",
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            "instance": self.instance,
        }
        if self.remedy:
            document["remedy"] = self.remedy
        return document | self.members


UNEXPECTED: Final = ProblemType(
    "unexpected",
    500,
    "Unexpected error",
    "The service met an error that it was not prepared for. It has been written to the "
    "operator's log. The request may or may not succeed when it is sent again.",
    (Exception,),
    remedy="Try again later. If it happens again, tell the operator what you asked and when.",
    discreet=True,
)
NOT_FOUND: Final = ProblemType(
    "not-found",
    404,
    "Nothing at this address",
    "The service has no page, operation or resource at this address.",
    remedy="The home page at / leads to everything that there is.",
)
METHOD_NOT_ALLOWED: Final = ProblemType(
    "method-not-allowed",
    405,
    "Method not allowed",
    "There is something at this address, but it does not take requests with this HTTP method. "
    "The header Allow lists the methods that it takes.",
)
BAD_REQUEST: Final = ProblemType(
    "bad-request",
    400,
    "Bad request",
    "The request is not one that this service can make sense of.",
)

PROBLEM_TYPES: Final[tuple[ProblemType, ...]] = (
    ProblemType(
        "query-syntax",
        400,
        "Syntax error in the query",
        "The text is not a SPARQL 1.1 query. The members line and column say where the parser "
        "stopped, both counted from 1; what is wrong is there or just before. Prefixes have to "
        "be declared in the query.",
        (graph.QuerySyntaxError,),
        remedy="Correct the query at the place named, and send it again.",
    ),
    ProblemType(
        "query-refused",
        400,
        "The query asks for something that is not offered",
        "The query is SPARQL, but it uses a feature that this service does not offer to its "
        "clients, such as SERVICE: asking another service on the client's behalf.",
        (graph.QueryRefused,),
    ),
    ProblemType(
        "service-failed",
        502,
        "Another endpoint did not answer",
        "A SERVICE clause of the query names an endpoint that gave no answer, gave it too late, "
        "or gave one that is too long or no solutions. Nothing was computed without it.",
        (graph.ServiceFailed,),
    ),
    ProblemType(
        "query-timeout",
        504,
        "The query takes too long",
        "A query may take a bounded time, which the settings of the service tell. The query was "
        "stopped when it was over. What is slow: patterns that share no variable, NOT EXISTS with "
        "a filter on outer variables (MINUS is fast), property paths without a fixed end, and "
        "sorting everything.",
        (graph.QueryTimeout,),
    ),
    ProblemType(
        "query-memory",
        507,
        "The query needs too much memory",
        "A query may use a bounded amount of memory, which the settings of the service tell. The "
        "query was stopped when it needed more. ORDER BY, GROUP BY and DISTINCT hold every row.",
        (graph.QueryOutOfMemory,),
    ),
    ProblemType(
        "answer-cut",
        200,
        "The answer was cut",
        "No error: the answer is right as far as it goes, but it ends at a limit and there may be "
        "more. Either the request set the limit, by the parameter limit, or the settings of the "
        "service did. The header Pledgegraph-Cut says which, where that was known in time. JSON "
        "and XML answers link this page from their head or say so behind their rows; formats "
        "for graphs have a comment at their end.",
        remedy="Ask for fewer rows at a time, with ORDER BY, LIMIT and OFFSET, or take a dump.",
    ),
    ProblemType(
        "answer-too-long",
        500,
        "The answer is too long for its format",
        "An answer may have a bounded number of rows and bytes, which the settings of the service "
        "tell. JSON, XML and the formats for graphs say in themselves that an answer was cut; CSV "
        "and TSV cannot, so there the connection is broken off, for a cut answer must not "
        "look whole.",
        (graph.AnswerTooLong,),
    ),
    ProblemType(
        "query-failed",
        500,
        "The query could not be evaluated",
        "The query was understood, but its evaluation failed. Nothing was changed by it.",
        (graph.QueryError,),
    ),
    ProblemType(
        "query-missing",
        400,
        "There is no query",
        "The address takes SPARQL queries and got a request without one. A query is sent in the "
        "parameter query of a GET request, in the field query of a form, or as the body of a "
        "POST request with the content type application/sparql-query.",
        (api.QueryMissing,),
    ),
    ProblemType(
        "update-missing",
        400,
        "There is no update",
        "The address takes SPARQL updates and got a request without one. An update is sent in "
        "the field update of a form, or as the body of a POST request with the content type "
        "application/sparql-update; never in the address.",
        (api.UpdateMissing,),
    ),
    ProblemType(
        "update-syntax",
        400,
        "Syntax error in the update",
        "The text is not a SPARQL 1.1 update. The members line and column say where the parser "
        "stopped, both counted from 1. Nothing was changed.",
        (graph.UpdateSyntaxError,),
        remedy="Correct the update at the place named, and send it again.",
    ),
    ProblemType(
        "update-refused",
        400,
        "The update cannot be made",
        "The update is SPARQL, but it uses a feature that is not offered (LOAD, SERVICE), an "
        "operation of it failed, or what it touches cannot be told surely. Nothing was changed, "
        "also by the operations before the one that failed.",
        (graph.UpdateRefused,),
    ),
    ProblemType(
        "write-timeout",
        504,
        "The write takes too long",
        "A write may take a bounded time, which the settings of the service tell. It was stopped "
        "when that was over, before anything was changed.",
        (graph.WriteTimeout,),
    ),
    ProblemType(
        "write-memory",
        507,
        "The write needs too much memory",
        "Working a write out may use a bounded amount of memory, which the settings of the "
        "service tell. It was stopped when it needed more. Nothing was changed.",
        (graph.WriteOutOfMemory,),
    ),
    ProblemType(
        "change-too-large",
        413,
        "The change is too large",
        "One write over HTTP may add and remove a bounded number of statements, which the "
        "settings of the service tell. Nothing was changed.",
        (graph.ChangeTooLarge,),
    ),
    ProblemType(
        "graph-closed",
        409,
        "This graph cannot be written",
        "The default graph is the union of all named graphs, so what is written goes into a "
        "named graph: that of the source that says it. Graphs under /id/graph/computed/ are "
        "filled by rules. A patch touches the one graph that it is sent to. Nothing was changed.",
        (graph.GraphClosed,),
    ),
    ProblemType(
        "graph-missing",
        404,
        "No such graph",
        "There is no graph of that name, or it holds nothing, which is the same here.",
        (api.GraphMissing,),
    ),
    ProblemType(
        "parameter",
        400,
        "A parameter cannot be used",
        "A parameter is repeated where it may be there only once, is not of the form that it "
        "should have, or is in the wrong part of the request: parameters of a form belong into "
        "its body and not into the address as well. For questions of the catalogue the member "
        "parameters says of each parameter what is wrong with it, its type and its choices.",
        (api.ParameterError,),
    ),
    ProblemType(
        "encoding",
        400,
        "The request is not UTF-8",
        "Queries and parameters are read as UTF-8, and this request has bytes that are not. "
        "Lone surrogates are not UTF-8 either.",
        (api.EncodingError,),
    ),
    ProblemType(
        "input",
        400,
        "The data handed in cannot be used",
        "The data are not what their format says, are in a format that is not read here, or do "
        "not say which source they belong to.",
        (graph.InputError,),
    ),
    ProblemType(
        "validation",
        422,
        "The data break a shape",
        "The data were read, but break at least one of the shapes that all data here have to "
        "keep to. Nothing was changed. The member results says in words what is wrong, result by "
        "result, up to 100; a client that accepts RDF, such as text/turtle, gets the whole "
        "report of SHACL instead.",
        (graph.ValidationFailed,),
    ),
    ProblemType(
        "unauthorised",
        401,
        "A token is needed",
        "Data are changed only by those who hold a token. It is sent in the header "
        "Authorization, as in `Authorization: Bearer TOKEN`, and nowhere else. The operator of "
        "the service makes tokens with `pledgegraph token create` and takes them back with "
        "`pledgegraph token revoke`; both work at once.",
        (api.Unauthorised,),
    ),
    ProblemType(
        "forbidden",
        403,
        "The token does not allow that",
        "The token is known, but was made for less than the request asks for. A token allows to "
        "read, to write or to run the service (admin), each of which includes those before it.",
        (api.Forbidden,),
    ),
    BAD_REQUEST,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    ProblemType(
        "question-missing",
        404,
        "No such question",
        "The catalogue has no question of that id. The list at /queries has all of them; the "
        "member near holds the ids that look like the one asked for.",
        (api.QuestionMissing,),
    ),
    ProblemType(
        "dump-missing",
        404,
        "No such dump",
        "There is no dump, or no file of a dump, at this address. Dumps are made of the newest "
        "snapshot and removed when there are newer ones; the list at /dumps/ has those that are "
        "kept.",
        (api.DumpMissing,),
    ),
    ProblemType(
        "change-missing",
        404,
        "No such change set",
        "There is no change set, or no page of the stream of changes, of that number. Change sets "
        "are numbered from 1 on without gaps.",
        (graph.ChangeMissing, api.ChangePageMissing),
    ),
    ProblemType(
        "version-missing",
        404,
        "No such version",
        "There is no earlier version of that number or time. A version is named by its newest "
        "change set; the changes log has every one from 1 on.",
        (graph.VersionMissing,),
    ),
    ProblemType(
        "mirror",
        409,
        "A mirror takes no changes",
        "This service is a mirror: it takes its changes from its origin and from nobody else.",
        (graph.MirrorReadOnly,),
    ),
    ProblemType(
        "too-many-ranges",
        416,
        "Too many ranges",
        "A file is asked for in more byte ranges than are sent at once.",
        (api.TooManyRanges,),
    ),
    ProblemType(
        "document-missing",
        404,
        "No such document",
        "There is no document at this address: of the ontology, its versions, its shapes, the "
        "concept schemes, the contexts and frames of JSON-LD, or of a record, a list or a change "
        "set in a form with that extension. The member near holds addresses that there are.",
        (api.DocumentMissing,),
    ),
    ProblemType(
        "record-missing",
        404,
        "No such record",
        "The graph says nothing of a record at this address. The member near holds the addresses "
        "of records that look like the one asked for. A document about a record comes as a page "
        "and in the formats of the extensions html, ttl, jsonld, nt, rdf and trig.",
        (api.RecordMissing,),
    ),
    ProblemType(
        "page-missing",
        404,
        "No such page",
        "Long documents and lists come in pages, counted from 1. This one has fewer.",
        (api.PageMissing,),
    ),
    ProblemType(
        "not-acceptable",
        406,
        "No acceptable format",
        "The request accepts none of the formats that can carry the answer. Rows and truth "
        "values (SELECT, ASK) go into other formats than graphs (CONSTRUCT, DESCRIBE). The "
        "member available lists what there is. Formats are asked for in the header Accept or by "
        "the parameter format, which goes first.",
        (api.NotAcceptable, graph.UnknownFormat),
    ),
    ProblemType(
        "slow-request",
        408,
        "The request comes too slowly",
        "The body of a request has to arrive within a time that the settings of the service tell.",
        (api.BodyTooSlow,),
    ),
    ProblemType(
        "budget",
        429,
        "Too many queries from one client",
        "A client may use so many seconds of query time a minute, and so many of its queries may "
        "fail; both are filled again by and by. The header Retry-After says when to try again, "
        "in seconds. Clients are told apart by their address. Addresses that ask no query, such "
        "as /health, cost nothing.",
        (api.BudgetSpent,),
    ),
    ProblemType(
        "too-large",
        413,
        "The request is too long",
        "The query is longer than this service reads.",
        (api.ContentTooLarge,),
    ),
    ProblemType(
        "unsupported-content",
        415,
        "The body is of a kind that is not read here",
        "The content type, the character encoding or the compression of the request's body is "
        "none that this address reads.",
        (api.UnsupportedContent,),
    ),
    ProblemType(
        "header-too-large",
        431,
        "A header is too long",
        "One of the headers of the request is longer than this service reads.",
        (api.HeaderTooLarge,),
    ),
    ProblemType(
        "busy",
        503,
        "Too many queries at once",
        "As many queries as may wait are waiting already. The header Retry-After says when to "
        "try again, in seconds.",
        (graph.ServiceBusy,),
    ),
    ProblemType(
        "stopping",
        503,
        "The service is being stopped",
        "The service is on its way down and takes no more queries.",
        (graph.ServiceStopping,),
    ),
    ProblemType(
        "store-busy",
        503,
        "Another process is writing",
        "A change could not be made, since another process was writing for longer than changes "
        "wait. Nothing was changed.",
        (graph.DirectoryLocked,),
        remedy="Send the change again in a minute.",
        discreet=True,
    ),
    ProblemType(
        "store-unavailable",
        503,
        "The store cannot be opened",
        "The service runs, but its data directory is missing, damaged, or of a kind that this "
        "release does not read. The reason is in the operator's log.",
        (
            graph.DirectoryError,
            graph.LogDamaged,
            graph.NotCanonical,
            graph.OriginError,
            graph.SettingsError,
            graph.ShapesUnusable,
            graph.StoreDiffers,
        ),
        remedy="Tell the operator; the reason is in the log of the service.",
        discreet=True,
    ),
    ProblemType(
        "publish-delayed",
        503,
        "The change is not to be seen yet",
        "The change was accepted and is on disk, but the snapshot that shows it could not be "
        "written. It will be seen after the next change.",
        (graph.PublishDelayed,),
        remedy="Do not send the change again, and tell the operator.",
        discreet=True,
    ),
    ProblemType(
        "storage-full",
        507,
        "No room for the change",
        "The disk refused the change. Nothing was changed, and queries go on being answered.",
        (graph.StorageFull,),
        remedy="Tell the operator, and send the change again when there is room.",
        discreet=True,
    ),
    UNEXPECTED,
)
"""Every problem there is."""

_BY_CLASS: Final = {each: problem for problem in PROBLEM_TYPES for each in problem.raised_by}
_BY_STATUS: Final = {each.status: each for each in (NOT_FOUND, METHOD_NOT_ALLOWED, BAD_REQUEST)}


def problem_of(error: Exception) -> Problem:
    """The problem that an error comes to; its nearest class in the table decides."""
    if isinstance(error, HTTPException):
        return _routing_problem(error)
    kind = next(_BY_CLASS[each] for each in type(error).__mro__ if each in _BY_CLASS)
    remedy = kind.remedy
    if isinstance(error, graph.PledgegraphError):
        remedy = error.remedy if error.remedy and not kind.discreet else kind.remedy
    return Problem(
        kind,
        kind.about if kind.discreet else str(error),
        remedy,
        _members(error),
        _headers(error),
    )


_WITH_NEAR: Final = (api.QuestionMissing, api.DocumentMissing, api.RecordMissing)


def _members(error: Exception) -> dict[str, Json]:
    """What a program can use of the error, beside its words."""
    members: dict[str, Json] = {}
    if isinstance(error, graph.PledgegraphError) and error.limit is not None:
        limit = error.limit
        members |= {"limit": limit.name, "limitValue": limit.value, "limitUnit": limit.unit}
    if isinstance(error, graph.QuerySyntaxError | graph.ReadError):
        places = {"line": error.line, "column": error.column}
        members |= {name: place for name, place in places.items() if place is not None}
    if isinstance(error, graph.ValidationFailed):
        members["results"] = results_in_words(error)
    if isinstance(error, api.NotAcceptable):
        members["available"] = [_format(each) for each in error.available]
    if isinstance(error, api.WrongParameters):
        members["parameters"] = [_fault(each) for each in error.faults]
    if isinstance(error, _WITH_NEAR) and error.near:
        members["near"] = list(error.near)
    return members


def _format(form: Format) -> dict[str, str | list[str]]:
    return {"format": form.name, "mediaType": form.media_type, "title": form.title}


def _fault(fault: api.Fault) -> dict[str, str | list[str]]:
    """A fault as JSON, without what is empty."""
    told: dict[str, str | list[str]] = {
        "name": fault.name,
        "detail": fault.detail,
        "type": fault.type,
        "choices": list(fault.choices),
        "example": fault.example,
    }
    return {name: value for name, value in told.items() if value}


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, graph.ServiceBusy | api.BudgetSpent):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, api.BodyTooSlow):
        return {"Connection": "close"}
    if isinstance(error, api.Unauthorised | api.Forbidden):
        return {"WWW-Authenticate": challenge(error)}
    return {}


def _routing_problem(error: HTTPException) -> Problem:
    """What the framework refuses by itself: no such address, no such method."""
    headers = dict(error.headers or {})
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        phrase = HTTPStatus(error.status_code).phrase
        kind = ProblemType("bad-request", error.status_code, phrase, BAD_REQUEST.about)
    remedy = kind.remedy
    if kind is METHOD_NOT_ALLOWED and "Allow" in headers:
        remedy = f"Use one of: {headers['Allow']}."
    return Problem(kind, kind.about, remedy, headers=headers)
