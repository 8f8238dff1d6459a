"""Sessions of stewards: a token, handed in once, becomes a cookie that a browser keeps.

The cookie names the token and is signed. It is sent to the desk alone (`Path`), by pages of this
service alone (`SameSite=Strict`), no script can read it (`HttpOnly`), and where the service is
reached by TLS it travels so alone (`Secure`). The token is looked up with every request, so that
one that was revoked, or whose days are over, ends its session. Each form has a ticket of its
session; a page of another site can have none.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.settings import Settings
from pledgegraph.writes import RegisterScope, Scope, Token, Tokens
from pledgegraph_api.errors import Forbidden, ForeignForm, Unauthorised
from pledgegraph_api.http.forms import DAY, Tickets
from pledgegraph_api.web.links import root_of
from pledgegraph_api.web.pages import VARY

PATH: Final = "/steward"
SIGN_IN: Final = f"{PATH}/sign-in"
COOKIE: Final = "pledgegraph-steward"
PRIVATE: Final = {
    "Cache-Control": "no-store, private",
    "vary": f"{VARY}, Cookie",
    "X-Robots-Tag": "noindex",
}
"""What every answer of the desk says: it is for one person, and nobody keeps it."""
_HOUR: Final = 3600
_KNOWN_BY: Final = 32
"""Digits of the token's hash that the cookie has, so that it goes with that very token."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in."""

    token: Token
    nonce: str

    @property
    def is_editor(self) -> bool:
        """Whether all registers may be changed."""
        return self.token.allows(Scope.WRITE)

    def may(self, register: str) -> bool:
        """Whether the register of that name may be changed."""
        return self.token.allows(RegisterScope(register))


class Sessions:
    """Begins sessions, knows them again, and ends them."""

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        self._tokens = tokens
        self._seconds = settings.session_hours * _HOUR
        self._is_secure = settings.base.startswith("https://")
        self._cookies = Tickets(settings.data_dir, "session of a steward")
        self._forms = Tickets(settings.data_dir, "form of a steward")

    def begin(self, request: Request, secret: str, response: Response) -> Session:
        """Sign in whoever holds the token; the response sets the cookie. Blocks.

        Raises:
            Unauthorised: there is no such token.
            Forbidden: it lets nobody change anything.
        """
        token = self._tokens.holder(secret.strip())
        if token is None:
            raise Unauthorised("The token is not known, is revoked, or is over.")
        if not _works_here(token):
            raise Forbidden(
                "The token does not let its holder change anything.", scope=Scope.WRITE.value
            )
        session = Session(token, secrets.token_hex(16))
        content = {"token": token.id, "known": token.sha256[:_KNOWN_BY], "nonce": session.nonce}
        response.set_cookie(
            COOKIE,
            self._cookies.signed(content),
            max_age=int(self._seconds),
            path=f"{root_of(request)}{PATH}",
            secure=self._is_secure or request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return session

    def end(self, request: Request, response: Response) -> None:
        """Have the browser forget the cookie."""
        response.delete_cookie(COOKIE, path=f"{root_of(request)}{PATH}", httponly=True)

    def find(self, request: Request) -> Session | None:
        """Who is signed in; None where nobody is. Blocks."""
        content = self._cookies.content(request.cookies.get(COOKIE, ""), seconds=self._seconds)
        if content is None:
            return None
        now = datetime.now(UTC)
        for token in self._tokens.all():
            known = token.sha256[:_KNOWN_BY]
            if token.id == content.get("token") and hmac.compare_digest(
                known, str(content.get("known"))
            ):
                if token.is_over(now) or not _works_here(token):
                    return None
                return Session(token, str(content.get("nonce")))
        return None

    def require(self, request: Request) -> Session:
        """Who is signed in. Blocks.

        Raises:
            Unauthorised: nobody is.
        """
        session = self.find(request)
        if session is None:
            raise Unauthorised(
                "Nobody is signed in, or the session is over.",
                remedy="Sign in with your token at /steward/sign-in, then try again.",
            )
        return session

    def ticket(self, session: Session | None, **more: str) -> str:
        """What a form of the session carries, with what else it is to know again."""
        return self._forms.signed({"nonce": "" if session is None else session.nonce, **more})

    def checked(self, session: Session | None, ticket: str) -> dict[str, str]:
        """What the ticket of a form holds.

        Raises:
            ForeignForm: it is not of this session, or is a day old.
        """
        content = self._forms.content(ticket, seconds=DAY)
        nonce = "" if session is None else session.nonce
        if content is None or not hmac.compare_digest(str(content.get("nonce")), nonce):
            raise ForeignForm(
                "The form is not of this session, or was opened too long ago.",
                remedy="Open the page anew, and send the form from there.",
            )
        return {name: str(value) for name, value in content.items()}


def _works_here(token: Token) -> bool:
    return token.allows(Scope.WRITE) or bool(token.registers or token.makers)
