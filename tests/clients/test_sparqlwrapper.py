"""SPARQLWrapper, and sparql-dataframe and pandas with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from xml.dom.minidom import Document

import pandas as pd
import pytest
import sparql_dataframe
from rdflib import Graph
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from tests.clients.conftest import BASE, THINGS
from tests.clients.queries import (
    BIG,
    DESCRIPTION,
    EMOJI,
    GRAPH,
    IN_ONE,
    KNOWN,
    LABELS,
    PREFIXES,
    long,
)
from tests.running_service import RunningService

WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


def wrapper(
    service: RunningService,
    query: str,
    form: str | None = None,
    way: tuple[str, str] = WAYS[0],
) -> SPARQLWrapper:
    made = SPARQLWrapper(service.sparql)
    made.setQuery(query)
    made.setMethod(way[0])
    made.setRequestMethod(way[1])
    if form is not None:
        made.setReturnFormat(form)
    return made


def answer(wrapper: SPARQLWrapper) -> Any:
    return wrapper.query().convert()


def local(iri: str) -> str:
    return iri.rpartition("/")[2]


@pytest.mark.parametrize("way", WAYS)
def test_sparqlwrapper_reads_rows_in_every_format(
    service: RunningService, way: tuple[str, str]
) -> None:
    rows = answer(wrapper(service, LABELS, JSON, way))["results"]["bindings"]
    found = {(local(r["it"]["value"]), r["label"]["value"], r["label"]["xml:lang"]) for r in rows}
    assert found == KNOWN

    document = answer(wrapper(service, LABELS, XML, way))
    assert isinstance(document, Document)
    literals = document.getElementsByTagName("literal")
    assert {
        (n.firstChild and n.firstChild.nodeValue, n.getAttribute("xml:lang")) for n in literals
    } == {(text, language) for _, text, language in KNOWN}

    assert answer(wrapper(service, LABELS, CSV, way)).decode().count("\r\n") == 5
    tsv = answer(wrapper(service, LABELS, TSV, way)).decode()
    assert tsv.startswith("?it\t?label\n")
    assert '"ضوء للجميع"@ar' in tsv


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("query", [GRAPH, DESCRIPTION])
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_sparqlwrapper_reads_graphs_in_every_format(
    service: RunningService, query: str, way: tuple[str, str]
) -> None:
    sizes = {
        form: len(answer(wrapper(service, query, form, way))) for form in (RDFXML, XML, JSONLD)
    }
    for form in (TURTLE, N3):
        sizes[form] = len(Graph().parse(answer(wrapper(service, query, form, way))))
    assert set(sizes.values()) == {4 if query == GRAPH else 7}


@pytest.mark.parametrize("way", WAYS)
def test_sparqlwrapper_gets_every_character_through(
    service: RunningService, way: tuple[str, str]
) -> None:
    (row,) = answer(wrapper(service, EMOJI, JSON, way))["results"]["bindings"]
    assert row["it"]["value"] == f"{BASE}/id/actor/aisha"
    assert answer(wrapper(service, "ASK { ?s ?p ?o }", JSON, way))["boolean"] is True


@pytest.mark.parametrize("way", WAYS)
def test_sparqlwrapper_chooses_the_dataset(service: RunningService, way: tuple[str, str]) -> None:
    whole = wrapper(service, IN_ONE, JSON, way)
    assert len(answer(whole)["results"]["bindings"]) == 2
    whole.addDefaultGraph(f"{BASE}/id/source/two")
    (row,) = answer(whole)["results"]["bindings"]
    assert local(row["it"]["value"]) == "light"


def test_sparqlwrapper_sends_long_queries_in_the_body(service: RunningService) -> None:
    for way in WAYS[1:]:
        query = long(LABELS, 300_000)
        assert len(answer(wrapper(service, query, JSON, way))["results"]["bindings"]) == 4


def test_sparqlwrapper_tells_what_was_wrong(service: RunningService) -> None:
    with pytest.raises(QueryBadFormed, match='"line":2,"column":5'):
        answer(wrapper(service, "SELECT * {\n ?x }", JSON))
    with pytest.raises(QueryBadFormed, match="query-refused"):
        answer(wrapper(service, "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", JSON))


@pytest.mark.parametrize("post", [False, True])
def test_sparql_dataframe(service: RunningService, post: bool) -> None:  # noqa: FBT001 -- a case
    frame = sparql_dataframe.get(service.sparql, LABELS, post=post)
    assert {(local(it), label) for it, label in frame.itertuples(index=False)} == {
        (it, label) for it, label, _ in KNOWN
    }


def test_pandas_reads_csv_from_the_address(service: RunningService) -> None:
    typed = PREFIXES + "SELECT ?it ?due ?weight { ?it pg:weight ?weight ; pg:dueDate ?due }"
    address = f"{service.sparql}?{urlencode({'format': 'csv', 'query': typed})}"
    frame = pd.read_csv(address, parse_dates=["due"])
    assert frame["weight"].sum() == 12.5
    assert frame["due"].dt.year.tolist() == [2030]

    address = f"{service.sparql}?{urlencode({'format': 'csv', 'query': LABELS})}"
    assert set(pd.read_csv(address)["label"]) == {label for _, label, _ in KNOWN}


def test_pandas_reads_a_big_answer(service: RunningService) -> None:
    address = f"{service.sparql}?{urlencode({'format': 'csv', 'query': BIG})}"
    frame = pd.read_csv(address)
    assert frame.shape == (THINGS**2, 2)
    assert frame["a"].nunique() == THINGS
