"""Asks the service what a tool needs, over HTTP or within this process.

Every request goes the way of any client's: to the same addresses, under the same budget, limits
and queue. So an assistant can do nothing that a browser could not.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Self

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from pledgegraph.errors import PledgegraphError
from pledgegraph.release import release
from pledgegraph_api.middleware.few_at_once import counted_already

_TIMEOUT: Final = httpx.Timeout(120.0, connect=10.0)
_HANDED_ON: Final = ("authorization", "forwarded", "x-forwarded-for")
"""Headers by which the service tells clients apart."""
_WITHIN: Final = "http://within.invalid"
"""The origin of requests that stay in this process."""
_NOBODY: Final = ("", 0)
"""The client of a request that comes over no network."""


class Refusal(PledgegraphError):
    """The service did not answer what a tool asked it."""


class Service:
    """A service that is asked for one client; to be used in an ``async with`` block."""

    def __init__(self, client: httpx.AsyncClient, address: str) -> None:
        self._client = client
        self.address: Final = address
        """Where a person finds it; no slash at the end."""

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(
        self, path: str, accept: str, parameters: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """What it answers at a path.

        Raises:
            Refusal: it refused, with its reason; or nothing answers.
        """
        return await self._sent("GET", path, accept, params=dict(parameters or {}))

    async def post(self, path: str, accept: str, form: Mapping[str, str]) -> httpx.Response:
        """What it answers to a form; see `get`."""
        return await self._sent("POST", path, accept, data=dict(form))

    async def _sent(self, method: str, path: str, accept: str, **parts: Any) -> httpx.Response:
        headers = {"accept": f"{accept}, application/problem+json"}
        try:
            response = await self._client.request(method, path, headers=headers, **parts)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Refusal(
                f"{self.address} did not answer: {error or type(error).__name__}.",
                remedy="Ask again later, or for less.",
            ) from error
        if not response.is_success:
            raise _refusal(response)
        return response


def service_within(app: ASGIApp, address: str, scope: Scope | None = None) -> Service:
    """The application in this process; asked for the client of the request with that scope."""
    asking = scope or {"headers": (), "client": None}
    given = {name.decode("latin-1"): value.decode("latin-1") for name, value in asking["headers"]}

    async def within(scope: Scope, receive: Receive, send: Send) -> None:
        await app(counted_already(scope), receive, send)

    transport = httpx.ASGITransport(
        within, raise_app_exceptions=False, client=asking["client"] or _NOBODY
    )
    handed_on = {name: given[name] for name in _HANDED_ON if name in given}
    client = httpx.AsyncClient(
        transport=transport,
        base_url=_WITHIN,
        headers=_headers() | handed_on,
        timeout=_TIMEOUT,
    )
    return Service(client, address)


def service_at(address: str) -> Service:
    """The service at an address."""
    client = httpx.AsyncClient(base_url=address, headers=_headers(), timeout=_TIMEOUT)
    return Service(client, address.rstrip("/"))


def _headers() -> dict[str, str]:
    return {"user-agent": f"pledgegraph-assistants/{release()}", "accept-language": "en"}


def _refusal(response: httpx.Response) -> Refusal:
    """What the problem document says, with its remedy."""
    problem: dict[str, Any] = {}
    with suppress(ValueError):
        problem = response.json()
    detail = str(problem.get("detail") or f"The service answered {response.status_code}.")
    if problem.get("near"):
        detail += f" Did you mean {', '.join(map(str, problem['near']))}?"
    wait = response.headers.get("retry-after", "")
    later = f" Ask again in {wait} seconds." if wait.isdecimal() else ""
    # Of parameters the remedy lists those of the address, of which a tool has others.
    remedy = "" if "parameters" in problem else problem.get("remedy") or ""
    return Refusal(detail, remedy=f"{remedy}{later}".strip())
