"""Requests to a remote engine by the SPARQL 1.1 Protocol."""

from __future__ import annotations

import atexit
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pledgegraph.errors import (
    Limit,
    QueryError,
    QueryRefused,
    QueryTimeout,
    RemoteUnavailable,
)
from pledgegraph.store.remote.address import RemoteAddress
from pledgegraph.store.remote.dialects import Dialect, dialect_named

if TYPE_CHECKING:
    import httpx

GRAPHS: Final = "SELECT ?g WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
"""All graphs."""
RESULTS: Final = "application/sparql-results+json"
TRIPLES: Final = "application/n-triples"
_OK: Final = 200
_REDIRECT: Final = 300
_CLIENT: Final = 400
_TOO_LATE: Final = (408, 503, 504)
_BEYOND: Final = 2.0
"""Seconds beyond its own time limit that an engine is waited for."""
_CONNECT: Final = 5.0
_LONGEST_EXCUSE: Final = 300
_UPDATE_SECONDS: Final = 600.0


class Body:
    """An answer as a file that can be read once."""

    def __init__(self, response: httpx.Response, *, deadline: float) -> None:
        self._chunks: Iterator[bytes] = response.iter_bytes()
        self._deadline = deadline
        self._rest = b""
        self.headers: Mapping[str, str] = response.headers
        self.failed: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """So many bytes at most; none at the end."""
        try:
            while not self._rest or size < 0:
                piece = next(self._chunks, b"")
                if not piece:
                    break
                self._rest += piece
                self._check_time()
        except Exception as error:
            self.failed = error
            raise OSError("the remote engine broke its answer off") from error
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise TimeoutError("the answer did not end in time")


class Connection:
    """Speaks to one remote engine. Any number of threads may use one."""

    def __init__(self, address: RemoteAddress) -> None:
        self.address: Final = address
        self.dialect: Final[Dialect] = dialect_named(address.dialect)

    @contextmanager
    def asked(
        self,
        text: str,
        *,
        accept: str = RESULTS,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Iterator[Body]:
        """The answer to a query, when its head is there.

        Raises:
            RemoteUnavailable: the engine does not answer.
            QueryTimeout: it says that the query took too long.
            QueryRefused, QueryError: it does not answer the query.
        """
        import httpx  # noqa: PLC0415 -- only services with a remote engine need it

        seconds = self.address.seconds
        form: list[tuple[str, str | int | float | bool | None]] = [
            ("query", text),
            *(("default-graph-uri", each) for each in default_graphs),
            *(("named-graph-uri", each) for each in named_graphs),
            *self.dialect.parameters(seconds).items(),
        ]
        content = httpx.QueryParams(form)
        request = _client(self.address).build_request(
            "POST",
            self.address.query,
            content=str(content).encode(),
            headers={"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"},
            timeout=httpx.Timeout(seconds + _BEYOND, connect=_CONNECT),
        )
        try:
            response = _client(self.address).send(request, stream=True)
        except httpx.ReadTimeout as error:
            raise self._too_late() from error
        except httpx.HTTPError as error:
            raise self._away(error) from error
        try:
            if response.status_code != _OK:
                self._refused(response)
            if "virtuoso" in response.headers.get("server", "").lower():
                raise RemoteUnavailable(
                    "The remote engine is Virtuoso, which answers other than SPARQL 1.1 says.",
                    remedy="Choose another engine; docs/decisions/0023-remote-engine.md says why.",
                )
            yield Body(response, deadline=time.monotonic() + seconds + _BEYOND)
        finally:
            response.close()

    def rows(self, text: str) -> list[dict[str, Any]]:
        """The rows of a short answer, as the JSON has them."""
        with self.asked(text) as body:
            try:
                found: list[dict[str, Any]] = json.loads(body.read())["results"]["bindings"]
            except (OSError, ValueError, KeyError) as error:
                raise self._away(error) from error
        return found

    def update(self, text: str) -> None:
        """Make an update.

        Raises:
            RemoteUnavailable: the engine did not say that it is made.
        """
        self._send("POST", self.address.update, text.encode(), "application/sparql-update")

    def add(self, graph: str, triples: bytes) -> None:
        """Add statements, in N-Triples, to a graph by the Graph Store HTTP Protocol."""
        self._send("POST", self.address.graphs, triples, TRIPLES, {"graph": graph})

    def _send(
        self,
        method: str,
        url: str,
        content: bytes,
        content_type: str,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        import httpx  # noqa: PLC0415

        try:
            response = _client(self.address).request(
                method,
                url,
                params=parameters,
                content=content,
                headers={"Content-Type": content_type},
                timeout=httpx.Timeout(_UPDATE_SECONDS, connect=_CONNECT),
            )
        except httpx.HTTPError as error:
            raise self._away(error) from error
        if not _OK <= response.status_code < _REDIRECT:
            raise RemoteUnavailable(
                f"The remote engine answered an update with status {response.status_code}: "
                f"{_excuse(response.content)}"
            )

    def _refused(self, response: httpx.Response) -> NoReturn:
        said = _excuse(response.read())
        status = response.status_code
        late = "timeout" in said.lower() or "timed out" in said.lower()
        if late or status in (_TOO_LATE[0], _TOO_LATE[2]):
            raise self._too_late()
        if status in (401, 403, 404, 502) or (status in _TOO_LATE and not late):
            raise RemoteUnavailable(f"The remote engine answered a query with status {status}.")
        if status == _CLIENT:
            raise QueryRefused(
                f"The remote engine does not take the query: {said}",
                remedy="Write it with what SPARQL 1.1 has.",
            )
        raise QueryError(f"The remote engine could not answer the query (status {status}).")

    def _too_late(self) -> QueryTimeout:
        most = Limit("query_timeout", self.address.seconds, "s")
        return QueryTimeout(f"The query took longer than {most.value:g} s.", limit=most)

    def _away(self, error: Exception) -> RemoteUnavailable:
        return RemoteUnavailable(f"The remote engine does not answer ({type(error).__name__}).")


@cache
def _client(address: RemoteAddress) -> httpx.Client:
    """The one client of this process; it keeps its connections open until the process ends."""
    import httpx  # noqa: PLC0415

    auth: httpx.Auth | None = None
    if address.user:
        auth = httpx.BasicAuth(address.user, address.password)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    client = httpx.Client(auth=auth, trust_env=False, follow_redirects=False, limits=limits)
    atexit.register(client.close)
    return client


def _excuse(said: bytes) -> str:
    """The beginning of what an engine says of an error, in one line."""
    return " ".join(said.decode("utf-8", "replace").split())[:_LONGEST_EXCUSE]
