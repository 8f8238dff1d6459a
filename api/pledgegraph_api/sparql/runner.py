"""What the service needs of whatever runs its queries.

`pooled_running` runs them in processes that can be killed, and is what `pledgegraph serve` uses;
`thread_running` runs them in this process, for engines that no other process can open.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from pledgegraph.errors import Limit
from pledgegraph.history.past_versions import PastVersion
from pledgegraph.media_types import Format
from pledgegraph.results.encoding import IDENTITY
from pledgegraph.store.engine import ResultKind
from pledgegraph_api.sparql.protocol import QueryRequest

ChooseFormat = Callable[[ResultKind], Format]


class Answer(Protocol):
    """An answer that has begun: its format is settled and its first bytes are there."""

    @property
    def form(self) -> Format:
        """The format that was chosen."""
        ...

    @property
    def sequence(self) -> int:
        """The number of the snapshot that it is computed from."""
        ...

    @property
    def version(self) -> str | None:
        """The name of that snapshot, which no other has or had; None where it has none."""
        ...

    @property
    def coding(self) -> str:
        """What its bytes are compressed with; see `pledgegraph.results.encoding`."""
        ...

    @property
    def waited(self) -> float:
        """Seconds that the query waited for its turn."""
        ...

    @property
    def worked(self) -> float:
        """Seconds from there to the first bytes of the answer."""
        ...

    @property
    def cut(self) -> Limit | None:
        """The limit at which it was cut, where that is known by now."""
        ...

    @property
    def steady(self) -> bool:
        """Whether the same answer in the same coding has the same bytes each time."""
        ...

    @property
    def whole(self) -> bytes | None:
        """The whole answer, where it has come by now; None where more may follow."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The whole answer, once, as it is computed.

        Raises:
            QueryError: evaluation failed; what was sent before is not the whole answer.
        """
        ...

    def abandon(self) -> None:
        """Let go of it; harmless after its end."""
        ...


class QueryRunner(Protocol):
    """Runs queries, a bounded number at a time, and hands out their answers."""

    @property
    def running(self) -> int:
        """How many queries are being evaluated, including those whose client has gone."""
        ...

    @property
    def waiting(self) -> int:
        """How many queries wait for their turn."""
        ...

    @property
    def aside(self) -> int:
        """How many queries are set aside for others."""
        ...

    @property
    def idle(self) -> int:
        """How many workers stand ready with nothing to do."""
        ...

    async def start(self) -> None:
        """Get ready for the first query."""
        ...

    async def run(
        self,
        query: QueryRequest,
        choose: ChooseFormat,
        *,
        coding: str = IDENTITY,
        head_only: bool = False,
        source: PastVersion | None = None,
        client: str = "",
        short: bool = False,
    ) -> Answer:
        """Begin to answer a query; returns when the first bytes of the answer are there.

        ``choose`` is asked for the format as soon as the kind of answer is known, and may
        raise. An answer that is not small may be compressed with ``coding``. With ``head_only``
        the query is not evaluated and the answer is empty. ``source`` is an earlier version of
        the data to ask instead of the newest. ``client`` is who asks; a query that is
        ``short`` is known to be.

        Raises:
            QueryError: it cannot be answered, or not within the limits.
            ServiceBusy: too many queries are waiting already.
            ServiceStopping: the service is being stopped.
        """
        ...

    async def stop(self) -> None:
        """Break off every answer and take no further query."""
        ...
