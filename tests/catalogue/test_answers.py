"""The questions answer rightly from the shipped data: each answer is kept, and compared.

A dozen of them were checked by hand against the researched facts; see `test_facts.py`.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, QueryTriples, Store

from pledgegraph.catalogue.questions import catalogue
from pledgegraph.cli import main
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from tests.catalogue.answers import BASE, FOLDER, TODAY, Case, cases

CASES = cases()
MOST_SECONDS = 1.0

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.file.stem)

Answered = Callable[[Case], tuple[str, float]]


@pytest.fixture(scope="module")
def answered(snapshot: EmbeddedSnapshot) -> Answered:
    """The answer to a case and the seconds of processor time that it took; each is asked once."""
    kept: dict[Path, tuple[str, float]] = {}

    def ask(case: Case) -> tuple[str, float]:
        if case.file not in kept:
            began = time.process_time()
            answer = case.answer(snapshot)
            kept[case.file] = answer, time.process_time() - began
        return kept[case.file]

    return ask


@each_case
def test_the_answer_is_the_one_that_was_checked(case: Case, answered: Answered) -> None:
    assert answered(case)[0] == case.file.read_text(encoding="utf-8")


@each_case
def test_it_comes_within_a_second(case: Case, answered: Answered) -> None:
    assert answered(case)[1] < MOST_SECONDS


def test_every_question_has_an_answer_that_was_checked() -> None:
    kept = {file.name for file in FOLDER.iterdir()}
    for each in catalogue():
        assert f"{each.id}.{'nt' if each.answers_with_a_graph else 'csv'}" in kept


@pytest.fixture(scope="module")
def shuffled(snapshot: EmbeddedSnapshot) -> Store:
    """The same statements, come in another order."""
    quads = list(snapshot.quads())
    random.Random(7).shuffle(quads)  # noqa: S311 -- the dice of a test
    store = Store()
    store.extend(quads)
    return store


@each_case
def test_the_order_in_which_data_came_does_not_show(case: Case, shuffled: Store) -> None:
    answer = shuffled.query(
        case.question.query,
        base_iri=f"{BASE}/",
        use_default_graph_as_union=True,
        substitutions=dict(case.question.bind(case.given, base=BASE, today=TODAY)),
    )
    if isinstance(answer, QueryTriples):
        found = "".join(sorted(f"{triple} .\n" for triple in answer))
    else:
        assert isinstance(answer, QuerySolutions)
        held = io.BytesIO()
        answer.serialize(held, QueryResultsFormat.CSV)
        found = held.getvalue().decode().replace("\r\n", "\n")
    assert found == case.file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "form"), [("status-of-a-register", "csv"), ("records-of-a-country", "nt")]
)
def test_the_command_line_gives_the_same(
    name: str,
    form: str,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (case,) = (each for each in CASES if each.file.name == f"{name}.{form}")
    given = [f"--param={key}={value}" for key, value in case.given.items()]
    arguments = ["queries", "run", name, *given, "--format", "nt" if form == "nt" else "csv"]
    monkeypatch.setenv("PLEDGEGRAPH_DATA_DIR", str(data_dir))
    monkeypatch.setattr("sys.argv", ["pledgegraph", *arguments])
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    lines = capfd.readouterr().out.replace("\r\n", "\n").splitlines(keepends=True)
    found = "".join(sorted(lines) if form == "nt" else lines)
    assert found == case.file.read_text(encoding="utf-8")
