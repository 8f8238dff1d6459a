"""The query operation of the SPARQL 1.1 Protocol, read from a request.

See https://www.w3.org/TR/sparql11-protocol/#query-operation
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from email.message import Message
from typing import Final

from pyoxigraph import Literal, NamedNode, Variable
from starlette.requests import Request

from pledgegraph.errors import Limit
from pledgegraph.results import LIMIT_PARAMETER
from pledgegraph_api.errors import (
    ContentTooLarge,
    EncodingError,
    ParameterError,
    QueryMissing,
    UnsupportedContent,
)
from pledgegraph_api.http.query_params import (
    GIVE_ONCE,
    Parameters,
    decoded,
    faults_of,
    is_added,
    refuse,
    repeated,
    version_named,
)
from pledgegraph_api.http.request_limits import NOT_ASKED, TIMEOUT, AskedLimits, limits_of

FORM: Final = "application/x-www-form-urlencoded"
SPARQL_QUERY: Final = "application/sparql-query"
SPARQL_UPDATE: Final = "application/sparql-update"

WITH_BODY: Final = frozenset({"POST", "QUERY"})
"""The methods whose requests carry the query in their body."""
ACCEPT_QUERY: Final = f'"{SPARQL_QUERY}", "{FORM}"'
"""What a QUERY request may carry, for the header Accept-Query.

See https://datatracker.ietf.org/doc/draft-ietf-httpbis-safe-method-w-body/
"""

_ONCE: Final = ("query", "explain", "version", "view", "question", TIMEOUT, LIMIT_PARAMETER)
TABLE: Final = "table"
VIEWS: Final = (TABLE, "bar", "line")
_PROTOCOL: Final = frozenset({"query", "default-graph-uri", "named-graph-uri"})
_UPDATE: Final = frozenset({"update", "using-graph-uri", "using-named-graph-uri"})
OWN: Final = (
    "query",
    "default-graph-uri",
    "named-graph-uri",
    "format",
    "explain",
    "version",
    "view",
    "question",
    "lang",
    TIMEOUT,
    LIMIT_PARAMETER,
)
"""The parameters of a query."""
OF_CLIENTS: Final = frozenset({"ac", "output", "results", "results ", "queryLn", "infer", "debug"})
"""What the editor of the SIB, SPARQLWrapper and RDF4J send to every service; it changes nothing."""
CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
"""Names of UTF-8, and of what is UTF-8 as well."""


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """What a client asks: the query, its dataset, and the format wished for by name."""

    text: str
    default_graphs: tuple[NamedNode, ...] = ()
    named_graphs: tuple[NamedNode, ...] = ()
    format: str | None = None
    explain: bool = False
    """True when it is to be explained instead of run."""
    substitutions: Mapping[Variable, NamedNode | Literal] = field(default_factory=dict)
    """Terms that take the place of variables; only the service's own queries have them."""
    limits: AskedLimits = NOT_ASKED
    """What the client lets the answer have at most."""
    version: int | None = None
    """The earlier version of the data that is asked; None for the newest."""
    day: date | None = None
    """The day that the answer is for, where the query is one of the service's own that asks
    the clock for the day."""
    question: str | None = None
    """The question of the catalogue whose parameters the request may give; the query is then
    empty where it is the question's own."""
    view: str = TABLE
    """How a page shows the answer: one of `VIEWS`."""
    more: Mapping[str, str] = field(default_factory=dict)
    """All parameters of the request, where a question of the catalogue is opened by it."""

    def dataset_parameters(self) -> list[tuple[str, str]]:
        """The dataset as parameters of a request."""
        return [
            *(("default-graph-uri", each.value) for each in self.default_graphs),
            *(("named-graph-uri", each.value) for each in self.named_graphs),
        ]

    def bounding_parameters(self) -> list[tuple[str, str]]:
        """The version and the limits as parameters of a request."""
        version = [] if self.version is None else [("version", str(self.version))]
        return [*version, *self.limits.parameters()]


async def read_query(request: Request, *, longest: int) -> QueryRequest:
    """The query that a GET, HEAD, POST or QUERY request carries; ``longest`` is in bytes.

    Raises:
        QueryMissing: there is no query in it.
        ParameterError: a parameter is repeated, malformed or in the wrong place.
        EncodingError: something in it is not UTF-8.
        UnsupportedContent: its body is of another kind than the protocol's.
        ContentTooLarge: the query is longer than ``longest``.
    """
    # Percent-encoding makes three bytes of one; the rest is for the graph parameters.
    most = 3 * longest + 65_536
    encoded: bytes = request.scope["query_string"]
    if len(encoded) > most:
        raise too_large(most)
    in_address = decoded(encoded, "The query string")
    if request.method not in WITH_BODY:
        return _query_request(in_address, longest)

    content = content_type(request)
    if content == FORM:
        refuse_in_address(in_address, _PROTOCOL, "is a field of the form")
        body = await body_of(request, most)
        return _query_request(in_address + decoded(body, "The form"), longest)
    if content == SPARQL_QUERY:
        refuse_in_address(in_address, {"query"}, "is the body of the request")
        body = await body_of(request, longest)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise EncodingError(f"The query is not UTF-8 from byte {error.start + 1} on.") from None
        return _query_request([("query", text), *in_address], longest)
    if content == SPARQL_UPDATE:
        raise UnsupportedContent(
            "Updates are not taken at this address.", remedy="Send it to /update, or send a query."
        )
    if content is None:
        raise UnsupportedContent("The request says nothing of the kind of its body.")
    raise UnsupportedContent(f"A body of the kind {content[:80]!r} is not read here.")


def _query_request(parameters: Parameters, longest: int) -> QueryRequest:
    """The request that a list of parameters describes."""
    names = [name for name, _ in parameters]
    for name in _ONCE:
        if names.count(name) > 1:
            raise ParameterError(repeated(name, names.count(name)), remedy=GIVE_ONCE)
    for name in names:
        if name in _UPDATE:
            raise ParameterError(
                f"The parameter `{name}` belongs to updates, which are not taken at this address.",
                remedy="Send a query in the parameter `query`, or the update to /update.",
            )
    given = dict(parameters)
    text = given.get("query")
    question = given.get("question") or None
    if text is None and question is None:
        raise QueryMissing("There is no query in the request.")
    if question is None:  # else it may have parameters of the question, which are not known here
        refuse_unknown(parameters, OWN)
    if text is not None and not text.removeprefix("\ufeff").strip():
        raise QueryMissing("The query is empty.")
    text = text or ""
    length = len(text.encode("utf-8"))
    if length > longest:
        raise too_large(longest)
    limits, faults = limits_of(given)
    if faults:
        raise ParameterError(
            " ".join(each.detail for each in faults),
            remedy=" ".join(f"For example {each.name}={each.example}." for each in faults),
        )
    return QueryRequest(
        text,
        tuple(graphs_named(parameters, "default-graph-uri")),
        tuple(graphs_named(parameters, "named-graph-uri")),
        # SPARQLWrapper sends two or three names of the format that it wants.
        ",".join(value for name, value in parameters if name == "format") or None,
        explain=_truth(given, "explain"),
        limits=limits,
        version=version_named(given.get("version")),
        question=question,
        view=_view(given.get("view") or TABLE),
        more=given if question is not None else {},
    )


def refuse_unknown(parameters: Parameters, known: Sequence[str]) -> None:
    """Refuse a parameter that is neither known nor sent by clients of their own accord.

    Raises:
        WrongParameters: there is one. A misspelt `default-graph-uri` would give another answer.
    """
    unknown = [
        (name, "")
        for name in dict.fromkeys(name for name, _ in parameters)
        if name not in known and name not in OF_CLIENTS and not is_added(name)
    ]
    refuse(list(faults_of(unknown, known)), known)


def _view(name: str) -> str:
    if name not in VIEWS:
        raise ParameterError(
            f"The parameter `view` is {', '.join(VIEWS[:-1])} or {VIEWS[-1]}, "
            f"and not {name[:40]!r}.",
            remedy="Choose one of them, or leave it out.",
        )
    return name


def _truth(given: Mapping[str, str], name: str) -> bool:
    """Whether a parameter says yes; without it no."""
    value = given.get(name, "false").strip().lower()
    if value not in ("true", "false"):
        raise ParameterError(
            f"The parameter `{name}` is true or false, and not {value[:40]!r}.",
            remedy=f"Send `{name}=true`, or leave it out.",
        )
    return value == "true"


def graphs_named(parameters: Parameters, wanted: str) -> Iterator[NamedNode]:
    """The graphs that the parameters of that name give, in their order.

    One left empty names none: forms send their empty fields, too. Not so for an update, which
    would then read other graphs than its sender meant.
    """
    for name, value in parameters:
        if name == wanted and (value or wanted.startswith("using-")):
            try:
                yield NamedNode(value)
            except ValueError:
                raise ParameterError(
                    f"The parameter `{name}` is not an absolute IRI: {value[:200]!r}.",
                    remedy="Give the graph's whole IRI, percent-encoded.",
                ) from None


def refuse_in_address(parameters: Parameters, names: frozenset[str] | set[str], why: str) -> None:
    """Refuse a POST request that mixes the query string with its body (Protocol, table 1)."""
    for name, _ in parameters:
        if name in names:
            raise ParameterError(
                f"The parameter `{name}` is in the address, but in this kind of request it {why}.",
                remedy="Move it there, or send a GET request.",
            )


def content_type(request: Request, charsets: Collection[str] = CHARSETS) -> str | None:
    """The media type of the body, after a look at its charset and coding."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise UnsupportedContent(f"A body compressed with {coding[:40]!r} is not read here.")
    header = request.headers.get("content-type")
    if header is None or not header.strip():
        return None
    message = Message()
    message["content-type"] = header
    charset = message.get_param("charset", "utf-8")
    if str(charset).lower() not in charsets:
        raise UnsupportedContent(f"The character encoding {str(charset)[:40]!r} is not read here.")
    return header.partition(";")[0].strip().lower()


async def body_of(request: Request, most: int, setting: str = "max_query_bytes") -> bytes:
    """The request's body; given up as soon as it proves longer than the setting's ``most``."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise too_large(most, setting)
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > most:
            raise too_large(most, setting)
    return bytes(received)


def too_large(most: int, setting: str = "max_query_bytes") -> ContentTooLarge:
    """What is said of a request that is longer than the ``most`` bytes of a setting."""
    return ContentTooLarge(
        f"The request is longer than the {most:,} bytes that are read here.",
        limit=Limit(setting, most, "bytes"),
        remedy="Shorten it, or make several requests of it.",
    )
