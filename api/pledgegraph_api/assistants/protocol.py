"""The tools in the Model Context Protocol, by its official library.

This module takes a second to import. It is imported when an assistant comes, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any, Final

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic_core import to_json

from pledgegraph.errors import PledgegraphError
from pledgegraph.release import release
from pledgegraph_api.assistants.answers import Answers, ToolMissing
from pledgegraph_api.assistants.service import Service
from pledgegraph_api.assistants.tools import INSTRUCTIONS

Asked = Callable[[], AbstractAsyncContextManager[Service]]
"""Opens the service for whoever asks."""

_READS: Final = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def server_of(answers: Answers, service: Asked) -> Server[Any]:
    """A server of the protocol that has the tools, and asks the service for their answers."""

    async def list_tools(
        _context: ServerRequestContext[Any], _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=_tools(answers))

    async def call_tool(
        _context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        try:
            async with service() as asked:
                answer = await answers.call(asked, params.name, params.arguments)
        except ToolMissing as error:
            # Section "Error Handling" of the specification: that is an error of the protocol.
            raise MCPError(INVALID_PARAMS, f"{error} {error.remedy}") from error
        except PledgegraphError as error:
            text = f"{error} {error.remedy}".strip()
            return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
        text = to_json(answer).decode()
        return CallToolResult(
            content=[TextContent(type="text", text=text)], structured_content=answer
        )

    server: Server[Any] = Server(
        "pledgegraph",
        title="Pledgegraph",
        version=release(),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    # What is asked here goes nowhere else, whatever the environment says.
    server.middleware.clear()
    return server


@cache
def _tools(answers: Answers) -> list[Tool]:
    return [
        Tool(
            name=each.name,
            title=each.title,
            description=each.about,
            input_schema=each.schema,
            annotations=_READS,
        )
        for each in answers.tools
    ]
