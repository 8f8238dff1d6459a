"""Whether the service can answer: `/health`."""

from __future__ import annotations

import logging

from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from pledgegraph.errors import PledgegraphError
from pledgegraph.release import release
from pledgegraph.store.engine import Engine

_log = logging.getLogger("pledgegraph.service")


class Health(BaseModel):
    """What `/health` says."""

    status: str = Field(description="`ok`, or `unavailable` when the store cannot be opened.")
    snapshot: int | None = Field(description="The number of the newest snapshot.")
    version: str = Field(description="The release of Pledgegraph.")


class HealthCheck:
    """Opens the newest snapshot and says whether that went well."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def install(self, app: FastAPI) -> None:
        """Put the check at its address."""
        app.add_api_route(
            "/health",
            self.answer,
            methods=["GET"],
            summary="Whether the service can answer queries",
            tags=["Service"],
            response_model=Health,
            responses={503: {"model": Health, "description": "The store cannot be opened."}},
        )
        app.add_api_route("/health", self.answer, methods=["HEAD"], include_in_schema=False)

    async def answer(self) -> JSONResponse:
        """200 and the snapshot's number, or 503; the reason for that is in the log."""
        try:
            sequence = await run_in_threadpool(self._sequence)
        except (PledgegraphError, OSError) as error:
            _log.error("The store cannot be opened: %s", error)
            return _health(503, Health(status="unavailable", snapshot=None, version=release()))
        return _health(200, Health(status="ok", snapshot=sequence, version=release()))

    def _sequence(self) -> int:
        with self._engine.snapshot() as snapshot:
            return snapshot.sequence


def _health(status: int, health: Health) -> JSONResponse:
    return JSONResponse(health.model_dump(), status, headers={"Cache-Control": "no-store"})
