"""The stream of a shared changes log, asked and written from one thread.

A message is one step of the log: the records of a change set and of what the rules made of it,
byte for byte as every node keeps them, compressed. Messages are numbered without a gap, and a
publisher says which message it has seen last: of two that publish at once, the stream refuses one
(``Nats-Expected-Last-Sequence``). A message that was sent twice is kept once (``Nats-Msg-Id``).

See https://docs.nats.io/nats-concepts/jetstream/headers.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeVar

import zstandard
from anyio.from_thread import BlockingPortal, start_blocking_portal

from pledgegraph.errors import LogMoved, LogUnavailable, StreamDiffers
from pledgegraph.store.log.changes_log import LOG_FORMAT
from pledgegraph.store.log_address import StreamAddress

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

T = TypeVar("T")

_CONNECT: Final = 2.0
"""Seconds for one server to take a connection."""
_ANSWER: Final = 3.0
"""Seconds for one answer."""
PATIENCE: Final = 7.0
"""Seconds after which an operation is given up; a write is refused within ten in all."""
_PAUSE: Final = 0.15
_INLINE: Final = 512 * 1024
"""Bytes of a compressed step that go into the message itself; more go into the object store."""
_WRONG_LAST: Final = 10071
_EXISTS: Final = 10058
_NO_MESSAGE: Final = frozenset({10037})
_TOO_FEW: Final = 10005
_WINDOW: Final = 24 * 3600.0
"""Seconds in which the stream knows a message again that is sent twice."""

_FIRST: Final = "Pledgegraph-First"
_LAST: Final = "Pledgegraph-Last"
_PARTS: Final = "Pledgegraph-Object"
_ID: Final = "Nats-Msg-Id"
_EXPECTED: Final = "Nats-Expected-Last-Sequence"


@dataclass(frozen=True, slots=True)
class Step:
    """One message: the records from ``first`` to ``last``."""

    number: int
    """The message's own number, from 1 on."""
    first: int
    last: int
    identity: str
    records: bytes
    """The records as they stand in a segment of the log."""


class Stream:
    """The stream at an address; a context manager, which connects when it is first needed.

    Raises (of each method):
        LogUnavailable: no server answers, or too few of them for a quorum.
    """

    def __init__(self, address: StreamAddress, *, patience: float = PATIENCE) -> None:
        self.address: Final = address
        self._patience = patience
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None
        self._client: Client | None = None

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._disconnect()
        self._stack.close()
        self._portal = None

    def create(self, *, base: str, gated: bool, replicas: int) -> bool:
        """Make the stream, on so many servers; False where there is one already."""
        from nats.js.api import RetentionPolicy, StorageType, StreamConfig  # noqa: PLC0415
        from nats.js.errors import APIError  # noqa: PLC0415

        told = {"base": base, "gated": gated, "logFormat": LOG_FORMAT}
        config = StreamConfig(
            name=self.address.name,
            description=json.dumps(told),
            subjects=[self._subject],
            num_replicas=replicas,
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            duplicate_window=_WINDOW,
            deny_delete=True,
            deny_purge=True,
            max_msgs=-1,
            max_bytes=-1,
            max_age=0,
        )

        async def make(stream: JetStreamContext) -> bool:
            try:
                await stream.add_stream(config)
            except APIError as error:
                if error.err_code == _EXISTS:
                    return False
                if error.code == 400:  # noqa: PLR2004 -- as HTTP has it
                    if error.err_code == _TOO_FEW:
                        raise LogUnavailable(
                            f"A new log is kept on {replicas} servers, and fewer are there: "
                            f"{error.description}.",
                            remedy="Start the servers that are missing, and look in their logs "
                            "whether they reach each other. For a log on fewer servers: "
                            "`pledgegraph init --log ... --replicas 1`.",
                        ) from error
                    raise StreamDiffers(
                        f"The servers refuse the log: {error.description}.",
                        remedy="Ask for as many --replicas as there are servers, at most five.",
                    ) from error
                raise
            return True

        return self._ask(make)

    def description(self) -> dict[str, Any] | None:
        """What the stream says of itself: base, gated and logFormat; None where there is none.

        Raises:
            StreamDiffers: a stream of that name is there, and is no changes log of this format.
        """
        from nats.js.errors import NotFoundError  # noqa: PLC0415

        async def look(stream: JetStreamContext) -> str | None:
            try:
                info = await stream.stream_info(self.address.name)
            except NotFoundError:
                return None
            return info.config.description or ""

        text = self._ask(look)
        if text is None:
            return None
        try:
            told = json.loads(text)
            form = int(told["logFormat"])
            found: dict[str, Any] = {"base": str(told["base"]), "gated": bool(told["gated"])}
        except (ValueError, KeyError, TypeError) as error:
            raise StreamDiffers(
                f"The stream {self.address.name!r} is not a changes log of Pledgegraph."
            ) from error
        if form != LOG_FORMAT:
            raise StreamDiffers(
                f"The log has format {form}; this release reads {LOG_FORMAT}.",
                remedy="Use the same release on every node.",
            )
        return found

    def last(self) -> int:
        """The number of the newest message; 0 for an empty stream."""

        async def look(stream: JetStreamContext) -> int:
            return int((await stream.stream_info(self.address.name)).state.last_seq)

        return self._ask(look)

    def step(self, number: int) -> Step | None:
        """The message of that number; None where the stream is not that long.

        Raises:
            StreamDiffers: it is damaged.
        """
        from nats.js.errors import APIError, NotFoundError  # noqa: PLC0415

        async def get(stream: JetStreamContext) -> tuple[dict[str, str], bytes] | None:
            try:
                message = await stream.get_msg(self.address.name, seq=number)
            except NotFoundError as error:
                # The stream itself may be gone, which is another matter.
                if error.err_code in _NO_MESSAGE:
                    return None
                raise
            except APIError:
                raise
            headers = dict(message.headers or {})
            data = message.data or b""
            if _PARTS in headers:
                store = await stream.object_store(self._bucket)
                data = (await store.get(headers[_PARTS])).data or b""
            return headers, data

        found = self._ask(get)
        if found is None:
            return None
        headers, data = found
        try:
            records = zstandard.ZstdDecompressor().decompressobj().decompress(data)
            return Step(number, int(headers[_FIRST]), int(headers[_LAST]), headers[_ID], records)
        except (KeyError, ValueError, zstandard.ZstdError) as error:
            raise StreamDiffers(f"Message {number} of the log cannot be read.") from error

    def publish(self, records: bytes, *, after: int, first: int, last: int, identity: str) -> int:
        """Add a message behind the one numbered ``after``, and wait for a quorum to have it.

        ``identity`` is the same for each try of the same step. Returns the message's number.

        Raises:
            LogMoved: another message came first; nothing was added.
            LogUnavailable: it is not known to be there. It may be added all the same.
        """
        from nats.js.errors import APIError  # noqa: PLC0415

        data = zstandard.compress(records)
        headers = {
            _ID: identity,
            _EXPECTED: str(after),
            _FIRST: str(first),
            _LAST: str(last),
        }

        async def put(stream: JetStreamContext) -> int:
            content = data
            if len(data) > _INLINE:
                await self._put_object(stream, identity, data)
                headers[_PARTS] = identity
                content = b""
            try:
                accepted = await stream.publish(
                    self._subject,
                    content,
                    stream=self.address.name,
                    headers=headers,
                    timeout=_ANSWER,
                )
            except APIError as error:
                if error.err_code == _WRONG_LAST:
                    raise LogMoved("Another node has made a change in the meantime.") from error
                raise
            return int(accepted.seq)

        return self._ask(put)

    def mark(self, name: str) -> None:
        """Have the log's servers keep a name, for every node to see; see `is_marked`."""
        self._ask(lambda stream: self._put_object(stream, name, b""))

    def is_marked(self, name: str) -> bool:
        """Whether a node has had the log's servers keep that name."""
        from nats.js.errors import NotFoundError  # noqa: PLC0415

        async def look(stream: JetStreamContext) -> bool:
            try:
                await (await stream.object_store(self._bucket)).get_info(name)
            except NotFoundError:
                return False
            return True

        return self._ask(look)

    async def _put_object(self, stream: JetStreamContext, name: str, data: bytes) -> None:
        from nats.js.api import ObjectStoreConfig, StorageType  # noqa: PLC0415
        from nats.js.errors import BucketNotFoundError, NotFoundError  # noqa: PLC0415

        try:
            store = await stream.object_store(self._bucket)
        except (NotFoundError, BucketNotFoundError):
            replicas = (await stream.stream_info(self.address.name)).config.num_replicas
            store = await stream.create_object_store(
                self._bucket,
                config=ObjectStoreConfig(replicas=replicas or 1, storage=StorageType.FILE),
            )
        await store.put(name, data)

    @property
    def _subject(self) -> str:
        return f"pledgegraph.{self.address.name}.changes"

    @property
    def _bucket(self) -> str:
        return f"{self.address.name}-large"

    def _ask(self, work: Callable[[JetStreamContext], Awaitable[T]]) -> T:
        """Do the work, again and on other servers where one does not answer."""
        import nats.errors  # noqa: PLC0415 -- nobody else pays for it
        from nats.js.errors import APIError, NotFoundError  # noqa: PLC0415

        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self._run(work)
            except (LogMoved, StreamDiffers):
                raise
            except NotFoundError as error:
                raise StreamDiffers(
                    f"The servers hold no log {self.address.name!r}.",
                    remedy="Check PLEDGEGRAPH_LOG, or bring the stream back from its backup.",
                ) from error
            except (nats.errors.Error, APIError, OSError, TimeoutError) as error:
                self._disconnect()
                if time.monotonic() > deadline:
                    raise LogUnavailable(
                        "The changes log does not answer: too few of its servers are there."
                    ) from error
            time.sleep(_PAUSE)

    def _run(self, work: Callable[[JetStreamContext], Awaitable[T]]) -> T:
        if self._portal is None:
            self._portal = self._stack.enter_context(start_blocking_portal())

        async def run() -> T:
            if self._client is None or not self._client.is_connected:
                self._client = await self._connect()
            return await work(self._client.jetstream(timeout=_ANSWER))

        return self._portal.call(run)

    async def _connect(self) -> Client:
        """A connection to any of the servers, which are tried one after the other."""
        import nats  # noqa: PLC0415
        import nats.errors  # noqa: PLC0415

        async def pass_over(_error: Exception) -> None:
            """The call that meets the error tells of it."""

        failure: Exception = nats.errors.NoServersError()
        servers = self.address.servers
        for server in random.sample(servers, len(servers)):
            try:
                # Without a bound the client tries a server that is down sixty times.
                async with asyncio.timeout(_CONNECT):
                    return await nats.connect(
                        servers=[server],
                        name="pledgegraph",
                        connect_timeout=_CONNECT,
                        allow_reconnect=False,
                        max_reconnect_attempts=1,
                        reconnect_time_wait=_PAUSE,
                        error_cb=pass_over,
                        user_credentials=self._credentials,
                    )
            except (nats.errors.Error, OSError, TimeoutError) as error:
                failure = error
        raise failure

    @property
    def _credentials(self) -> str | None:
        path = self.address.credentials
        return None if path is None else str(path)

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None and self._portal is not None:
            with suppress(Exception):
                self._portal.call(client.close)
