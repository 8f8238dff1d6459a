"""Clients that write: SPARQLWrapper, rdflib, Comunica and Jena."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from urllib.error import HTTPError

import pytest
from rdflib import RDFS, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
from SPARQLWrapper import JSON, POST, POSTDIRECTLY, URLENCODED, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, Unauthorized

from tests.clients.conftest import BASE, HERE, run
from tests.conftest import Require
from tests.graph.building import source_text
from tests.running_service import RunningService

GRAPH = f"{BASE}/id/source/two"
THINGS = "https://things.example/"
LABEL = str(RDFS.label)


@pytest.fixture(scope="session")
def token(service: RunningService) -> str:
    """A token that allows to write."""
    return service.new_token("clients")


def insert(name: str, text: str) -> str:
    """An update that gives a thing a label in Arabic."""
    return f'INSERT DATA {{ GRAPH <{GRAPH}> {{ <{THINGS}{name}> <{LABEL}> "{text}"@ar }} }}'


def labels(service: RunningService, name: str) -> set[str]:
    """What a thing is called by now."""
    said = service.ask(f"SELECT ?label {{ <{THINGS}{name}> <{LABEL}> ?label }}").json()
    return {row["label"]["value"] for row in said["results"]["bindings"]}


@pytest.mark.parametrize("way", [URLENCODED, POSTDIRECTLY])
def test_sparqlwrapper(service: RunningService, token: str, way: str) -> None:
    writer = SPARQLWrapper(service.sparql, f"{service.address}/update")
    writer.setMethod(POST)
    writer.setRequestMethod(way)
    writer.setReturnFormat(JSON)
    writer.setQuery(insert(f"wrapper-{way}", "ضوء"))
    with pytest.raises(Unauthorized):
        writer.query()
    writer.addCustomHttpHeader("Authorization", f"Bearer {token}")
    assert writer.query().response.status == 200
    assert labels(service, f"wrapper-{way}") == {"ضوء"}
    writer.setQuery("INSERT DATA { oops }")
    with pytest.raises(QueryBadFormed, match='"line":1'):
        writer.query()


def test_sparqlupdatestore(service: RunningService, token: str) -> None:
    card = {"Authorization": f"Bearer {token}"}
    update = f"{service.address}/update"
    store = SPARQLUpdateStore(service.sparql, update, autocommit=False, headers=card)
    graph = Graph(store, URIRef(GRAPH))
    thing = URIRef(f"{THINGS}rdflib")
    graph.add((thing, RDFS.label, Literal("نور", lang="ar")))
    graph.add((thing, RDFS.comment, Literal('"quoted"\n\\and broken')))
    store.commit()
    assert set(graph.objects(thing, RDFS.comment)) == {Literal('"quoted"\n\\and broken')}
    assert labels(service, "rdflib") == {"نور"}
    graph.remove((thing, None, None))
    store.commit()
    assert not list(graph.predicate_objects(thing))

    writer = SPARQLUpdateStore(service.sparql, update, headers=card)
    writer.update(insert("dataset", "ضياء"))
    assert labels(service, "dataset") == {"ضياء"}
    two = f"{insert('first', 'x')} ; CLEAR GRAPH <{BASE}/id/source/none>"
    with pytest.raises(HTTPError):
        writer.update(two)
    assert labels(service, "first") == set(), "something of an update that failed is left"


def test_comunica(service: RunningService, token: str, comunica: Path) -> None:
    """Its destination is the address of updates; what it reads is no destination."""
    task = {
        "query": insert("comunica", "قمر"),
        "sources": [],
        "options": {"destination": {"type": "sparql", "value": f"{service.address}/update"}},
        "token": token,
    }
    said = run("node", str(HERE / "comunica.mjs"), folder=comunica, said=json.dumps([task]))
    assert json.loads(said) == ["done"]
    assert labels(service, "comunica") == {"قمر"}


def test_jena(service: RunningService, token: str, jena: Path, require: Require) -> None:
    """Updates by its command line, which a small program gives the token to."""
    require("javac", shutil.which("javac") is not None)
    program = str(HERE / "JenaWrites.java")
    said = run(
        "java", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-cp", "lib/*", program,
        service.address, token, insert("jena", "شمس"), folder=jena,
    )  # fmt: skip
    assert labels(service, "jena") == {"شمس"}
    assert said.split() == ["updated"]


def test_jena_graphs(service: RunningService, token: str, jena: Path, require: Require) -> None:
    """Its client of the Graph Store Protocol: PUT, POST, GET, DELETE, and GET of what is gone."""
    require("javac", shutil.which("javac") is not None)
    graph = f"{BASE}/id/source/jena"
    first = f"@base <{BASE}/> .\n{source_text('jena', 'ana')}"
    second = f'<https://things.example/j> <{LABEL}> "شمس" .'
    said = run(
        "java", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-cp", "lib/*",
        str(HERE / "JenaGraphs.java"), service.address, token, graph, first, second, folder=jena,
    )  # fmt: skip
    assert {'"Ana"@en', '"شمس"'} <= set(said.splitlines())
    assert said.splitlines()[-1] == "404"
