"""The made-up data are the same for the same seed, grow as asked, and keep to the shapes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from benchmarks.generate import documents, write
from pledgegraph.namespaces import PG, RDF
from pledgegraph.shipped import shipped
from pledgegraph.validation import validator_named


@pytest.fixture(scope="module")
def quads(tmp_path_factory: pytest.TempPathFactory) -> list[Quad]:
    """Some thousand quads, as an engine reads them."""
    path = tmp_path_factory.mktemp("made-up") / "data.nq"
    written = write(path, 8000)
    read = list(parse(path=path, format=RdfFormat.N_QUADS))
    assert len(read) == written
    return read


def test_the_seed_makes_the_data(tmp_path: Path) -> None:
    names = ("a", "b", "c")
    for name, seed in zip(names, (7, 7, 8), strict=True):
        write(tmp_path / name, 1000, seed)
    one, again, other = ((tmp_path / name).read_bytes() for name in names)
    assert one == again
    assert one != other


@pytest.mark.parametrize("wanted", [1, 1000, 5000])
def test_as_many_as_asked_for_and_one_document_more_at_most(wanted: int) -> None:
    lengths = [len(lines) for lines in documents(wanted)]
    assert sum(lengths) >= wanted
    assert sum(lengths[:-1]) < wanted


def test_more_data_begin_with_the_same_documents() -> None:
    few, many = list(documents(1000)), list(documents(3000))
    assert many[: len(few)] == few


def test_every_kind_is_there_and_nothing_twice(quads: list[Quad]) -> None:
    assert len(set(quads)) == len(quads)
    kinds = {quad.object for quad in quads if quad.predicate == RDF.type}
    assert kinds >= {
        PG.Source,
        PG.Actor,
        PG.NationalStatisticalOffice,
        PG.Commitment,
        PG.Undertaking,
        PG.Milestone,
        PG.StatusReport,
        PG.Assessment,
        PG.DeadlineChange,
        PG.Amount,
        PG.Delivery,
        PG.Evidence,
        PG.Participation,
        PG.Outcome,
    }


def test_every_graph_is_that_of_a_described_source(quads: list[Quad]) -> None:
    described = {q.subject for q in quads if q.predicate == RDF.type and q.object == PG.Source}
    graphs = {q.graph_name for q in quads}
    assert {g for g in graphs if not str(g).endswith("/id/graph/sources>")} == described


def test_the_data_keep_to_the_shapes(quads: list[Quad]) -> None:
    report = validator_named("turbo", shipped("ontology")).validate([q.triple for q in quads])
    assert report.results == ()
