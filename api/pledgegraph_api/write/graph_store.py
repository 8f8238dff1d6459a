"""The graph store, `/graphs`: one named graph at an address, to read, put, merge and delete.

See https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from importlib.resources import files
from io import BytesIO
from typing import Final

from fastapi import FastAPI
from pyoxigraph import DefaultGraph, NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.media_types import JSON, Format
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Receipt
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.engine import Engine, ResultKind
from pledgegraph.writes.operations import Attribution, Writes
from pledgegraph.writes.tokens import Scope
from pledgegraph_api.errors import GraphMissing, ParameterError
from pledgegraph_api.http.authorisation import Authorisation
from pledgegraph_api.http.negotiation import accept_of, choose_format
from pledgegraph_api.sparql.protocol import SPARQL_UPDATE, QueryRequest, decoded
from pledgegraph_api.sparql.response import Representations
from pledgegraph_api.sparql.runner import QueryRunner
from pledgegraph_api.sparql.streaming import while_connected
from pledgegraph_api.write.body import READ, patch_of, payloads_of
from pledgegraph_api.write.graph_iris import PATH, Graph, GraphAddresses
from pledgegraph_api.write.graph_openapi import described
from pledgegraph_api.write.multipart import MULTIPART
from pledgegraph_api.write.queue import WriteRunner
from pledgegraph_api.write.receipt import receipt_answer
from pledgegraph_api.write.update_protocol import reason_of

_ALLOW: Final = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
_METHODS: Final = ("GET", "PUT", "POST", "PATCH", "DELETE")

Write = Callable[[Permit], tuple[Graph, Receipt]]


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
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._queries = queries
        self._representations = representations
        self._authorisation = authorisation
        self._writes = writes
        self._runner = runner
        self._addresses = GraphAddresses(settings.base)
        here = files("pledgegraph_api.write") / "queries"
        self._content = (here / "graph_content.rq").read_text(encoding="utf-8")
        self._holds = (here / "graph_holds.rq").read_text(encoding="utf-8")

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
        given = dict(decoded(request.scope["query_string"], "The query string"))
        name = given.get("format")
        accept = accept_of(request)

        def choose(kind: ResultKind) -> Format:
            return choose_format(kind, accept, name)

        choose(ResultKind.GRAPH)
        if isinstance(graph, NamedNode) and not await run_in_threadpool(self._is_there, graph):
            raise GraphMissing(f"There is no graph {graph.value}.")
        graphs = (graph,) if isinstance(graph, NamedNode) else ()
        query = QueryRequest(self._content, default_graphs=graphs)
        coding = self._representations.accepted_coding(request)
        head_only = request.method == "HEAD"
        running = self._queries.run(query, choose, coding=coding, head_only=head_only)
        answer = await while_connected(request.receive, running)
        return self._representations.response(request, query, answer, name="graph", since=since)

    async def write(self, request: Request) -> Response:
        """What came of a PUT, POST, PATCH or DELETE (sections 5.3 to 5.7)."""
        token = self._authorisation.require(request, Scope.WRITE)
        gated = self._engine.gated
        graph = self._addresses.graph_of(request, gated=gated)
        reason = reason_of(request, f"{request.method} of a graph.")
        prepared = await self._prepared(request, graph, Attribution(token.label, reason))
        if prepared is None:
            return Response(status_code=204, headers={"Cache-Control": "no-store"})

        def work(permit: Permit) -> tuple[Graph, Receipt, bool]:
            was_there = graph is None or self._is_there(graph)
            written, receipt = prepared(permit)
            return written, receipt, was_there

        written, receipt, was_there = await while_connected(request.receive, self._runner.run(work))
        address = self._addresses.address_of(written, gated=gated)
        name = written.value if isinstance(written, NamedNode) else None
        is_new = receipt.added > 0 and (graph is None or not was_there)
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
            GraphMissing: what it would delete is not there.
        """
        longest = self._settings.max_update_bytes
        if graph is None and request.method != "POST":
            raise ParameterError(
                f"The request does not say which graph to {request.method}.",
                remedy="Name it, as in /graphs/source/x or /graphs?graph=IRI.",
            )
        if graph is not None and request.method == "DELETE":
            return lambda permit: (graph, self._deleted(graph, by, permit))
        if graph is not None and request.method == "PATCH":
            text = await patch_of(request, longest=longest)
            return lambda permit: (graph, self._writes.patch(graph, text, by, permit))
        payloads = await payloads_of(request, longest=longest)
        if request.method == "POST" and not any(each.body for each in payloads):
            return None
        if graph is None:
            return lambda permit: self._writes.create(payloads, by, permit)
        store = self._writes.put if request.method == "PUT" else self._writes.merge
        return lambda permit: (graph, store(graph, payloads, by, permit))

    def _deleted(self, graph: Graph, by: Attribution, permit: Permit) -> Receipt:
        receipt = self._writes.delete(graph, by, permit)
        if isinstance(graph, NamedNode) and not receipt.removed:
            raise GraphMissing(f"There is no graph {graph.value}.")
        return receipt

    def _is_there(self, graph: Graph) -> bool:
        """Whether the graph holds anything; the default graph is always there."""
        if isinstance(graph, DefaultGraph):
            return True
        held = BytesIO()
        with self._engine.snapshot() as snapshot:
            snapshot.query(self._holds, default_graphs=(graph,)).serialise(held, JSON)
        return bool(json.loads(held.getvalue())["boolean"])
