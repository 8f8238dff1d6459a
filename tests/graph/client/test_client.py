"""The graph from Python: a data directory and a service give the same answers."""

from __future__ import annotations

import datetime
import re
import textwrap
import warnings
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from pledgegraph import (
    IRI,
    Answer,
    AnswerCut,
    DirectoryError,
    Graph,
    InputError,
    NoService,
    QueryError,
    Text,
    connect,
)
from tests.running_service import ROOT, running_service
from tests.shipped_store import copy_shipped

BASE = "http://localhost:8000"
TYPES = """
    SELECT * {
      BIND (1 + 1 AS ?integer) BIND (1.50 AS ?decimal) BIND (1e0 AS ?double) BIND (true AS ?truth)
      BIND ("2025-01-02"^^<http://www.w3.org/2001/XMLSchema#date> AS ?day)
      BIND ("-9223372036854775809"^^<http://www.w3.org/2001/XMLSchema#negativeInteger> AS ?large)
      BIND ("text"@fr AS ?spoken) BIND (<urn:x> AS ?iri)
      BIND ("2025"^^<http://www.w3.org/2001/XMLSchema#gYear> AS ?year)
      BIND ("never"^^<http://www.w3.org/2001/XMLSchema#date> AS ?wrong)
      OPTIONAL { ?nothing <urn:no> <urn:no> }
    }
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_shipped(tmp_path_factory, tmp_path_factory.mktemp("client") / "data", BASE)


@pytest.fixture(scope="module")
def local(directory: Path) -> Iterator[Graph]:
    with connect(directory) as graph:
        yield graph


@pytest.fixture(scope="module")
def remote(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    log = tmp_path_factory.mktemp("log") / "log"
    with running_service(directory, log) as service, connect(service.address) as graph:
        yield graph


@pytest.fixture(params=["local", "remote"])
def graph(request: pytest.FixtureRequest) -> Graph:
    found: Graph = request.getfixturevalue(request.param)
    return found


def test_values_have_the_types_of_python(graph: Graph) -> None:
    (row,) = graph.select(TYPES)
    assert (row.integer, row.decimal, row.double, row.truth) == (2, Decimal("1.5"), 1.0, True)
    assert row.day == datetime.date(2025, 1, 2)
    assert row.large == -(2**63) - 1
    assert isinstance(row.spoken, Text)
    assert (row.spoken, row.spoken.language) == ("text", "fr")
    assert isinstance(row["iri"], IRI)
    assert (row.iri, row.year, row.wrong, row.nothing) == ("urn:x", "2025", "never", None)
    with pytest.raises(AttributeError, match=r"the columns: .*integer"):
        _ = row.whole


def test_a_question_is_answered_alike_here_and_there(local: Graph, remote: Graph) -> None:
    for name, parameters in (
        ("due-dates", {"day": datetime.date(2026, 11, 22), "months": 14}),
        ("status-of-a-register", {"register": "us-federal-data-strategy-2020"}),
        ("freshness-and-status", {"day": "2020-06-30"}),
    ):
        here, there = local.question(name, **parameters), remote.question(name, **parameters)
        assert len(here) > 0
        assert (here.columns, here.rows) == (there.columns, there.rows)
        assert here.snapshot == there.snapshot > 0
        assert (here.limits, here.parameters) == (there.limits, there.parameters)
        assert here.source != there.source
    assert local.questions() == remote.questions()


def test_frames_hold_the_same(graph: Graph) -> None:
    answer = graph.question("due-dates", day="2026-11-22", months=14)
    frame = answer.to_pandas()
    assert list(frame.columns) == list(answer.columns)
    assert frame["due"].tolist() == [row.due for row in answer]
    assert frame.attrs["snapshot"] == answer.snapshot
    polars = answer.to_polars()
    assert polars.columns == list(answer.columns)
    assert polars["due"].to_list() == [row.due for row in answer]


def test_a_graph_comes_as_turtle(graph: Graph) -> None:
    told = graph.construct("CONSTRUCT { <urn:a> <urn:b> ?n } { BIND (1 AS ?n) }")
    assert "<urn:a> <urn:b> 1" in told


@pytest.mark.parametrize(
    ("ask", "error", "told"),
    [
        (
            lambda graph: graph.select("SELECT ?x { ?x"),
            QueryError,
            "line|ended|Unexpected|expected",
        ),
        (lambda graph: graph.question("dew-dates"), InputError, "due-dates"),
        (lambda graph: graph.question("due-dates", day="soon"), InputError, "soon"),
        (lambda graph: graph.question("due-dates", jour="2025-01-01"), InputError, "jour"),
    ],
)
def test_what_cannot_be_asked_is_told(graph: Graph, ask: object, error: type, told: str) -> None:
    assert callable(ask)
    with pytest.raises(error, match=told):
        ask(graph)


def test_what_is_no_graph_is_told(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError):
        connect(tmp_path / "nothing")
    with pytest.raises(NoService, match="No Pledgegraph answers at http://127"):
        connect("http://127.0.0.1:9")


def test_a_cut_answer_says_so(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    log = tmp_path_factory.mktemp("log") / "log"
    with (
        running_service(directory, log, max_rows=10) as service,
        connect(service.address) as graph,
    ):
        with pytest.warns(AnswerCut):
            cut: Answer = graph.select("SELECT ?s { ?s ?p ?o }")
        assert (len(cut), cut.complete) == (10, False)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert graph.select("SELECT ?s { ?s ?p ?o } LIMIT 10").complete


def test_the_examples_of_the_page_run(
    directory: Path, remote: Graph, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    text = text.replace("http://localhost:8000", remote.source)
    text = text.replace("var/pledgegraph", str(directory))
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE)
    known: dict[str, object] = {}
    ran = 0
    for block in map(textwrap.dedent, blocks):
        told, _, message = block.strip().partition("\n")
        if told.startswith(">>> "):
            with pytest.raises(InputError, match=re.escape(message.partition(": ")[2])):
                exec(told.removeprefix(">>> "), known)  # noqa: S102 -- our own page
        elif not told.startswith("pip "):
            exec(block, known)  # noqa: S102
            ran += 1
            assert capsys.readouterr().out.strip(), block
    assert ran == 3
    graph = known["graph"]
    assert isinstance(graph, Graph)
    graph.close()
