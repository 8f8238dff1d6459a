"""Who may do what: bearer tokens, as RFC 6750 has them.

See https://www.rfc-editor.org/rfc/rfc6750.html. A token comes in the header ``Authorization``
and nowhere else: no cookie, no parameter, nothing that a browser would send by itself. So a page
of another site cannot have its visitors write here.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request

from pledgegraph.writes import AnyScope, Token, Tokens
from pledgegraph_api.errors import Forbidden, Unauthorised

_CREDENTIALS: Final = re.compile(r"Bearer +([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)
_REALM: Final = 'Bearer realm="Pledgegraph"'


class Authorisation:
    """Lets those in whose token allows it."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def require(self, request: Request, scope: AnyScope) -> Token:
        """The token of the request, which allows ``scope``.

        Raises:
            Unauthorised: there is none, or none that is known.
            Forbidden: it allows less.
        """
        headers = request.headers.getlist("authorization")
        if not headers:
            raise Unauthorised("The request carries no token.")
        match = _CREDENTIALS.fullmatch(headers[0].strip())
        if len(headers) > 1 or match is None:
            raise Unauthorised(
                "The header Authorization is not of the form `Bearer TOKEN`, once.",
                code="invalid_token",
            )
        token = self._tokens.holder(match[1])
        if token is None:
            raise Unauthorised(
                "The token is not known, is revoked, or is over.", code="invalid_token"
            )
        if not token.allows(scope):
            allowed = ", ".join(each.value for each in token.scopes)
            raise Forbidden(
                f"The token allows to {allowed}; this needs {scope.value}.", scope=scope.value
            )
        return token


def holder_among(tokens: Tokens, headers: Headers) -> Token | None:
    """The token that a request carries, for whom nothing depends on it; None for no known one."""
    given = headers.getlist("authorization")
    match = _CREDENTIALS.fullmatch(given[0].strip()) if len(given) == 1 else None
    return None if match is None else tokens.holder(match[1])


def challenge(error: Unauthorised | Forbidden) -> str:
    """The header ``WWW-Authenticate`` for a request that was not let in (section 3)."""
    if isinstance(error, Forbidden):
        return f'{_REALM}, error="insufficient_scope", scope="{error.scope}"'
    if error.code:
        return f'{_REALM}, error="{error.code}", error_description="{error}"'
    return _REALM
