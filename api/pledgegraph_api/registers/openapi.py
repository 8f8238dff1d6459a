"""Workbooks of registers, in OpenAPI's words."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Security
from pydantic import Field
from starlette.responses import Response

from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.http.openapi import TEXT, JsonAnswer, json_of
from pledgegraph_api.problems.openapi import problem_response
from pledgegraph_api.write.openapi import BEARER, REASON_HEADER, refusals

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"
_FILE: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
_LANGUAGE: Final[dict[str, Any]] = {
    "name": "lang",
    "in": "query",
    "description": "The language of headings (en, fr, es) and lists (ar, ru and zh too).",
    "schema": {"type": "string", "enum": list(LANGUAGES)},
}


class OfferCard(JsonAnswer):
    """Something that a cell could hold instead."""

    write: str
    record: str
    score: float | None = Field(description="How alike it is, up to 100.")


class FaultCard(JsonAnswer):
    """Something found in a workbook."""

    kind: str
    sheet: str
    cell: str
    found: str
    message: str
    remedy: str
    offers: list[OfferCard]


class CellCard(JsonAnswer):
    """A cell whose statements change."""

    cell: str
    column: str
    before: str
    after: str


class RowCard(JsonAnswer):
    """A record that comes, changes or goes."""

    sheet: str
    row: int
    record: str
    title: str
    action: str = Field(description="add, change or remove.")
    cells: list[CellCard]


class AnswerCard(JsonAnswer):
    """An answer that readers get, before and after."""

    record: str
    title: str
    question: str = Field(description="status or reporting.")
    before: str
    after: str


class SubmissionReport(JsonAnswer):
    """What a workbook would come to, or has come to."""

    register_: str = Field(serialization_alias="register")
    sequence: int = Field(description="The snapshot against which it was checked.")
    rows_read: int
    stops: bool = Field(description="Whether a fault keeps it from being applied.")
    faults: list[FaultCard]
    notes: list[FaultCard]
    counts: dict[str, int]
    rows: list[RowCard]
    added: int
    removed: int
    answers: list[AnswerCard]
    receipt: str = Field(description="What `apply` takes; empty while a fault stops it.")
    language: str
    applied: bool
    change_set: int | None = Field(description="The change set, once it is applied.")


def export_description() -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for ``/registers/{register}.xlsx``."""
    return {
        "summary": "A register as a workbook",
        "operation_id": "get_register_workbook",
        "tags": ["Registers"],
        "description": "Sheets of commitments and reports, with identifiers in locked columns and "
        "lists as drop-downs. `template` gives an empty one.",
        "response_class": Response,
        "responses": {
            200: {"description": "The workbook.", "content": {XLSX: _FILE}},
            400: problem_response("A parameter cannot be used."),
            404: problem_response("There is no such register."),
            503: problem_response("Too many workbooks at once."),
            504: problem_response("It takes too long."),
            507: problem_response("It needs more memory than it may use."),
        },
        "openapi_extra": {
            "parameters": [
                {
                    "name": "register",
                    "in": "path",
                    "required": True,
                    "description": "What follows /id/register/ in its IRI; or template.",
                    "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
                },
                _LANGUAGE,
                {
                    "name": "sheets",
                    "in": "query",
                    "description": "Further sheets with a comma between, or all.",
                    "schema": {"type": "string"},
                },
            ]
        },
    }


def submission_description() -> dict[str, Any]:
    """The keyword arguments of FastAPI's route for ``/submissions``."""
    return {
        "summary": "Check or load a register's workbook",
        "operation_id": "post_submission",
        "tags": ["Registers"],
        "description": "Without `apply` nothing is changed: the report names each cell that has "
        "to be mended, and what would change. `apply` takes the receipt of that report, with the "
        "same workbook, and makes exactly what it told, as one change. Needs a token of the "
        "scope `write:REGISTER`, or `write`.",
        "response_class": Response,
        "dependencies": [Security(BEARER)],
        "responses": {
            200: {
                "description": "The report.",
                "content": {
                    "application/json": json_of(SubmissionReport),
                    "text/plain": TEXT,
                    XLSX: _FILE,
                },
            },
            **{status: said for status, said in refusals().items() if status != 412},  # noqa: PLR2004
            406: problem_response("The report has no such form."),
            409: problem_response("It would come to something else than the receipt is for."),
            422: problem_response("Faults stop it, or the change breaks a shape."),
        },
        "openapi_extra": {
            "parameters": [
                REASON_HEADER,
                {
                    "name": "register",
                    "in": "query",
                    "required": True,
                    "description": "What follows /id/register/ in the register's IRI.",
                    "schema": {"type": "string"},
                },
                {
                    "name": "apply",
                    "in": "query",
                    "description": "The receipt of the report.",
                    "schema": {"type": "string"},
                },
                _LANGUAGE,
            ],
            "requestBody": {
                "required": True,
                "content": {
                    XLSX: _FILE,
                    CSV: TEXT,
                    "multipart/form-data": {
                        "schema": {"type": "object", "additionalProperties": _FILE["schema"]}
                    },
                },
            },
        },
    }
