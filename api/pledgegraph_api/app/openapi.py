"""The description of the service for programs, `/openapi.json`.

Each operation is described where it is answered; here the parts are put together: what every
operation may answer, the schemas of what is JSON, and each text once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from pledgegraph.catalogue import Question
from pledgegraph_api.catalogue.index import PATH as QUESTIONS_PATH
from pledgegraph_api.catalogue.openapi import QuestionCards, answer_schemas, question_operations
from pledgegraph_api.collections.openapi import CollectionPage
from pledgegraph_api.history.openapi import ChangeCard, ChangePages, DumpCards
from pledgegraph_api.http.openapi import JsonAnswer
from pledgegraph_api.ops.health import Health
from pledgegraph_api.problems.openapi import ALWAYS, ProblemDocument, is_problem, name_of
from pledgegraph_api.registers.openapi import SubmissionReport
from pledgegraph_api.sparql.openapi import ExplainedQuery, SparqlAnswer
from pledgegraph_api.workbench.openapi import KnownTerms
from pledgegraph_api.write.openapi import WriteReceipt

MODELS: Final[Sequence[type[JsonAnswer]]] = (
    ProblemDocument,
    SparqlAnswer,
    ExplainedQuery,
    WriteReceipt,
    SubmissionReport,
    QuestionCards,
    KnownTerms,
    ChangeCard,
    ChangePages,
    DumpCards,
    CollectionPage,
    Health,
)
"""What the service answers in JSON; models that these hold come with them."""


class Description:
    """Makes the description of an application once, and keeps it."""

    def __init__(self, app: FastAPI, questions: Sequence[Question]) -> None:
        self._app = app
        self._questions = questions
        self._made: dict[str, Any] | None = None

    def install(self) -> None:
        """Have the application show this description."""
        self._app.openapi = self.whole  # type: ignore[method-assign]

    def whole(self) -> dict[str, Any]:
        """The description, as JSON."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> dict[str, Any]:
        app = self._app
        made = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version=app.openapi_version,
            description=app.description,
            routes=app.routes,
        )
        components = made.setdefault("components", {})
        made["paths"] |= question_operations(self._questions, QUESTIONS_PATH)
        components["schemas"] = _schemas() | answer_schemas(self._questions)
        components["responses"] = _share_problems(made["paths"])
        return made


class _Schemas(GenerateJsonSchema):
    """Describes a member that is None by default as one that may be left out, and is never null."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        """Never: a title would be the member's name again."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """The schema of a member that has a default."""
        inner = schema["schema"]
        if schema.get("default", inner) is None and inner["type"] == "nullable":
            return self.generate_inner(inner["schema"])
        return super().default_schema(schema)


def _schemas() -> dict[str, Any]:
    """The schemas of all models."""
    _, made = models_json_schema(
        [(each, "serialization") for each in MODELS],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Schemas,
    )
    schemas: dict[str, Any] = made["$defs"]
    return schemas


def _share_problems(paths: dict[str, Any]) -> dict[str, Any]:
    """Have operations refer to the problems that they may answer; returns these by name."""
    shared: dict[str, dict[str, Any]] = {}
    names: dict[tuple[str, str], str] = {}
    for operation in (each for path in paths.values() for each in path.values()):
        responses = operation["responses"]
        for status, always in ALWAYS.items():
            responses.setdefault(str(status), always)
        for status, response in responses.items():
            if not is_problem(response):
                continue
            key = (status, response["description"])
            if key not in names:
                number = 1 + sum(known == status for known, _ in names)
                names[key] = name_of(status, number)
                shared[names[key]] = response
            responses[status] = {"$ref": f"#/components/responses/{names[key]}"}
    return shared
