"""The W3C's tests of the protocol, written anew: their data are prose in a manifest.

Each is named as in the manifest, and does what its name and the protocol's text say.

See https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

import httpx
import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from tests.conformance.conftest import Subject
from tests.conformance.manifest import ROOT, Suites

G: Final = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
SEEN: Final = "SELECT DISTINCT ?n { ?s <x:n> ?n } ORDER BY ?n"
SEEN_NAMED: Final = "SELECT DISTINCT ?n { GRAPH ?g { ?s <x:n> ?n } } ORDER BY ?n"
INSERT: Final = "INSERT { GRAPH <x:made> { ?s <x:copy> ?n } } WHERE { ?s <x:n> ?n }"
INSERT_NAMED: Final = INSERT.replace("{ ?s <x:n> ?n }", "{ GRAPH ?g { ?s <x:n> ?n } }")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what has to come of it."""

    method: str = "POST"
    path: str = "/sparql"
    params: list[tuple[str, str]] = field(default_factory=list)
    """In the address."""
    fields: list[tuple[str, str]] | None = None
    """In a form."""
    body: bytes | str | None = None
    kind: str | None = None
    accept: str = "application/sparql-results+json"
    found: tuple[int, ...] | None = None
    """The numbers that the query, or the graph `x:made` after an update, has."""
    types: tuple[str, ...] = ()
    refused: tuple[int, ...] = ()
    """The statuses of which it may have one, where it is to be refused."""


def graphs(name: str, *numbers: int) -> list[tuple[str, str]]:
    return [(name, G.format(number)) for number in numbers]


def asking(text: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("query", text), *more]


def updating(text: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("update", text), *more]


RESULTS: Final = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv")
GRAPHS: Final = ("text/turtle", "application/rdf+xml", "application/n-triples")
FROM_ONE: Final = SEEN.replace("{", f"FROM <{G.format(1)}> {{")

TESTS: Final = {
    "query_post_form": Asked(fields=asking(SEEN), found=(0,)),
    "query_dataset_default_graphs_get": Asked(
        "GET", params=asking(SEEN, *graphs("default-graph-uri", 1, 2)), found=(1, 2)
    ),
    "query_dataset_default_graphs_post": Asked(
        fields=asking(SEEN, *graphs("default-graph-uri", 1, 2)), found=(1, 2)
    ),
    "query_dataset_named_graphs_post": Asked(
        fields=asking(SEEN_NAMED, *graphs("named-graph-uri", 1, 2)), found=(1, 2)
    ),
    "query_dataset_named_graphs_get": Asked(
        "GET", params=asking(SEEN_NAMED, *graphs("named-graph-uri", 1, 2)), found=(1, 2)
    ),
    "query_dataset_full": Asked(
        fields=asking(
            "SELECT DISTINCT ?n { { ?s <x:n> ?n } UNION { GRAPH ?g { ?s <x:n> ?n } } } ORDER BY ?n",
            *graphs("default-graph-uri", 3),
            *graphs("named-graph-uri", 1, 2),
        ),
        found=(1, 2, 3),
    ),
    "query_multiple_dataset": Asked(
        fields=asking(FROM_ONE, *graphs("default-graph-uri", 2)), found=(2,)
    ),
    "query_get": Asked("GET", params=asking(SEEN), found=(0,)),
    "query_content_type_select": Asked(
        "GET", params=asking(SEEN), accept=", ".join(RESULTS), types=RESULTS
    ),
    "query_content_type_ask": Asked(
        "GET", params=asking("ASK {}"), accept=", ".join(RESULTS), types=RESULTS
    ),
    "query_content_type_describe": Asked(
        "GET", params=asking("DESCRIBE <x:s>"), accept=", ".join(GRAPHS), types=GRAPHS
    ),
    "query_content_type_construct": Asked(
        "GET", params=asking("CONSTRUCT WHERE { ?s ?p ?o }"), accept=", ".join(GRAPHS), types=GRAPHS
    ),
    "update_dataset_default_graph": Asked(
        path="/update", fields=updating(INSERT, *graphs("using-graph-uri", 1)), found=(1,)
    ),
    "update_dataset_default_graphs": Asked(
        path="/update", fields=updating(INSERT, *graphs("using-graph-uri", 1, 2)), found=(1, 2)
    ),
    "update_dataset_named_graphs": Asked(
        path="/update",
        fields=updating(INSERT_NAMED, *graphs("using-named-graph-uri", 1, 2)),
        found=(1, 2),
    ),
    "update_dataset_full": Asked(
        path="/update",
        fields=updating(
            "INSERT { GRAPH <x:made> { ?s <x:copy> ?n } } "
            "WHERE { { ?s <x:n> ?n } UNION { GRAPH ?g { ?s <x:n> ?n } } }",
            *graphs("using-graph-uri", 3),
            *graphs("using-named-graph-uri", 1),
        ),
        found=(1, 3),
    ),
    "update_post_form": Asked(path="/update", fields=updating(INSERT), found=(0,)),
    "update_post_direct": Asked(path="/update", body=INSERT, kind=UPDATE, found=(0,)),
    "update_base_uri": Asked(
        path="/update",
        body=f"{INSERT[:-1]}FILTER (STR(<test>) = '{ROOT}test') }}",
        kind=UPDATE,
        found=(0,),
    ),
    "query_post_direct": Asked(body=SEEN, kind=QUERY, found=(0,)),
    "bad_query_method": Asked("PUT", params=asking("ASK {}"), refused=(405,)),
    "bad_multiple_queries": Asked(
        "GET", params=asking("ASK {}", ("query", "SELECT * {}")), refused=(400,)
    ),
    "bad_query_wrong_media_type": Asked(body="ASK {}", kind="text/plain", refused=(415,)),
    "bad_query_missing_form_type": Asked(body="query=ASK%20%7B%7D", refused=(400, 415)),
    "bad_query_missing_direct_type": Asked(body="ASK {}", refused=(400, 415)),
    "bad_query_non_utf8": Asked(body="ASK {}".encode("utf-16"), kind=QUERY, refused=(400,)),
    "bad_query_syntax": Asked("GET", params=asking("ASK {"), refused=(400,)),
    "bad_update_get": Asked("GET", "/update", params=updating("CLEAR ALL"), refused=(400, 405)),
    "bad_multiple_updates": Asked(
        path="/update", fields=updating("CLEAR NAMED", ("update", "CLEAR DEFAULT")), refused=(400,)
    ),
    "bad_update_wrong_media_type": Asked(
        path="/update", body="CLEAR NAMED", kind="text/plain", refused=(415,)
    ),
    "bad_update_missing_form_type": Asked(
        path="/update", body="update=CLEAR%20NAMED", refused=(400, 415)
    ),
    "bad_update_non_utf8": Asked(
        path="/update", body="CLEAR NAMED".encode("utf-16"), kind=UPDATE, refused=(400,)
    ),
    "bad_update_syntax": Asked(path="/update", fields=updating("CLEAR XYZ"), refused=(400,)),
    "bad_update_dataset_conflict": Asked(
        path="/update",
        fields=updating(
            INSERT.replace("WHERE", f"USING <{G.format(1)}> WHERE"),
            *graphs("using-named-graph-uri", 1),
        ),
        refused=(400,),
    ),
}


def data() -> Iterator[Quad]:
    """A number in the default graph and one in each of three named graphs."""
    for number in range(4):
        name = NamedNode(G.format(number)) if number else DefaultGraph()
        yield Quad(NamedNode(f"x:s{number}"), NamedNode("x:n"), Literal(number), name)


def sent(subject: Subject, asked: Asked) -> httpx.Response:
    headers = {"Accept": asked.accept}
    if asked.path == "/update":
        headers |= subject.writer
    if asked.kind is not None:
        headers["Content-Type"] = asked.kind
    content = asked.body
    if asked.fields is not None:
        content = urlencode(asked.fields)
        headers["Content-Type"] = FORM
    return subject.client.request(
        asked.method, f"{asked.path}?{urlencode(asked.params)}", content=content, headers=headers
    )


def numbers(response: httpx.Response) -> tuple[int, ...]:
    assert response.status_code == 200, response.text
    return tuple(int(row["n"]["value"]) for row in response.json()["results"]["bindings"])


@pytest.mark.parametrize("name", TESTS)
def test_protocol(subject: Subject, name: str) -> None:
    asked = TESTS[name]
    subject.put(data())
    response = sent(subject, asked)
    if asked.refused:
        assert response.status_code in asked.refused, response.text
        assert set(map(str, subject.held())) == set(map(str, data()))
        return
    assert response.status_code in (200, 204), response.text
    if asked.types:
        assert response.headers["content-type"].partition(";")[0] in asked.types
    if asked.found is not None and asked.path == "/sparql":
        assert numbers(response) == asked.found
    elif asked.found is not None:
        made = "SELECT DISTINCT ?n { GRAPH <x:made> { ?s <x:copy> ?n } } ORDER BY ?n"
        assert numbers(sent(subject, Asked(fields=asking(made)))) == asked.found


def test_every_test_of_the_manifest_is_here(suites: Suites) -> None:
    manifest = suites.cases("testcases-sparql-1.1-w3c/protocol")
    assert {case.name for case in manifest} == TESTS.keys()


PERSON: Final = "http://conformance.example/person/1.ttl"
TURTLE: Final = {"Content-Type": "text/turtle"}


def at(graph: str) -> str:
    return "/graphs?" + urlencode({"graph": graph})


def card(name: str) -> str:
    return f'<http://conformance.example/person/1> <http://xmlns.com/foaf/0.1/name> "{name}" .'


def test_graph_store(subject: Subject) -> None:
    """The tests of the Graph Store HTTP Protocol, in their order, since each builds on another.

    See https://www.w3.org/TR/sparql11-http-rdf-update/
    """
    subject.put([])
    client, writer = subject.client, subject.writer

    def names(address: str) -> set[str]:
        answer = client.get(address, headers={"Accept": "text/turtle; charset=utf-8"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/turtle")
        return {line for line in ("John", "Jane", "Jim") if f'"{line}"' in answer.text}

    def change(method: str, address: str, name: str = "", **headers: str) -> int:
        given = {**writer, **(TURTLE if name else {}), **headers}
        answer = client.request(method, address, content=card(name) if name else b"", headers=given)
        return answer.status_code

    # put__initial_state, get_of_put__initial_state
    assert change("PUT", at(PERSON), "John") == 201
    assert names(at(PERSON)) == {"John"}
    # put__graph_already_in_store, get_of_put__graph_already_in_store
    assert change("PUT", at(PERSON), "Jane") in (200, 204)
    assert names(at(PERSON)) == {"Jane"}
    # put__default_graph, get_of_put__default_graph
    assert change("PUT", "/graphs?default", "John") in (200, 201, 204)
    assert names("/graphs?default") == {"John"}
    # put__mismatched_payload
    body = {**writer, "Content-Type": "application/rdf+xml"}
    assert client.put(at(PERSON), content=card("Jim"), headers=body).status_code == 400
    assert names(at(PERSON)) == {"Jane"}
    # delete__existing_graph, get_of_delete__existing_graph, delete__nonexistent_graph
    assert change("DELETE", at(PERSON)) in (200, 204)
    assert client.get(at(PERSON)).status_code == 404
    assert change("DELETE", at(PERSON)) == 404
    # post__existing_graph, get_of_post__existing_graph
    assert change("PUT", at(PERSON), "John") == 201
    assert change("POST", at(PERSON), "Jane") in (200, 204)
    assert names(at(PERSON)) == {"John", "Jane"}
    # post__multipart_formdata, get_of_post__multipart_formdata
    parts = {"file": ("jim.ttl", card("Jim"), "text/turtle")}
    assert client.post(at(PERSON), files=parts, headers=writer).status_code in (200, 204)
    assert names(at(PERSON)) == {"John", "Jane", "Jim"}
    # post__create__new_graph, get_of_post__create__new_graph
    made = client.post("/graphs", content=card("Jim"), headers={**writer, **TURTLE})
    assert made.status_code == 201
    path = made.headers["location"].removeprefix("http://conformance.example")
    assert names(path) == {"Jim"}
    # post__empty_graph_to_existing_graph, get_of_post__after_noop
    noop = client.post(path, content=b"", headers={**writer, **TURTLE})
    assert noop.status_code == 204
    assert names(path) == {"Jim"}
    # put__empty_graph, get_of_put__empty_graph: a graph is there as long as it holds something
    assert client.put(path, content=b"", headers={**writer, **TURTLE}).status_code in (200, 204)
    # head_on_an_existing_graph, head_on_a_nonexisting_graph
    head = client.head(at(PERSON), headers={"Accept": "text/turtle"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/turtle")
    assert client.head(at("x:nothing")).status_code == 404
