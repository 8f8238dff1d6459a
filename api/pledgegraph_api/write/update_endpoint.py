"""The update endpoint, `/update`.

See https://www.w3.org/TR/sparql11-protocol/#update-operation
"""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.settings import Settings
from pledgegraph.store import Permit, Receipt
from pledgegraph.writes import Attribution, Scope, Writes
from pledgegraph_api.http.authorisation import Authorisation
from pledgegraph_api.http.preconditions import preconditions_of
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.write.graph_tags import GraphTags
from pledgegraph_api.write.openapi import update_description
from pledgegraph_api.write.queue import WriteRunner
from pledgegraph_api.write.receipt import receipt_answer
from pledgegraph_api.write.update_protocol import key_of_request, read_update, reason_of

PATH: Final = "/update"
_ALLOW: Final = "OPTIONS, POST"


class UpdateEndpoint:
    """Makes the updates of those who may write."""

    def __init__(
        self,
        settings: Settings,
        authorisation: Authorisation,
        writes: Writes,
        runner: WriteRunner,
        tags: GraphTags,
    ) -> None:
        self._settings = settings
        self._tags = tags
        self._authorisation = authorisation
        self._writes = writes
        self._runner = runner

    def install(self, app: FastAPI) -> None:
        """Put the endpoint at its address, with its description for OpenAPI."""
        app.add_api_route(PATH, self.answer, methods=["POST"], **update_description())
        app.add_api_route(PATH, self.options, methods=["OPTIONS"], include_in_schema=False)

    async def answer(self, request: Request) -> Response:
        """What came of the update in the request."""
        token = self._authorisation.require(request, Scope.WRITE)
        reason = reason_of(request, "SPARQL update.")
        conditions = preconditions_of(request)
        update = await read_update(request, longest=self._settings.max_update_bytes)
        by = Attribution(token.label, reason, key_of_request(request, token.label, update.text))
        guard = self._tags.guard_of_update(conditions) if conditions else None

        def work(permit: Permit) -> Receipt:
            return self._writes.update(
                update.text,
                by,
                permit,
                default_graphs=update.default_graphs,
                named_graphs=update.named_graphs,
                guard=guard,
            )

        return receipt_answer(
            await while_connected(
                request.receive, self._runner.run(work, exchange_of(request.scope).client)
            )
        )

    async def options(self) -> Response:
        """What can be done at this address."""
        return Response(status_code=204, headers={"Allow": _ALLOW})
