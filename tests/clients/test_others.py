"""Oxigraph's SERVICE, RAMOSE and curl."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path

import pytest
from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from tests.clients.conftest import BASE, HERE, THINGS, run
from tests.clients.queries import BIG, DESCRIPTION, EMOJI, KNOWN, LABELS, long
from tests.conftest import Require
from tests.running_service import RunningService

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def test_oxigraphs_service(service: RunningService) -> None:
    store = Store()
    light = NamedNode(f"{BASE}/id/commitment/light")
    store.add(Quad(light, NamedNode("http://example.org/score"), Literal(3)))
    rows = store.query(
        "SELECT ?label ?score { ?it <http://example.org/score> ?score "
        f"SERVICE <{service.sparql}> {{ ?it <{LABEL}> ?label }} }}"
    )
    assert isinstance(rows, QuerySolutions)
    assert {(row["label"].value, row["label"].language) for row in rows} == {
        (text, language) for it, text, language in KNOWN if it == "light"
    }
    rows = store.query(
        f"SELECT (COUNT(*) AS ?n) {{ SERVICE <{service.sparql}> {{ {{ {BIG} }} }} }}"
    )
    assert isinstance(rows, QuerySolutions)
    assert int(next(rows)["n"].value) == THINGS**2


def test_ramose(service: RunningService, tmp_path: Path) -> None:
    text = (HERE / "data" / "ramose.hf").read_text(encoding="utf-8")
    specification = tmp_path / "ramose.hf"
    specification.write_text(text.replace("ENDPOINT", service.sparql), encoding="utf-8")
    call = (sys.executable, "-m", "ramose", "-s", str(specification), "-m", "get", "-c")
    said = run(*call, "/v1/labels/light", "-f", "json", folder=tmp_path)
    found = json.loads(said[said.index("[") : said.rindex("]") + 1])
    assert {(row["label"], row["language"]) for row in found} == {
        (text, language) for it, text, language in KNOWN if it == "light"
    }


class Curl:
    """curl as the documentation calls it."""

    def __init__(self, service: RunningService, folder: Path) -> None:
        self._service = service
        self._folder = folder

    def __call__(self, *arguments: str) -> str:
        command = ("curl", "--silent", "--show-error", "--fail-with-body", "--max-time", "60")
        return run(*command, *arguments, self._service.sparql, folder=self._folder)


@pytest.fixture
def curl(service: RunningService, tmp_path: Path, require: Require) -> Curl:
    """curl, with a question in a file beside it."""
    require("curl", shutil.which("curl") is not None)
    (tmp_path / "question.rq").write_text(long(LABELS, 200_000), encoding="utf-8")
    return Curl(service, tmp_path)


def test_curl_in_all_the_ways_that_the_docs_tell(curl: Curl) -> None:
    assert json.loads(curl("-G", "--data-urlencode", "query=ASK { ?s ?p ?o }"))["boolean"] is True
    rows = json.loads(curl("--data-urlencode", "query@question.rq"))["results"]["bindings"]
    assert len(rows) == 4
    direct = ("-H", "Content-Type: application/sparql-query", "--data-binary")
    said = curl(*direct, "@question.rq", "-H", "Accept: text/csv")
    assert {row["label"] for row in csv.DictReader(said.splitlines(keepends=True))} == {
        text for _, text, _ in KNOWN
    }
    assert "id/actor/aisha" in curl("-G", "--data-urlencode", f"query={EMOJI}")


@pytest.mark.parametrize(
    "form",
    [
        RdfFormat.TURTLE,
        RdfFormat.N_TRIPLES,
        RdfFormat.RDF_XML,
        RdfFormat.JSON_LD,
        RdfFormat.TRIG,
        RdfFormat.N_QUADS,
    ],
)
def test_curl_gets_graphs_in_every_format(curl: Curl, form: RdfFormat) -> None:
    said = curl(
        "-G", "--data-urlencode", f"query={DESCRIPTION}", "-H", f"Accept: {form.media_type}"
    )
    quads = {quad.triple for quad in parse(said, format=form)}
    assert len(quads) == 7
    assert {
        quad.object.value for quad in parse(said, format=form) if quad.predicate.value == LABEL
    } == {text for it, text, _ in KNOWN if it == "water"}


@pytest.mark.parametrize(
    "form", [QueryResultsFormat.JSON, QueryResultsFormat.XML, QueryResultsFormat.TSV]
)
def test_curl_gets_big_answers_whole(curl: Curl, form: QueryResultsFormat) -> None:
    said = curl("--data-urlencode", f"query={BIG}", "-H", f"Accept: {form.media_type}")
    rows = parse_query_results(said, format=form)
    assert isinstance(rows, QuerySolutions)
    assert sum(1 for _ in rows) == THINGS**2
