"""The operations that OpenAPI tells are those of the front matter."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pledgegraph.catalogue.questions import Question, catalogue
from pledgegraph.media_types import GRAPH_FORMATS, RESULT_FORMATS
from pledgegraph_api.http.query_params import OPTIONS

pytestmark = pytest.mark.anyio

QUESTIONS = catalogue()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
async def test_the_operation_is_the_front_matter(
    question: Question, shipped: httpx.AsyncClient
) -> None:
    description = (await shipped.get("/openapi.json")).json()
    path = description["paths"][f"/queries/{question.id}"]
    assert set(path) == {"get"}
    operation = path["get"]
    assert operation["summary"] == question.title["en"]
    assert question.question["en"] in operation["description"]
    assert question.limits.get("en", "") in operation["description"]
    told: dict[str, dict[str, Any]] = {each["name"]: each for each in operation["parameters"]}
    own = [*(p.name for p in question.parameters), *(["after"] if question.portions else [])]
    assert [name for name in told if name not in OPTIONS] == own
    for parameter in question.parameters:
        there = told[parameter.name]
        schema = there["schema"]
        assert (there["in"], there["required"]) == ("query", False)
        assert there["description"] == parameter.description["en"]
        assert str(there.get("example")) == str(parameter.example)
        assert str(schema.get("default")) == str(parameter.default)
        assert schema.get("enum", []) == list(parameter.choices)
        if parameter.type == "date":
            assert {"type": "string", "format": "date"} in schema["anyOf"]
        elif parameter.type == "integer":
            assert schema["type"] == "integer"
        else:
            assert schema["type"] == "string"
    formats = GRAPH_FORMATS if question.answers_with_a_graph else RESULT_FORMATS
    offered = set(operation["responses"]["200"]["content"])
    assert offered == {*(each.media_type for each in formats), "text/html"}
    assert {"400", "406", "503", "504"} <= set(operation["responses"])


async def test_every_question_has_an_operation_of_its_own(shipped: httpx.AsyncClient) -> None:
    paths = (await shipped.get("/openapi.json")).json()["paths"]
    below = {path for path in paths if path.startswith("/queries/")}
    assert below == {f"/queries/{each.id}" for each in QUESTIONS}
    ids = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_no_parameter_takes_a_name_that_the_service_needs() -> None:
    for question in QUESTIONS:
        assert not {each.name for each in question.parameters} & set(OPTIONS)
