"""The SPARQL endpoint in OpenAPI's words; the media types are those of the one table."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field
from starlette.responses import Response

from pledgegraph.media_types import (
    CSV_SAFE,
    FORMATS,
    GRAPH_FORMATS,
    JSON,
    NAMED_FORMATS,
    RESULT_FORMATS,
)
from pledgegraph_api.http.negotiation import PAGE
from pledgegraph_api.http.openapi import TEXT, JsonAnswer, content_of, json_of
from pledgegraph_api.problems.openapi import LIMIT_PARAMETERS, problem_response
from pledgegraph_api.sparql.answer_workbook import MEDIA_TYPE as WORKBOOK_TYPE
from pledgegraph_api.sparql.answer_workbook import NAME as WORKBOOK
from pledgegraph_api.sparql.protocol import FORM, SPARQL_QUERY, TABLE, VIEWS


class ResultTerm(JsonAnswer):
    """An IRI, a blank node or a literal, as SPARQL Results JSON has it."""

    type: Literal["uri", "bnode", "literal", "typed-literal"]
    value: str
    language: str | None = Field(default=None, serialization_alias="xml:lang")
    datatype: str | None = None
    direction: str | None = Field(default=None, serialization_alias="its:dir")


class ResultTriple(JsonAnswer):
    """The three terms of a triple term."""

    subject: ResultTerm
    predicate: ResultTerm
    object: ResultTerm | TripleTerm


class TripleTerm(JsonAnswer):
    """A triple term, as RDF 1.2 has it."""

    type: Literal["triple"]
    value: ResultTriple


class ResultsHead(JsonAnswer):
    """What is told of an answer before its rows."""

    vars: list[str] | None = Field(
        default=None, description="The columns, in their order; none for ASK."
    )
    link: list[str] | None = Field(
        default=None, description="Explains at which limit the answer was cut."
    )


class ResultRows(JsonAnswer):
    """The rows of an answer."""

    bindings: list[dict[str, ResultTerm | TripleTerm]] = Field(
        description="A row is a term for each column that has one."
    )


class SparqlAnswer(JsonAnswer):
    """The answer to a SELECT or an ASK: https://www.w3.org/TR/sparql11-results-json/."""

    head: ResultsHead
    results: ResultRows | None = Field(default=None, description="Of a SELECT.")
    boolean: bool | None = Field(default=None, description="Of an ASK.")


class ExplainedDataset(JsonAnswer):
    """What an explained query would be asked of."""

    default_graphs: list[str]
    named_graphs: list[str]
    statements: int


class AlgebraOperator(JsonAnswer):
    """One operator of the SPARQL algebra, with what it works on."""

    name: str
    text: str
    inputs: list[AlgebraOperator]


class ExplainedPattern(JsonAnswer):
    """A triple pattern of an explained query."""

    pattern: str
    properties: list[str] = Field(description="The IRIs that it needs; several for a path.")
    at_most: int | None = Field(description="How many statements match; null where that is open.")


class SlowShapeWarning(JsonAnswer):
    """A shape in a query that is slow, misleads or matches nothing, and what to write instead."""

    shape: str
    detail: str
    remedy: str


class RewrittenPart(JsonAnswer):
    """A place in a query that the engine is asked in another way, which means the same."""

    what: Literal["exists", "minus", "optional", "subquery"]
    line: int
    column: int
    written: str = Field(
        description="What the engine is asked there. `A LATERAL { B }` asks B for each solution "
        "of A, in that order."
    )


class AnswerSource(JsonAnswer):
    """Where the answer to an explained query would come from."""

    source: Literal["memory", "disk"]
    detail: str = Field(description="Why, in a sentence.")


class ExplainedQuery(JsonAnswer):
    """What can be told of a query without running it."""

    snapshot: int
    answered_from: AnswerSource
    dataset: ExplainedDataset
    algebra: AlgebraOperator | None = Field(description="Null where only the engine can read it.")
    patterns: list[ExplainedPattern]
    rewritten: list[RewrittenPart]
    warnings: list[SlowShapeWarning]


EXPLAINED_TYPE: Final = "application/json"


def description(method: str) -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for ``get`` or ``post``."""
    answers = content_of(FORMATS, {JSON.media_type: json_of(SparqlAnswer)})
    answers[EXPLAINED_TYPE] = json_of(ExplainedQuery)
    answers[WORKBOOK_TYPE] = {"schema": {"type": "string", "format": "binary"}}
    query: dict[str, Any] = {
        "name": "query",
        "in": "query",
        "required": True,
        "description": "A SPARQL 1.1 query: SELECT, ASK, CONSTRUCT or DESCRIBE. Once.",
        "schema": {"type": "string"},
        "example": "SELECT ?type (COUNT(?thing) AS ?number) WHERE { ?thing a ?type } "
        "GROUP BY ?type ORDER BY DESC(?number)",
    }
    graphs = [
        {
            "name": name,
            "in": "query",
            "description": f"{what} Overrides the query's own FROM clauses. Any number of times.",
            "schema": {"type": "array", "items": {"type": "string", "format": "iri"}},
            "style": "form",
            "explode": True,
        }
        for name, what in (
            ("default-graph-uri", "A graph that the default graph is made of."),
            ("named-graph-uri", "A graph that GRAPH may name."),
        )
    ]
    form = {
        "name": "format",
        "in": "query",
        "description": "The format of the answer by name; goes before the Accept header. "
        + ", ".join(each.name for each in (*RESULT_FORMATS, CSV_SAFE))
        + " for SELECT and ASK; "
        + ", ".join(each.name for each in GRAPH_FORMATS)
        + f" for CONSTRUCT and DESCRIBE. {PAGE} makes a page that shows the beginning of it, "
        f"{WORKBOOK} a workbook of a SELECT or ASK.",
        "schema": {
            "type": "string",
            "enum": [*(each.name for each in NAMED_FORMATS), PAGE, WORKBOOK],
        },
    }
    explain: dict[str, Any] = {
        "name": "explain",
        "in": "query",
        "description": "Whether the query is explained instead of run: its algebra, how much its "
        "patterns can match at most, and what in it is known to be slow.",
        "schema": {"type": "boolean", "default": False},
    }
    view: dict[str, Any] = {
        "name": "view",
        "in": "query",
        "description": "How a page shows the answer to a SELECT.",
        "schema": {"type": "string", "enum": list(VIEWS), "default": TABLE},
    }
    question: dict[str, Any] = {
        "name": "question",
        "in": "query",
        "description": "A question of the catalogue, by its id. The request may then give the "
        "question's parameters, which are bound to variables of the query as at its own address. "
        "Without a query it is the question's own.",
        "schema": {"type": "string"},
    }
    described: dict[str, Any] = {
        "summary": "Query",
        "operation_id": f"{method}_sparql",
        "tags": ["SPARQL"],
        "description": "The query operation of the SPARQL 1.1 Protocol. The default graph is the "
        "union of all named graphs. The answer is streamed: a connection that is cut means that "
        "the answer is not whole.",
        "response_class": Response,
        "responses": {
            200: {
                "description": "The answer. `Pledgegraph-Snapshot` says which numbered state of "
                "the data it was computed from.",
                "content": answers,
            },
            400: problem_response("The query or a parameter cannot be used."),
            406: problem_response("None of the formats asked for can carry the answer."),
            404: problem_response("There is no such version of the data."),
            413: problem_response("The query is too long."),
            502: problem_response("An endpoint that the query names with SERVICE failed."),
            503: problem_response("Too many queries at once; see `Retry-After`."),
            504: problem_response("The query takes longer than a query may."),
            507: problem_response("The query needs more memory than a query may use."),
        },
    }
    if method == "get":
        described["openapi_extra"] = {
            "parameters": [query, form, explain, view, question, *LIMIT_PARAMETERS, *graphs]
        }
        return described
    described["responses"][415] = problem_response("A body of another kind.")
    fields = {
        each["name"]: each["schema"]
        for each in (query, form, explain, view, question, *LIMIT_PARAMETERS, *graphs)
    }
    described["openapi_extra"] = {
        "parameters": [form, explain, view, question, *LIMIT_PARAMETERS, *graphs],
        "requestBody": {
            "required": True,
            "content": {
                SPARQL_QUERY: {**TEXT, "example": query["example"]},
                FORM: {"schema": {"type": "object", "required": ["query"], "properties": fields}},
            },
        },
    }
    return described
