"""What OpenAPI says is what the service answers, whatever a client sends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import httpx
import pytest

from pledgegraph.catalogue.questions import Question, catalogue, question
from pledgegraph.settings import Settings
from tests.api.conftest import SHIPPED_BASE
from tests.depth import THOROUGH
from tests.running_service import ROOT, RunningService, running_service

HERE: Final = Path(__file__).parent
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
CONFIGURATION: Final = """\
[checks.not_a_server_error]
# Whoever asks for an answer within a nanosecond gets 504, and that is no fault.
expected-statuses = ["2xx", "3xx", "4xx", 503, 504, 507]

[[operations]]
# OpenAPI 3.1 has no word for the method QUERY, which this address takes.
include-path = "/sparql"
phases.coverage.unexpected-methods = ["delete", "options", "patch", "put", "trace"]

[[operations]]
# All questions are answered at one route: some of each kind are asked wrongly as well.
include-path = {others}
generation.mode = "positive"
generation.max-examples = 1
"""


def others_of_their_kind(questions: Sequence[Question]) -> list[str]:
    """The addresses of questions whose parameters and answers are such as others have too."""
    seen: set[object] = set()
    found = []
    for each in questions:
        kinds: set[object] = {(p.type, bool(p.choices), bool(p.namespace)) for p in each.parameters}
        kinds |= {(each.answers_with_a_graph, bool(each.parameters))}
        if kinds <= seen:
            found.append(f"/queries/{each.id}")
        seen |= kinds
    return found


@pytest.fixture(scope="module")
def service(
    shipped_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningService]:
    """A service over a copy of the shipped data, whose clients may make any number of mistakes."""
    folder = tmp_path_factory.mktemp("openapi")
    shutil.copytree(shipped_settings.data_dir, folder / "store")
    with running_service(
        folder / "store",
        folder / "log",
        base=shipped_settings.base,
        budget_errors=10_000_000,
        budget_seconds=10_000_000,
    ) as running:
        yield running


def run(command: Sequence[str | Path], folder: Path, **environment: str) -> str:
    """What a program of this environment prints; it must end well."""
    name, *arguments = command
    done = subprocess.run(
        [Path(sys.executable).with_name(str(name)), *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_client_made_from_it_asks_questions_with_typed_answers(
    service: RunningService, tmp_path: Path
) -> None:
    # The generator waits five seconds for it at most.
    described = httpx.get(f"{service.address}/openapi.json", timeout=120)
    (tmp_path / "openapi.json").write_bytes(described.content)
    run(
        [
            *("openapi-python-client", "generate", "--path", "openapi.json"),
            *("--meta", "none", "--output-path", "pledgegraph_client"),
        ],
        tmp_path,
    )
    program = shutil.copy(HERE / "typed_questions.py", tmp_path)
    run(["mypy", "--strict", "--follow-imports=silent", "--cache-dir=.mypy", program], tmp_path)
    said = run(["python", program, service.address], tmp_path).splitlines()
    goals = [line.split() for line in said if line.startswith("goal ")]
    assert goals
    assert all(sdg.startswith("http://metadata.un.org/sdg/5") for _, sdg, _ in goals)
    assert all(name.startswith(f"{SHIPPED_BASE}/id/commitment/") for _, _, name in goals)
    assert said[len(goals) :] == [
        f"due 3 {list(question('due-dates').columns)}",
        "graph True",
        "refused 400 limit",
    ]


@pytest.mark.parametrize("signed", [False, True], ids=["without a token", "with a token"])
def test_every_answer_is_as_it_is_described(
    service: RunningService, tmp_path: Path, *, signed: bool
) -> None:
    configuration = CONFIGURATION.format(others=others_of_their_kind(catalogue()))
    (tmp_path / "schemathesis.toml").write_text(configuration, encoding="utf-8")
    described = httpx.get(f"{service.address}/openapi.json", timeout=120).json()["paths"]
    operations = [operation for ways in described.values() for operation in ways.values()]
    chosen = []
    if signed:
        # A token makes no difference to the questions, and little where none is asked for.
        operations = [
            each
            for each in operations
            if "security" in each or (THOROUGH and "Questions" not in each["tags"])
        ]
        token = service.new_token("tests")
        names = [("--include-operation-id", each["operationId"]) for each in operations]
        chosen = ["--header", f"Authorization: Bearer {token}", *chain(*names)]
    said = run(
        [
            *("st", "run", f"{service.address}/openapi.json"),
            *("--checks", ",".join(CHECKS), "--continue-on-failure"),
            *("--request-timeout", "120", "--phases", "examples,coverage,fuzzing"),
            *("--max-examples", "3" if THOROUGH else "1"),
            *(["--seed", "1"] if os.environ.get("CI") else []),
            *chosen,
        ],
        tmp_path,
        PYTHONPATH=os.pathsep.join(map(str, (ROOT, ROOT / "graph", HERE))),
        SCHEMATHESIS_HOOKS="schemathesis_hooks",
    )
    assert operations
    assert f"Tested: {len(operations)}" in said
