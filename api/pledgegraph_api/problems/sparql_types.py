"""The problems of queries, of updates and of the graphs that they are about."""

from __future__ import annotations

from typing import Final

from pledgegraph import errors as graph
from pledgegraph_api import errors as api
from pledgegraph_api.problems.problem_type import ProblemType

SPARQL_PROBLEMS: Final = (
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
        "term-unwritable",
        406,
        "The format cannot write a term of the answer",
        "The answer holds a term that the format asked for has no way to write, which the detail "
        "names. RDF/XML writes no property whose IRI does not end with an XML name, such as "
        "http://example.org/2030, nor triple terms, nor texts with a direction; JSON-LD writes no "
        "triple terms. Nothing is left out in silence. Where the beginning of the answer has been "
        "sent already, the connection is broken off.",
        (graph.TermUnwritable,),
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
        "workbook-refused",
        422,
        "The workbook has faults",
        "A workbook is loaded whole or not at all. The member report names each cell that has to "
        "be mended, what was found there and how to mend it. Nothing was changed.",
        (graph.WorkbookRefused,),
    ),
    ProblemType(
        "stale-receipt",
        409,
        "The workbook would come to something else",
        "A receipt is for exactly the change that its report told of. The workbook is another one, "
        "or somebody has changed the register since. The member report tells what it would come "
        "to now. Nothing was changed.",
        (graph.StaleReceipt,),
    ),
    ProblemType(
        "receipt-missing",
        409,
        "Nobody has looked at what the workbook would change",
        "The file does not say which state of the register it was copied from, so that nobody can "
        "tell whether others have changed the same rows since. It is applied with the receipt of "
        "a report alone: whoever has that has seen what each cell is now. Nothing was changed.",
        (graph.ReceiptMissing,),
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
)
