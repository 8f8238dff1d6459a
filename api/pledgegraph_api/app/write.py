"""All that writes over HTTP, put together."""

from __future__ import annotations

from fastapi import FastAPI

from pledgegraph.settings import Settings
from pledgegraph.store import Engine
from pledgegraph.workers import WriteLimits, WriteWorker
from pledgegraph.writes import Tokens, Writes
from pledgegraph_api.http.authorisation import Authorisation
from pledgegraph_api.http.graph_iris import GraphAddresses
from pledgegraph_api.registers.endpoint import RegisterEndpoint
from pledgegraph_api.sparql.response import Representations
from pledgegraph_api.sparql.runner import QueryRunner
from pledgegraph_api.write.graph_store import GraphStore
from pledgegraph_api.write.graph_tags import GraphTags
from pledgegraph_api.write.queue import WriteRunner
from pledgegraph_api.write.update_endpoint import UpdateEndpoint


class Writing:
    """The addresses that take changes from those who hold a token."""

    def __init__(self, settings: Settings, engine: Engine, queries: QueryRunner) -> None:
        self._settings = settings
        self._engine = engine
        self._queries = queries
        self._authorisation = Authorisation(Tokens(settings.data_dir))
        limits = WriteLimits(memory=settings.write_memory, most=settings.max_change_quads)
        self._writes = Writes(engine, WriteWorker(limits))
        self.runner = WriteRunner(settings)
        """To be stopped with the service."""

    def install(self, app: FastAPI, representations: Representations) -> None:
        """Put the endpoints at their addresses."""
        addresses = GraphAddresses(self._settings.base)
        tags = GraphTags(self._engine, representations.tags, addresses)
        UpdateEndpoint(
            self._settings, self._authorisation, self._writes, self.runner, tags
        ).install(app)
        RegisterEndpoint(self._settings, self._engine, self._authorisation, self.runner).install(
            app
        )
        GraphStore(
            self._settings,
            self._engine,
            self._queries,
            representations=representations,
            authorisation=self._authorisation,
            writes=self._writes,
            runner=self.runner,
            addresses=addresses,
            tags=tags,
        ).install(app)
