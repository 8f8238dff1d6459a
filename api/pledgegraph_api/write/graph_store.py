"""The graph store, `/graphs`: one named graph at an address, to read, put, merge and delete.

See https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Final

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import Format
from pledgegraph.settings import Settings
from pledgegraph.store import Engine, Graph, GraphStates, Guard, Permit, Receipt, ResultKind
from pledgegraph.writes import Attribution, Scope, Writes
from pledgegraph_api.errors import GraphMissing, ParameterError
from pledgegraph_api.http.authorisation import Authorisation
from pledgegraph_api.http.graph_iris import PATH, GraphAddresses
from pledgegraph_api.http.negotiation import accept_of, choose_format
from pledgegraph_api.http.preconditions import Preconditions, preconditions_of
from pledgegraph_api.http.query_params import known_parameters
from pledgegraph_api.http.request_outcome import exchange_of
from pledgegraph_api.sparql.protocol import SPARQL_UPDATE
from pledgegraph_api.sparql.response import Representations
from pledgegraph_api.sparql.runner import Answer, QueryRunner
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.write.body import READ, patch_of, payloads_of
from pledgegraph_api.write.graph_openapi import described
from pledgegraph_api.write.graph_tags import GraphTags
from pledgegraph_api.write.multipart import MULTIPART
from pledgegraph_api.write.queue import WriteRunner
from pledgegraph_api.write.receipt import receipt_answer
from pledgegraph_api.write.update_protocol import reason_of

_ALLOW: Final = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
_METHODS: Final = ("GET", "PUT", "POST", "PATCH", "DELETE")

_NAMING: Final = ("graph", "default")
"""The parameters that say which graph."""
_TRIES: Final = 3
"""How often a graph is read that changes between the look at its state and the answer."""

Write = Callable[[Permit, Guard], tuple[Graph, Receipt]]


class GraphStore:
    """Reads graphs for everybody, and writes them for those who may."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        queries: QueryRunner,
        *,
        representations: Representations,
        authorisation: Authorisation,
        writes: Writes,
        runner: WriteRunner,
        addresses: GraphAddresses,
        tags: GraphTags,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._queries = queries
        self._representations = representations
        self._authorisation = authorisation
        self._writes = writes
        self._runner = runner
        self._addresses = addresses
        self._tags = tags

    def install(self, app: FastAPI) -> None:
        """Put the store at its addresses, with their descriptions for OpenAPI."""
        for path in (PATH, f"{PATH}/{{graph:path}}"):
            for method in _METHODS:
                answer = self.read if method == "GET" else self.write
                app.add_api_route(path, answer, methods=[method], **described(method, path))
            app.add_api_route(path, self.read, methods=["HEAD"], include_in_schema=False)
            app.add_api_route(path, self.options, methods=["OPTIONS"], include_in_schema=False)

    async def read(self, request: Request) -> Response:
        """What a graph holds, in the format that the client likes best (section 5.2)."""
        since = time.perf_counter()
        graph = self._addresses.graph_of(request, gated=self._engine.gated)
        if graph is None:
            raise ParameterError(
                "The request does not say which graph.",
                remedy="Name it, as in /graphs/source/x or /graphs?graph=IRI, or ask for "
                "/graphs?default.",
            )
        name = known_parameters(request, (*_NAMING, "format")).get("format")
        accept = accept_of(request)

        def choose(kind: ResultKind) -> Format:
            return choose_format(kind, accept, name)

        form = choose(ResultKind.GRAPH)
        coding = self._representations.accepted_coding(request)
        conditions = Preconditions(preconditions_of(request).match, None)
        query, state = self._tags.query(graph), None
        for number in range(1, _TRIES + 1):
            version, state = await run_in_threadpool(self._tags.newest, graph)
            if state is None:
                raise GraphMissing(f"There is no graph {_name(graph)}.")
            self._tags.check(conditions, graph, state)
            if version is not None and "if-none-match" in request.headers:
                held = self._representations.held(
                    request, query, (form,), coding, version=version, state=state
                )
                if held is not None:
                    return held
            running = self._queries.run(
                query,
                choose,
                coding=coding,
                head_only=request.method == "HEAD",
                # Not from memory, where statements are in another order: its tag is strong.
                source=self._engine,
                client=exchange_of(request.scope).client,
            )
            answer: Answer = await while_connected(request.receive, running)
            if answer.version == version or number == _TRIES:
                break
            # Somebody has made a change meanwhile: what is known of the graph is older.
            answer.abandon()
        if answer.version != version:
            state = None
        return self._representations.response(
            request, query, answer, name="graph", since=since, state=state
        )

    async def write(self, request: Request) -> Response:
        """What came of a PUT, POST, PATCH or DELETE (sections 5.3 to 5.7)."""
        token = self._authorisation.require(request, Scope.WRITE)
        known_parameters(request, _NAMING)
        gated = self._engine.gated
        graph = self._addresses.graph_of(request, gated=gated)
        reason = reason_of(request, f"{request.method} of a graph.")
        conditions = preconditions_of(request)
        prepared = await self._prepared(request, graph, Attribution(token.label, reason))
        if prepared is None:
            if conditions and graph is not None:
                _, state = await run_in_threadpool(self._tags.newest, graph)
                self._tags.check(conditions, graph, state)
            return Response(status_code=204, headers={"Cache-Control": "no-store"})

        def work(permit: Permit) -> tuple[Graph, Receipt, bool]:
            was_there = True

            def guard(graphs: Collection[Graph], states: GraphStates) -> None:
                nonlocal was_there
                (graph,) = graphs
                was_there = states.is_there(graph)
                if request.method == "DELETE" and not was_there:
                    raise GraphMissing(f"There is no graph {_name(graph)}.")
                if conditions:
                    self._tags.check(conditions, graph, states.state(graph))

            written, receipt = prepared(permit, guard)
            return written, receipt, was_there

        written, receipt, was_there = await while_connected(
            request.receive, self._runner.run(work, exchange_of(request.scope).client)
        )
        address = self._addresses.address_of(written, gated=gated)
        name = written.value if isinstance(written, NamedNode) else None
        is_new = receipt.added > 0 and not was_there
        return receipt_answer(receipt, created=address if is_new else None, graph=name)

    async def options(self) -> Response:
        """What can be done at this address."""
        kinds = ", ".join((*(each.media_type for each in READ), MULTIPART))
        headers = {"Allow": _ALLOW, "Accept-Patch": SPARQL_UPDATE, "Accept-Post": kinds}
        return Response(status_code=204, headers=headers)

    async def _prepared(
        self, request: Request, graph: Graph | None, by: Attribution
    ) -> Write | None:
        """The write that a request asks for; its body has been received.

        None where it is a POST of nothing (section 5.5).

        Raises:
            ParameterError: it does not say which graph, and is no POST.
        """
        longest = self._settings.max_update_bytes
        if graph is None and request.method != "POST":
            raise ParameterError(
                f"The request does not say which graph to {request.method}.",
                remedy="Name it, as in /graphs/source/x or /graphs?graph=IRI.",
            )
        if graph is not None and request.method == "DELETE":
            return lambda permit, guard: (graph, self._writes.delete(graph, by, permit, guard))
        if graph is not None and request.method == "PATCH":
            text = await patch_of(request, longest=longest)
            return lambda permit, guard: (
                graph,
                self._writes.patch(graph, text, by, permit, guard),
            )
        payloads = await payloads_of(request, longest=longest)
        if request.method == "POST" and not any(each.body for each in payloads):
            return None
        if graph is None:
            return lambda permit, guard: self._writes.create(payloads, by, permit, guard)
        store = self._writes.put if request.method == "PUT" else self._writes.merge
        return lambda permit, guard: (graph, store(graph, payloads, by, permit, guard))


def _name(graph: Graph) -> str:
    return graph.value if isinstance(graph, NamedNode) else "that is the default one"
