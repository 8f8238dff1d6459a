"""Forms that pages of this service send: read in full or not at all, and from our pages only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request

from pledgegraph.writes import session_secret
from pledgegraph_api.errors import (
    ContentTooLarge,
    ForeignForm,
    ParameterError,
    UnsupportedContent,
)
from pledgegraph_api.http.query_params import GIVE_ONCE, decoded, repeated

FORM: Final = "application/x-www-form-urlencoded"
LONGEST_FORM: Final = 64_000
"""Bytes; three long texts in a script of which percent-encoding makes nine bytes a character."""
DAY: Final = 86_400
_OURS: Final = ("same-origin", "none")


class Tickets:
    """Signs what a page gives to its form, so that the form can be known again when it comes.

    ``use`` tells apart what tickets are for: one for another use counts for nothing.
    """

    def __init__(self, data_dir: Path, use: str) -> None:
        self._data_dir = data_dir
        self._use = use
        self._signer: URLSafeTimedSerializer | None = None

    def _signing(self) -> URLSafeTimedSerializer:
        if self._signer is None:
            self._signer = URLSafeTimedSerializer(session_secret(self._data_dir), salt=self._use)
        return self._signer

    def signed(self, content: Mapping[str, Any]) -> str:
        """A ticket with the content, which anybody can read and nobody can change."""
        return str(self._signing().dumps(dict(content)))

    def content(self, ticket: str, *, seconds: float = DAY) -> dict[str, Any] | None:
        """What the ticket holds; None for one that is not ours, or older than ``seconds``."""
        try:
            found = self._signing().loads(ticket, max_age=int(seconds))
        except BadData:
            return None
        return found if isinstance(found, dict) else None


async def form_of(request: Request, *, longest: int = LONGEST_FORM) -> dict[str, str]:
    """The fields of the form that a request carries, each once.

    Raises:
        ForeignForm: a browser says that it comes from a page of another site.
        UnsupportedContent: it is no form.
        ContentTooLarge: it is longer than ``longest`` bytes.
        EncodingError: it is not UTF-8.
        ParameterError: a field is there twice.
    """
    refuse_foreign(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise UnsupportedContent(
            "The body is not a form.", remedy=f"Send the fields of the page's form, as {FORM}."
        )
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > longest:
            raise ContentTooLarge(
                f"The form is longer than {longest:,} bytes.", remedy="Shorten what it says."
            )
    pairs = decoded(bytes(body), "The form")
    for name, number in Counter(name for name, _ in pairs).items():
        if number > 1:
            raise ParameterError(repeated(name, number), remedy=GIVE_ONCE)
    return dict(pairs)


def refuse_foreign(request: Request) -> None:
    """Refuse what a page of another site has had its visitor's browser send.

    See https://www.w3.org/TR/fetch-metadata/. Browsers say where a request comes from, and no
    script can have them say otherwise.

    Raises:
        ForeignForm: that is so.
    """
    site = request.headers.get("sec-fetch-site", _OURS[0])
    if site not in _OURS or request.headers.get("origin") == "null":
        raise ForeignForm("The form was sent from a page of another site.")
