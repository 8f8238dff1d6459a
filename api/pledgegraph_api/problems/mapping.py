"""What an error comes to over HTTP, by one table from class to status and documentation.

See https://www.rfc-editor.org/rfc/rfc9457.html. The type of every problem is the address of a
page of this service that explains it; those pages are made from the same table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from starlette.exceptions import HTTPException

from pledgegraph import errors as graph
from pledgegraph.media_types import Format
from pledgegraph_api import errors as api
from pledgegraph_api.http.authorisation import challenge
from pledgegraph_api.problems.problem_type import ProblemType
from pledgegraph_api.problems.remote_types import REMOTE_PROBLEMS
from pledgegraph_api.problems.service_types import (
    BAD_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    SERVICE_PROBLEMS,
)
from pledgegraph_api.problems.shacl_report import results_in_words
from pledgegraph_api.problems.sparql_types import SPARQL_PROBLEMS

PROBLEM_JSON: Final = "application/problem+json"

Json = str | float | list[str] | list[dict[str, str | list[str]]] | dict[str, Any]


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


PROBLEM_TYPES: Final = (*SPARQL_PROBLEMS, *SERVICE_PROBLEMS, *REMOTE_PROBLEMS)
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


_WAITS: Final = (
    graph.ServiceBusy,
    graph.ServiceStopping,
    api.BudgetSpent,
    api.Crowded,
    api.SnapshotNotYet,
)
"""Errors that say themselves when to try again."""
_LOG_BACK: Final = "5"
"""Seconds after which the servers of a shared log may have found each other again."""
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
    if isinstance(error, graph.WorkbookRefused | graph.StaleReceipt | graph.ReceiptMissing):
        members["report"] = error.report.as_json()
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
    """A fault as JSON, without what it says nothing of."""
    told: dict[str, str | list[str]] = {
        "type": fault.type,
        "choices": list(fault.choices),
        "near": list(fault.near),
        "example": fault.example,
    }
    said = {name: value for name, value in told.items() if value}
    return {"name": fault.name, "detail": fault.detail, **said}


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, _WAITS):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, graph.LogUnavailable | graph.LogMoved | graph.RemoteUnavailable):
        return {"Retry-After": _LOG_BACK}
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
