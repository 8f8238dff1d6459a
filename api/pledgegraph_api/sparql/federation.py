"""Asks other endpoints for the SERVICE clauses of a query, before it is run.

Only endpoints that the operator names are asked, each by exactly the IRI that is in the settings.
Redirects are not followed and the environment's proxies are not used, so nothing else is reached.
"""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from pledgegraph.errors import QueryRefused, ServiceFailed
from pledgegraph.media_types import JSON
from pledgegraph.settings import Settings
from pledgegraph.sparql import (
    FEDERATION_ADVICE,
    ServiceCall,
    Term,
    calls_service,
    plain_text,
    service_calls,
    values_block,
    with_values,
)
from pledgegraph_api.sparql.protocol import QueryRequest

if TYPE_CHECKING:
    import httpx

_MOST_CALLS: Final = 5
_OK: Final = 200


class Federation:
    """Joins what other endpoints say into queries."""

    def __init__(
        self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._allowed = frozenset(settings.service_allow.split())
        self._transport = transport

    def asked_by(self, query: QueryRequest) -> bool:
        """Whether a query has SERVICE clauses, and there are endpoints that it may name."""
        return bool(self._allowed) and calls_service(plain_text(query.text))

    async def joined(self, query: QueryRequest) -> QueryRequest:
        """The query with solutions of other endpoints in the place of its SERVICE clauses.

        Raises:
            QueryRefused: a clause is none that is offered, or names an endpoint not allowed.
            ServiceFailed: an endpoint did not answer, or not within the limits.
        """
        text = plain_text(query.text)
        calls = service_calls(text, self._settings.base)
        if len(calls) > _MOST_CALLS:
            raise QueryRefused(
                f"The query has {len(calls)} SERVICE clauses; {_MOST_CALLS} is the most.",
                remedy="Ask for less at once.",
            )
        for call in calls:
            if call.endpoint not in self._allowed:
                raise QueryRefused(
                    f"The endpoint {call.endpoint[:200]} is none that may be asked from here.",
                    remedy=FEDERATION_ADVICE,
                )
        blocks = [(call, await self._block(call)) for call in calls]
        return replace(query, text=with_values(text, blocks))

    async def _block(self, call: ServiceCall) -> str:
        import httpx  # noqa: PLC0415 - most services ask nobody, and it takes long to import

        try:
            async with asyncio.timeout(self._settings.service_timeout):
                content = await self._fetched(call)
            return await asyncio.to_thread(self._values, call, content)
        except (httpx.HTTPError, TimeoutError, ValueError, SyntaxError, ServiceFailed) as error:
            if call.silent:
                return "VALUES () { () }"  # one solution that binds nothing (section 2.2)
            if isinstance(error, ServiceFailed):
                raise
            raise ServiceFailed(
                f"The endpoint {call.endpoint} gave no usable answer "
                f"within {self._settings.service_timeout:g} seconds."
            ) from error

    async def _fetched(self, call: ServiceCall) -> bytes:
        """The answer of the endpoint, in bytes."""
        import httpx  # noqa: PLC0415

        most = self._settings.service_bytes
        async with (
            httpx.AsyncClient(
                transport=self._transport,
                trust_env=False,
                follow_redirects=False,
                timeout=self._settings.service_timeout,
            ) as client,
            client.stream(
                "POST",
                call.endpoint,
                data={"query": call.query},
                # What is compressed may be any size once it is not.
                headers={"Accept": JSON.media_type, "Accept-Encoding": "identity"},
            ) as response,
        ):
            if response.status_code != _OK:
                raise ServiceFailed(
                    f"The endpoint {call.endpoint} answered with status {response.status_code}."
                )
            if response.headers.get("content-encoding", "identity") != "identity":
                raise ServiceFailed(f"The endpoint {call.endpoint} answered compressed, unasked.")
            content = bytearray()
            async for chunk in response.aiter_raw():
                content += chunk
                if len(content) > most:
                    raise ServiceFailed(
                        f"The endpoint {call.endpoint} answered with more than {most:,} bytes.",
                        remedy="Ask it for less: its group may hold a subquery with a LIMIT.",
                    )
            return bytes(content)

    def _values(self, call: ServiceCall, content: bytes) -> str:
        """The answer of an endpoint as a VALUES block."""
        try:
            columns, rows = self._rows(call, content)
        except (ServiceFailed, ValueError, SyntaxError) as error:
            # The frames hold an object of the engine, which may be dropped in this thread only.
            traceback.clear_frames(error.__traceback__)
            raise
        return values_block(call, columns, rows, self._settings.base)

    def _rows(self, call: ServiceCall, content: bytes) -> tuple[list[str], list[dict[str, Term]]]:
        most = self._settings.service_rows
        solutions = parse_query_results(content, format=QueryResultsFormat.JSON)
        if not isinstance(solutions, QuerySolutions):
            raise ServiceFailed(f"The endpoint {call.endpoint} answered with no solutions.")
        columns = [variable.value for variable in solutions.variables]
        rows: list[dict[str, Term]] = []
        for solution in solutions:
            if len(rows) == most:
                raise ServiceFailed(
                    f"The endpoint {call.endpoint} answered with more than {most:,} rows.",
                    remedy="Ask it for less: its group may hold a subquery with a LIMIT.",
                )
            bound = zip(columns, solution, strict=True)
            rows.append({name: term for name, term in bound if term is not None})
        return columns, rows
