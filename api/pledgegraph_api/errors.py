"""What can be wrong with a request, as a branch of the tree in `pledgegraph.errors`.

PledgegraphError
└── RequestError              the request cannot be answered as it was sent
    ├── ParameterError        a parameter is missing, repeated, unknown or malformed
    │   ├── QueryMissing      there is no query in it
    │   ├── UpdateMissing     there is no update in it
    │   └── WrongParameters   parameters of a question of the catalogue (each with its fault)
    ├── GraphMissing          the graph asked for holds nothing
    ├── PreconditionFailed    what it is about is not as it takes it to be
    ├── QuestionMissing       the catalogue has no such question
    ├── DumpMissing           there is no such dump
    ├── ChangePageMissing     the stream of changes has no such page
    ├── TooManyRanges         a file is asked for in too many ranges
    ├── DocumentMissing       there is no such document or form of one
    ├── RecordMissing         nothing is said of such a record
    ├── PageMissing           the document or list has no such page
    ├── EncodingError         its text is not UTF-8
    ├── UnsupportedContent    its body is of a kind that is not read here
    ├── ContentTooLarge       its query is longer than the limit
    ├── HeaderTooLarge        one of its headers is longer than the limit
    ├── BodyTooSlow           its body does not arrive in time
    ├── BudgetSpent           its client has used up its time, or its errors
    ├── Crowded               its client has as many requests under way as it may
    ├── Unauthorised          it carries no token, or none that is known
    ├── Forbidden             its token does not allow what it asks for
    ├── ForeignForm           its form comes from a page of another site
    ├── CodingNotAcceptable   it accepts none of the content codings that there are
    └── NotAcceptable         it accepts none of the formats that there are
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pledgegraph.errors import Limit, PledgegraphError
from pledgegraph.media_types import Format


class RequestError(PledgegraphError):
    """The request cannot be answered as it was sent."""


class ParameterError(RequestError):
    """A parameter is missing, repeated, unknown or malformed."""


class QueryMissing(ParameterError):
    """There is no query in the request."""

    remedy = (
        "Send the query in the parameter `query` of a GET request or of a form, or as the body "
        "of a POST request with `Content-Type: application/sparql-query`."
    )


class UpdateMissing(ParameterError):
    """There is no update in the request."""

    remedy = (
        "Send the update in the field `update` of a form, or as the body of a POST request with "
        "`Content-Type: application/sparql-update`."
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one parameter, and what would be right."""

    name: str
    reason: Literal["value", "repeated", "unknown"]
    detail: str
    value: str = ""
    """What was given; empty where it was not looked at."""
    type: str = ""
    choices: tuple[str, ...] = ()
    example: str = ""
    near: tuple[str, ...] = ()
    """Values that there are and that look like the one given."""


class WrongParameters(ParameterError):
    """Parameters of a question of the catalogue that cannot be used; ``faults`` tells each."""

    def __init__(
        self, message: str, *, remedy: str | None = None, faults: Sequence[Fault] = ()
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.faults = tuple(faults)


class GraphMissing(RequestError):
    """The graph asked for holds nothing."""

    remedy = "List the graphs with `SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } }`."


class PreconditionFailed(RequestError):
    """What the request is about is not in the state that its If-Match or If-None-Match names."""


class QuestionMissing(RequestError):
    """The catalogue has no question of that id. ``near`` holds ids that look like it."""

    remedy = "See the full list at /queries."

    def __init__(self, message: str, *, near: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.near = tuple(near)


class DumpMissing(RequestError):
    """There is no such dump; older ones are removed when newer ones are made."""

    remedy = "See the full list at /dumps/; /dumps/latest/nq.gz leads to the newest."


class ChangePageMissing(RequestError):
    """The stream of changes has no page of that number."""

    remedy = "The stream at /changes leads to each of them."


class TooManyRanges(RequestError):
    """A file is asked for in more ranges than are sent at once."""

    remedy = "Ask for fewer and larger ranges, or for the whole file."


class DocumentMissing(RequestError):
    """There is no such document, or not in that form. ``near`` holds paths that there are."""

    def __init__(
        self, message: str, *, remedy: str | None = None, near: Sequence[str] = ()
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.near = tuple(near)


class RecordMissing(RequestError):
    """Nothing is said of the record. ``near`` holds the IRIs of some that look like it."""

    remedy = "Look for the record in one of the lists, or ask for it by its name at /sparql."

    def __init__(self, message: str, *, near: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.near = tuple(near)


class PageMissing(RequestError):
    """The document or list has no page of that number."""


class EncodingError(RequestError):
    """The text of the request is not UTF-8."""

    remedy = "Send UTF-8, percent-encoded in addresses and forms."


class UnsupportedContent(RequestError):
    """The request's body is of a kind that is not read here."""

    remedy = (
        "Send the query as `application/sparql-query`, or as the field `query` of an "
        "`application/x-www-form-urlencoded` form, in UTF-8 and not compressed."
    )


class ContentTooLarge(RequestError):
    """The query is longer than the limit."""


class HeaderTooLarge(RequestError):
    """One of the request's headers is longer than the limit."""


class BodyTooSlow(RequestError):
    """The request's body does not arrive in time."""

    remedy = "Send the request again, over a faster connection or with a shorter query."


class BudgetSpent(RequestError):
    """The client has used up its budget; ``retry_after`` is in seconds."""

    def __init__(self, message: str, *, retry_after: int, limit: Limit | None = None) -> None:
        super().__init__(
            message,
            remedy=f"Wait {retry_after} seconds, then send one query at a time and ask for less "
            "in each.",
            limit=limit,
        )
        self.retry_after = retry_after


class Crowded(RequestError):
    """The client has as many requests under way as one may; ``retry_after`` is in seconds."""

    remedy = "Wait for the answers that are under way, and send fewer requests at once."

    def __init__(self, message: str, *, retry_after: int, limit: Limit | None = None) -> None:
        super().__init__(message, limit=limit)
        self.retry_after = retry_after


class Unauthorised(RequestError):
    """The request carries no token, or none that is known (RFC 6750, section 3)."""

    remedy = (
        "Ask the operator to create a token with `pledgegraph token create`, and send it in the "
        "header `Authorization: Bearer TOKEN`."
    )

    def __init__(self, message: str, *, code: str = "", remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code
        """The error code of RFC 6750, section 3.1; empty where no token was sent."""


class Forbidden(RequestError):
    """The request's token does not allow what it asks for; ``scope`` would."""

    def __init__(self, message: str, *, scope: str = "") -> None:
        super().__init__(
            message, remedy=f"Use a token made with `pledgegraph token create --scope {scope}`."
        )
        self.scope = scope


class OriginRefused(RequestError):
    """A page of another site asks what only pages of this one may ask."""

    remedy = (
        "Ask from a program instead of a page, or have the operator add the page's origin to "
        "the setting assistant_origins."
    )


class ForeignForm(RequestError):
    """The form comes from a page of another site, or from no page of ours."""

    remedy = "Open the page of this service that has the form, and send it from there."


class CodingNotAcceptable(RequestError):
    """The request refuses what is not compressed, and accepts none of the compressions."""


class NotAcceptable(RequestError):
    """The request accepts none of the formats that can carry the answer.

    ``available`` holds those that can.
    """

    def __init__(self, message: str, available: Sequence[Format]) -> None:
        listed = ", ".join(f"{each.media_type} (format={each.name})" for each in available)
        super().__init__(message, remedy=f"Ask for one of these: {listed}.")
        self.available = tuple(available)


class SnapshotNotYet(PledgegraphError):
    """The snapshot that a request asks for is not here yet; ``retry_after`` is in seconds."""

    remedy = "Wait, then send the request again."

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
