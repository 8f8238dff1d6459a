"""Sends a response whose bytes are ready, past the server's own rendering of its headers.

uvicorn looks at the name and the value of every header of every response, which takes as long
as all else that is done for a kept answer. Those of a kept answer it has looked at before: they
were sent once, in the ordinary way.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Message, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle


@dataclass(frozen=True, slots=True)
class Prepared:
    """A whole response: as messages for any server, and as bytes for ours."""

    start: Message
    body: Message
    status_line: bytes
    rest: bytes
    """All that follows the headers that the server adds, the body included."""

    @classmethod
    def of(cls, start: Message, body: bytes) -> Prepared:
        """The response; its headers tell the length of its body, if it has one."""
        lines = b"".join([name + b": " + value + b"\r\n" for name, value in start["headers"]])
        return cls(
            start,
            {"type": "http.response.body", "body": body},
            STATUS_LINE[start["status"]],
            lines + b"\r\n" + body,
        )

    async def send(self, send: Send) -> None:
        """Send it, in one piece where the server is ready for that."""
        cycle = getattr(send, "__self__", None)
        if type(cycle) is RequestResponseCycle and _is_ready(cycle):
            cycle.response_started = True
            added = [name + b": " + value + b"\r\n" for name, value in cycle.default_headers]
            cycle.transport.write(b"".join((self.status_line, *added, self.rest)))
            cycle.response_complete = True
            cycle.message_event.set()
            cycle.on_response()
            return
        # Whoever stands between may add headers of their own.
        await send({**self.start, "headers": self.start["headers"].copy()})
        await send({**self.body})


def is_by_socket(send: Send) -> bool:
    """Whether it is our server that sends, with nobody between."""
    return type(getattr(send, "__self__", None)) is RequestResponseCycle


def _is_ready(cycle: RequestResponseCycle) -> bool:
    """Whether nothing has been sent, the client is there, takes what it gets, and will stay."""
    return (
        not cycle.response_started
        and not cycle.disconnected
        and not cycle.flow.write_paused
        and not cycle.waiting_for_100_continue
        and cycle.keep_alive
    )
