"""One exchange over HTTP: a message of the protocol, and its answer."""

from __future__ import annotations

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Receive, Scope, Send

from pledgegraph_api.assistants.answers import Answers
from pledgegraph_api.assistants.protocol import Asked, server_of


async def serve(
    answers: Answers, service: Asked, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer the message in a request, and end all that was begun for it.

    The body has been bounded and the origin looked at before; a proper ``Host`` is there, since
    the server refuses requests without one.
    """
    manager = StreamableHTTPSessionManager(
        server_of(answers, service), json_response=True, stateless=True
    )
    async with manager.run():
        await manager.handle_request(scope, receive, send)
