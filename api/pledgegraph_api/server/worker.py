"""A process that speaks HTTP: the only one, or one of several over the same socket.

Of several, each begins as by ``python -m pledgegraph_api.server.worker {descriptor}``, with the
settings on its standard input.
"""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import sys
import threading
from typing import Final

import uvicorn

from pledgegraph.settings import Settings
from pledgegraph.setup import answering_engine, nothing_collected, open_engine
from pledgegraph.store import EmbeddedEngine
from pledgegraph_api.app.create import create_app
from pledgegraph_api.ops.log_format import begin_log
from pledgegraph_api.server.protocol import guarded_protocol
from pledgegraph_api.sparql.runner import QueryRunner

_LONGEST_GOODBYE: Final = 1
"""Seconds that connections get to close by themselves."""
_LONGEST_REST: Final = 2.0
"""Seconds that threads get to finish when all that has to be closed in good order is closed."""


class _Server(uvicorn.Server):
    """A server that breaks off its answers when it is told to stop, instead of waiting for them."""

    def __init__(self, config: uvicorn.Config, runner: QueryRunner) -> None:
        super().__init__(config)
        self._runner = runner

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._runner.stop()
        await super().shutdown(sockets)
        # A thread that works out what pages need of a large snapshot cannot be broken off, and
        # Python would wait for it. What is written is whole wherever a process ends.
        rest = threading.Timer(_LONGEST_REST, os._exit, [os.EX_OK])
        rest.daemon = True
        rest.start()


def answer_on(listener: socket.socket, settings: Settings, engine: EmbeddedEngine) -> None:
    """Answer what comes to the socket, until this process is told to stop."""
    with nothing_collected():
        app = create_app(settings, answering_engine(engine))
    # All that exists now is there to stay.
    gc.freeze()
    config = uvicorn.Config(
        app,
        log_config=None,
        # It would hold the queries of users, which are nobody's business by default.
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LONGEST_GOODBYE,
        http=guarded_protocol(settings),
        limit_concurrency=settings.max_connections,
    )
    # Having shut down in good order, uvicorn raises the interrupt again.
    with contextlib.suppress(KeyboardInterrupt):
        _Server(config, app.state.runner).run(sockets=[listener])


def main() -> None:
    """Be one of several."""
    settings = Settings.model_validate_json(sys.stdin.read())
    begin_log(settings)
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        answer_on(listener, settings, open_engine(settings))


if __name__ == "__main__":
    main()
