"""The problems of requests of every kind, of what is not there, and of the service itself."""

from __future__ import annotations

from typing import Final

from pledgegraph import errors as graph
from pledgegraph_api import errors as api
from pledgegraph_api.problems.desk_types import DESK_PROBLEMS
from pledgegraph_api.problems.problem_type import ProblemType

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
    "This address does not support this HTTP method. The Allow header lists the methods that it "
    "supports.",
)
BAD_REQUEST: Final = ProblemType(
    "bad-request",
    400,
    "Bad request",
    "The request is not one that this service can make sense of.",
)

SERVICE_PROBLEMS: Final = (
    ProblemType(
        "parameter",
        400,
        "A parameter cannot be used",
        "A parameter is given more than once where it may be given only once, has the wrong form, "
        "or is in the wrong part of the request: send form parameters in the body only, not in "
        "the address as well. For questions of the catalogue the member parameters describes "
        "what is wrong with each one, its type and its choices.",
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
    *DESK_PROBLEMS,
    ProblemType(
        "key-reused",
        422,
        "The Idempotency-Key belongs to another change",
        "A change was made with the same key and another update. Nothing was changed.",
        (graph.KeyReused,),
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
    ProblemType(
        "origin",
        403,
        "Pages of other sites may not ask this",
        "The tools for assistants at /mcp answer programs, pages of this service and of the "
        "reader's own machine. Scripts of pages of other sites are refused, as the Model Context "
        "Protocol wants it, unless the operator lists their origins.",
        (api.OriginRefused,),
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
        "precondition",
        412,
        "A graph is not as the request takes it to be",
        "The request is to be carried out only on the state that its header If-Match or "
        "If-None-Match names, and the graph is in another one: somebody has changed, made or "
        "deleted it meanwhile. Nothing was changed. Get the graph again, make your change to what "
        "you get, and send it with the new entity tag.",
        (api.PreconditionFailed,),
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
        "coding-not-acceptable",
        406,
        "No acceptable content coding",
        "The header Accept-Encoding refuses answers that are not compressed (identity;q=0, or "
        "*;q=0) and accepts none of the compressions that there are.",
        (api.CodingNotAcceptable,),
    ),
    ProblemType(
        "slow-request",
        408,
        "The request comes too slowly",
        "The body of a request has to arrive within a time, and at a rate, that the settings of "
        "the service tell.",
        (api.BodyTooSlow,),
    ),
    ProblemType(
        "budget",
        429,
        "Too many queries from one client",
        "Each client has a limited amount of query time, and of failed queries, per minute. Both "
        "limits recover gradually. The header Retry-After says when to try again, "
        "in seconds. Clients are told apart by their address. Addresses that ask no query, such "
        "as /health, cost nothing.",
        (api.BudgetSpent,),
    ),
    ProblemType(
        "crowded",
        503,
        "Too many requests at once from one address",
        "One client address may have so many connections, and so many requests without an answer, "
        "at the same time, so that others are left some. The header Retry-After says when to try "
        "again, in seconds.",
        (api.Crowded,),
    ),
    ProblemType(
        "too-large",
        413,
        "The request is too long",
        "The query, or the form, is longer than this service reads.",
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
        "gave-way",
        503,
        "The query gave way to those of others",
        "While more queries wait than can be evaluated, those of clients go first whose queries "
        "have used least lately. A query of a client that has used more is set aside meanwhile; "
        "its own time does not run. It is stopped when it was set aside for longer than the "
        "settings of the service allow, or when too many are set aside and a client with "
        "little use waits. The header Retry-After says when to try again, in seconds.",
        (graph.GaveWay,),
    ),
    ProblemType(
        "worker-lost",
        503,
        "The request was interrupted",
        "The process that worked on the query or the write was ended from outside, or could not "
        "be started: the machine is on its way down, or short of memory. Nothing was changed. The "
        "request is not the reason, and may be sent again. The header Retry-After says when, in "
        "seconds.",
        (graph.WorkerLost,),
    ),
    ProblemType(
        "stopping",
        503,
        "The service is being stopped",
        "The service is on its way down and takes no more queries.",
        (graph.ServiceStopping,),
    ),
    ProblemType(
        "behind",
        503,
        "The snapshot asked for is not here yet",
        "The request asks with the header Pledgegraph-At-Least for a snapshot that this node of "
        "the service has not got yet. The header Retry-After says when to try again, in seconds.",
        (api.SnapshotNotYet,),
    ),
    ProblemType(
        "log-unavailable",
        503,
        "The changes log does not answer",
        "Too few servers of the changes log that several nodes share are there, so that no change "
        "can be accepted. Queries and pages are answered as before. A change of which this is said "
        "was not acknowledged, but may have been accepted: look whether it is there before you "
        "send it again. The header Retry-After says when, in seconds.",
        (graph.LogUnavailable, graph.LogMoved),
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
            graph.BackupUnusable,
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
        "The change is not visible yet",
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
