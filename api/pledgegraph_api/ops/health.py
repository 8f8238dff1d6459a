"""Whether the service can answer: `/health`."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from pledgegraph.errors import PledgegraphError
from pledgegraph.history import last_check
from pledgegraph.release import release
from pledgegraph.store import Engine, RemoteEngine, following, open_directory
from pledgegraph_api.http.openapi import JsonAnswer, json_of
from pledgegraph_api.http.query_params import taking
from pledgegraph_api.sparql.runner import QueryRunner

_log = logging.getLogger("pledgegraph.service")


class FileCheck(JsonAnswer):
    """What the last check of the data directory's files found."""

    time: datetime = Field(description="When it began.")
    snapshot: int = Field(description="The number of the snapshot that was checked.")
    faults: list[str] = Field(description="What is damaged still, a sentence each.")
    mended: list[str] = Field(description="What was damaged and has been made again.")


class DataInMemory(JsonAnswer):
    """Whether queries are answered from copies of the data in memory."""

    state: str = Field(
        description="`ready`: they are; `loading`: they will be; `too large`: the store has more "
        "statements than there is memory for; `failed`: see the log; `off`: the setting "
        "`copies_memory` is 0, or the system cannot. In all but the first, the disk answers."
    )
    detail: str = Field(description="The same in a sentence.")
    statements: int = Field(
        description="Statements in each copy, with those of the union graph; 0 where there is none."
    )
    most: int = Field(description="The most that a copy may have.")


class SharedLog(JsonAnswer):
    """How far a node of a shared changes log is."""

    address: str = Field(description="The servers and the name of the log.")
    time: datetime = Field(description="When the node looked at the log last.")
    reachable: bool = Field(description="Whether it answered then.")
    taken: int = Field(description="The number of the last message that the node has taken.")
    behind: int = Field(description="How many more messages it knew of then.")


class EngineBehind(JsonAnswer):
    """The remote engine that answers."""

    name: str = Field(description="Which program it is.")
    lacks: list[str] = Field(description="What the service cannot offer with it, a sentence each.")


class Health(JsonAnswer):
    """What `/health` says."""

    status: str = Field(
        description="`ok`; `damaged` when the last check found damage that it could not mend; "
        "`unavailable` when the store cannot be opened."
    )
    snapshot: int | None = Field(description="The number of the newest snapshot.")
    version: str = Field(description="The release of Pledgegraph.")
    memory: DataInMemory
    check: FileCheck | None = Field(
        description="The last check of the files; null before the first."
    )
    log: SharedLog | None = Field(
        description="The changes log that this node shares with others; null where its own is the "
        "only one, or before it has looked."
    )
    engine: EngineBehind | None = Field(
        description="The remote engine that answers; null where the service has its own."
    )


_CONTENT: Final = {"application/json": json_of(Health)}


class HealthCheck:
    """Opens the newest snapshot and says whether that went well."""

    def __init__(self, engine: Engine, runner: QueryRunner, data_dir: Path) -> None:
        self._engine = engine
        self._runner = runner
        self._data_dir = data_dir
        log = open_directory(data_dir).log
        self._address = None if log is None else str(log)

    def install(self, app: FastAPI) -> None:
        """Put the check at its address."""
        app.add_api_route(
            "/health",
            self.answer,
            methods=["GET"],
            summary="Whether the service can answer queries",
            tags=["Service"],
            operation_id="check_health",
            dependencies=taking(),
            response_class=Response,
            responses={
                200: {"description": "The store can be asked.", "content": _CONTENT},
                503: {"description": "The store cannot be opened.", "content": _CONTENT},
            },
        )
        app.add_api_route(
            "/health", self.answer, methods=["HEAD"], include_in_schema=False, dependencies=taking()
        )

    async def answer(self) -> JSONResponse:
        """200 and the snapshot's number, or 503; the reason for that is in the log."""
        return await run_in_threadpool(self._answer)

    def _answer(self) -> JSONResponse:
        check, memory, log = self._check(), self._memory(), self._log()
        try:
            with self._engine.snapshot() as snapshot:
                sequence = snapshot.sequence
        except (PledgegraphError, OSError) as error:
            _log.error("The store cannot be opened: %s", error)
            told = Health(
                status="unavailable",
                snapshot=None,
                version=release(),
                memory=memory,
                check=check,
                log=log,
                engine=self._behind(),
            )
            return _health(503, told)
        status = "damaged" if check is not None and check.faults else "ok"
        told = Health(
            status=status,
            snapshot=sequence,
            version=release(),
            memory=memory,
            check=check,
            log=log,
            engine=self._behind(),
        )
        return _health(200, told)

    def _memory(self) -> DataInMemory:
        told = self._runner.residence
        return DataInMemory(
            state=told.state.value, detail=told.detail, statements=told.quads, most=told.most
        )

    def _behind(self) -> EngineBehind | None:
        if not isinstance(self._engine, RemoteEngine):
            return None
        dialect = self._engine.dialect
        return EngineBehind(name=dialect.title, lacks=list(dialect.lacks()))

    def _log(self) -> SharedLog | None:
        told, address = following(self._data_dir), self._address
        if told is None or address is None:
            return None
        return SharedLog(
            address=address,
            time=told.time,
            reachable=told.reachable,
            taken=told.taken,
            behind=told.last - told.taken,
        )

    def _check(self) -> FileCheck | None:
        found = last_check(self._data_dir)
        if found is None:
            return None
        return FileCheck(
            time=found.time,
            snapshot=found.snapshot,
            faults=list(found.faults),
            mended=list(found.mended),
        )


def _health(status: int, health: Health) -> JSONResponse:
    return JSONResponse(health.document(), status, headers={"Cache-Control": "no-store"})
