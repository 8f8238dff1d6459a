"""Says that a response depends on the Accept header, as every one here does.

Pages and formats share their addresses, and so do errors: whatever an address gives, another
Accept header may get a problem document or a page. A cache that does not know that would give a
browser's page to a program.

See https://www.rfc-editor.org/rfc/rfc9110.html#section-12.5.5
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FILES: Final = "/static/"
"""Files are the same for everybody."""


class VariesByAccept:
    """Adds ``Vary: Accept`` to every response but those that are files."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_vary(message: Message) -> None:
            is_file = scope["path"].startswith(_FILES)
            if message["type"] == "http.response.start" and not is_file:
                headers = MutableHeaders(scope=message)
                varies = ", ".join(headers.getlist("vary"))
                if "accept" not in [each.strip().lower() for each in varies.split(",")]:
                    headers["vary"] = f"{varies}, Accept" if varies else "Accept"
            await send(message)

        await self._app(scope, receive, send_with_vary)
