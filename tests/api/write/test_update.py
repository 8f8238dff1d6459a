"""`/update`: the update operation of the SPARQL 1.1 Protocol, and what comes of an update.

https://www.w3.org/TR/sparql11-protocol/#update-operation
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from pledgegraph.namespaces import RDF, SH
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log import changes_log
from tests.api.conftest import BASE
from tests.api.outline import Outline
from tests.api.write.conftest import ONE, TWO, Place, copied, served
from tests.graph.building import change, quad

pytestmark = pytest.mark.anyio

ADD = f'INSERT DATA {{ GRAPH <{ONE}> {{ <id/a> <id/b> "c" }} }}'
ADDED = f'<{BASE}/id/a> <{BASE}/id/b> "c" <{ONE}>'
FORM = "application/x-www-form-urlencoded"
UPDATE = "application/sparql-update"


def problem(response: httpx.Response, status: int, name: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["type"] == f"{BASE}/problems/{name}"
    assert str(document["detail"])
    return document


async def test_an_update_in_a_form_and_as_the_body(place: Place) -> None:
    response = await place.update(ADD)
    assert response.status_code == 200
    assert response.json() == {"sequence": 2, "added": 1, "removed": 0, "changed": True}
    assert response.headers["pledgegraph-snapshot"] == "2"
    assert response.headers["cache-control"] == "no-store"
    assert ADDED in place.quads()
    response = await place.send("POST", "/update", ADD, f"{UPDATE}; charset=utf-8")
    assert response.json() == {"sequence": 2, "added": 0, "removed": 0, "changed": False}
    response = await place.send("POST", "/update", ADD.replace("INSERT", "DELETE"), UPDATE)
    assert response.json() == {"sequence": 3, "added": 0, "removed": 1, "changed": True}
    assert ADDED not in place.quads()


async def test_what_is_written_is_read_with_the_next_query(place: Place) -> None:
    await place.update(ADD)
    response = await place.client.get("/sparql", params={"query": "ASK { <id/a> <id/b> 'c' }"})
    assert response.json()["boolean"] is True


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
async def test_an_update_is_posted(place: Place, method: str) -> None:
    before = place.quads()
    response = await place.send(method, f"/update?{urlencode({'update': 'DROP ALL'})}")
    assert response.status_code == 405
    assert response.headers["allow"] == "OPTIONS, POST"
    assert (await place.client.options("/update")).headers["allow"] == "OPTIONS, POST"
    assert place.quads() == before


@pytest.mark.parametrize(
    ("address", "kind", "body", "refusal"),
    [
        ("/update?update=DROP+ALL", FORM, "", (400, "parameter")),
        ("/update?update=DROP+ALL", UPDATE, "DROP ALL", (400, "parameter")),
        ("/update?using-graph-uri=urn:a", FORM, "update=DROP+ALL", (400, "parameter")),
        ("/update", FORM, "update=DROP+ALL&update=DROP+ALL", (400, "parameter")),
        ("/update", FORM, "update=DROP+ALL&query=ASK+%7B%7D", (400, "parameter")),
        ("/update", FORM, "query=ASK+%7B%7D", (400, "parameter")),
        ("/update", FORM, "update=DROP+ALL&default-graph-uri=urn:a", (400, "parameter")),
        ("/update", FORM, "update=DROP+ALL&using-graph-uri=a", (400, "parameter")),
        ("/update", FORM, "update=DROP+ALL&using-graph-uri=", (400, "parameter")),
        ("/update", FORM, "", (400, "update-missing")),
        ("/update", FORM, "update=%FF", (400, "encoding")),
        ("/update", UPDATE, b"DROP ALL # \xff", (400, "encoding")),
        ("/update", "application/sparql-query", "DROP ALL", (415, "unsupported-content")),
        ("/update", "text/plain", "update=DROP+ALL", (415, "unsupported-content")),
        ("/update", "", "update=DROP+ALL", (415, "unsupported-content")),
        ("/update", f"{UPDATE}; charset=utf-16", "DROP ALL", (415, "unsupported-content")),
        ("/update", "multipart/form-data; boundary=x", "--x--", (415, "unsupported-content")),
        ("/update", UPDATE, "SELECT * { ?s ?p ?o }", (400, "update-syntax")),
        ("/update", UPDATE, "DROP\nALL ALL", (400, "update-syntax")),
        ("/update", UPDATE, "DROP ALL LOAD <urn:a>", (400, "update-syntax")),
        ("/update", UPDATE, "PREFIX LOAD", (400, "update-syntax")),
        ("/update", UPDATE, "DROP ALL ; PREFIX a:", (400, "update-syntax")),
        ("/update", UPDATE, "DROP ALL ;; DROP ALL", (400, "update-syntax")),
        ("/update", UPDATE, ";", (400, "update-syntax")),
        ("/update", UPDATE, "DROP ALL ; LOADDROP: ALL", (400, "update-refused")),
        ("/update", UPDATE, "DROP ALL } LOAD <urn:a> {", (400, "update-refused")),
        ("/update", FORM, "&".join(["a=b"] * 1_001), (400, "parameter")),
        ("/sparql?update=DROP+ALL", "", "", (400, "parameter")),
        ("/sparql", FORM, "update=DROP+ALL", (400, "parameter")),
        ("/sparql", UPDATE, "DROP ALL", (415, "unsupported-content")),
        ("/sparql?query=DROP+ALL", "", "", (400, "query-syntax")),
    ],
)
async def test_what_is_no_update_changes_nothing(
    place: Place, address: str, kind: str, body: str | bytes, refusal: tuple[int, str]
) -> None:
    before = place.quads()
    method = "GET" if "/sparql?" in address else "POST"
    problem(await place.send(method, address, body, kind), *refusal)
    assert place.quads() == before
    assert place.log.last() == 1


async def test_a_syntax_error_has_its_place(place: Place) -> None:
    document = problem(await place.update("DROP ALL ;\n INSERT DATA { x }"), 400, "update-syntax")
    assert (document["line"], document["column"]) == (2, 16)
    assert "update" in document["detail"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("DROP ALL ;\nPREFIX a: <urn:a>\nINSERT DATA { a:b <c> ] }", 3, 23),
        ("DROP ALL ; BASE <urn:a> INSERT DATA\n{ GRAPH a:b { <b> <c> 1 } }", 2, 9),
        ("DROP ALL ;\nLOAD <urn:a> ; PREFIX a: <urn:a> x", 2, 34),
        ("DELETE DATA { GRAPH <urn:a> { <a> <b> 1 } };\n PREFIX a: <urn:a>;", 2, 19),
        (
            "INSERT DATA { GRAPH <urn:a> { _:a <b> 1 } };\nPREFIX a: <urn:a>\n"
            "INSERT DATA { GRAPH a:b { <a> <b> _:a } }",
            3,
            35,
        ),
    ],
)
async def test_a_mistake_behind_a_second_prologue_has_its_place(
    place: Place, text: str, line: int, column: int
) -> None:
    document = problem(await place.update(text), 400, "update-syntax")
    assert (document["line"], document["column"]) == (line, column), document["detail"]
    assert place.log.last() == 1


async def test_every_operation_may_have_a_prologue(place: Place) -> None:
    """Rule 29 of the grammar, https://www.w3.org/TR/sparql11-query/#rUpdate."""
    text = f"""
        PREFIX a: <urn:first:> INSERT DATA {{ GRAPH <{ONE}> {{ a:s a:p a:o, _:b }} }} ;
        # As clients join updates.
        PREFIX a: <urn:second:> BASE <http://base.example/> PREFIX b: <{ONE}>
        INSERT {{ GRAPH b: {{ ?s a:p <o> }} }} WHERE {{ GRAPH b: {{ ?s <urn:first:p> ?o }} }} ;
        prefix c: <urn:first:>
    """
    response = await place.update(text)
    assert response.status_code == 200, response.text
    assert response.json()["added"] == 3
    assert f"<urn:first:s> <urn:second:p> <http://base.example/o> <{ONE}>" in place.quads()


async def test_a_compressed_body_is_not_read(place: Place) -> None:
    response = await place.send(
        "POST", "/update", b"\x1f\x8b", UPDATE, **{"Content-Encoding": "gzip"}
    )
    problem(response, 415, "unsupported-content")


async def test_the_dataset_of_the_request(place: Place) -> None:
    copy = f"INSERT {{ GRAPH <{ONE}> {{ ?s <id/seen> true }} }} WHERE {{ ?s a ?type }}"
    response = await place.update(copy, using_graph_uri=TWO)
    assert response.json()["added"] == 2
    seen = {quad.split()[0] for quad in place.quads(ONE) if "/id/seen" in quad}
    assert seen == {f"<{BASE}/id/commitment/light>", f"<{BASE}/id/event/opening>"}
    named = copy.replace("?s a ?type", "GRAPH ?g { ?s a ?type }").replace("id/seen", "id/named")
    assert (await place.update(named, using_named_graph_uri=[ONE, TWO])).json()["added"] == 4
    nothing = await place.update(named, using_graph_uri=ONE)
    assert nothing.json()["changed"] is False
    away = f"DELETE WHERE {{ GRAPH <{ONE}> {{ ?s <id/seen> ?o }} }}"
    assert (await place.update(away, using_named_graph_uri=TWO)).json()["changed"] is False
    assert (await place.update(away, using_named_graph_uri=ONE)).json()["removed"] == 2
    address = "/update?" + urlencode({"using-graph-uri": TWO})
    assert (await place.send("POST", address, copy, UPDATE)).json()["added"] == 2


@pytest.mark.parametrize("clause", ["USING <urn:a>", "USING NAMED <urn:a>", "WITH"])
async def test_the_dataset_is_named_once(place: Place, clause: str) -> None:
    text = f"INSERT {{ GRAPH <{ONE}> {{ ?s <x> 1 }} }} {clause} WHERE {{ ?s ?p ?o }}"
    if clause == "WITH":
        text = "WITH <urn:a> INSERT { ?s <x> 1 } WHERE { ?s ?p ?o }"
    document = problem(await place.update(text, using_graph_uri=ONE), 400, "update-refused")
    assert "using-graph-uri" in document["remedy"]


async def test_the_default_graph_is_the_union_to_where_as_well(place: Place) -> None:
    text = f"""PREFIX pg: <https://w3id.org/pledgegraph/def#>
      INSERT {{ GRAPH <{ONE}> {{ ?c <id/first> 1 }} }}
      WHERE {{ ?c a pg:Commitment ; pg:madeBy ?a }} ;
      INSERT {{ GRAPH <{ONE}> {{ ?c <id/second> 2 }} }} WHERE {{ ?c <id/first> ?n }}"""
    response = await place.update(text)
    assert response.json() == {"sequence": 2, "added": 4, "removed": 0, "changed": True}


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a> <b> 1 }",
        "DELETE DATA { <a> <b> 1 }",
        "DELETE WHERE { ?s ?p ?o }",
        "INSERT { ?s <x> 1 } WHERE { GRAPH ?g { ?s ?p ?o } }",
        "CLEAR DEFAULT",
        f"MOVE DEFAULT TO <{ONE}>",
        f"COPY <{ONE}> TO DEFAULT",
        "INSERT DATA { GRAPH <id/graph/computed/progress> { <a> <b> 1 } }",
        f"ADD <{ONE}> TO <id/graph/computed/progress>",
    ],
)
async def test_a_graph_that_is_closed_is_not_written(place: Place, text: str) -> None:
    before = place.quads()
    problem(await place.update(text), 409, "graph-closed")
    assert place.quads() == before


@pytest.mark.parametrize(
    ("text", "removed", "added"),
    [
        ("DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s ?p 'x' } } "
         "WHERE { GRAPH ?g { ?s ?p ?o } ?s a <https://w3id.org/pledgegraph/def#Event> }", 3, 3),
        (f"WITH <{TWO}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}", 6, 0),
        (f"CLEAR GRAPH <{TWO}>", 6, 0),
        (f"DROP GRAPH <{TWO}>", 6, 0),
        (f"MOVE <{TWO}> TO <id/source/three>", 6, 6),
        (f"COPY <{TWO}> TO <{ONE}>", 7, 6),
        (f"ADD <{TWO}> TO <{ONE}>", 0, 6),
        ("CLEAR NAMED", 17, 0),
        ("DROP ALL", 17, 0),
        ("CREATE GRAPH <urn:g>", 0, 0),
        ("DROP SILENT GRAPH <urn:g>", 0, 0),
        (f"INSERT DATA {{ GRAPH <{TWO}> {{ <a> <b> 1.50 , 1.5 }} }} ; "
         f"DELETE DATA {{ GRAPH <{TWO}> {{ <a> <b> 1.5 }} }}", 0, 0),
        (f"DELETE DATA {{ GRAPH <{TWO}> {{ <a> <b> 1 }} }} ; "
         f"INSERT DATA {{ GRAPH <{TWO}> {{ <a> <b> 1 }} }}", 0, 1),
        ("", 0, 0),
    ],
)  # fmt: skip
async def test_what_an_update_comes_to(place: Place, text: str, removed: int, added: int) -> None:
    before = place.quads()
    response = await place.update(text)
    assert response.status_code == 200, response.text
    told = response.json()
    after = place.quads()
    assert (told["removed"], told["added"]) == (removed, added)
    assert (len(before - after), len(after - before)) == (removed, added)
    assert told["changed"] is bool(removed or added)


async def test_an_update_that_fails_in_its_second_operation_leaves_nothing(place: Place) -> None:
    before = place.quads()
    for second in ("DROP GRAPH <urn:none>", "LOAD <http://127.0.0.1:9/x>", "INSERT DATA { "):
        response = await place.update(f"{ADD} ; {second}")
        assert response.status_code == 400, response.text
        copying = f"ADD <{ONE}> TO <{TWO}> ; {second}"
        assert (await place.update(copying)).status_code == 400
    assert place.quads() == before
    assert place.log.last() == 1


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1:9/x>",
        "LOAD SILENT <http://127.0.0.1:9/x> INTO GRAPH <urn:g>",
        "load <file:///etc/passwd> INTO GRAPH <urn:g>",
        "INSERT DATA { GRAPH <urn:g> { <a> <b> 1 } } ; LoAd SILENT <file:///etc/passwd>",
        "INSERT { GRAPH <urn:g> { ?s ?p 1 } } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p 1 } }",
        "INSERT { GRAPH <urn:g> { ?s ?p ?o } } WHERE { sErViCe SILENT ?x { ?s ?p ?o } }",
        "INSERTDATA { GRAPH <urn:g> { <a> <b> 1 } }",
        "DELETEWHERE { GRAPH <urn:g> { <a> <b> 1 } }",
        "CLEAR ALL ; DELETE { GRAPH <urn:g> { ?a ?b 1 } } WHERE { ?a ?b ?c FILTER((?a<?b)&&?c>1) }",
    ],
)
async def test_what_is_not_offered_is_refused(place: Place, text: str) -> None:
    document = problem(await place.update(text), 400, "update-refused")
    assert document["remedy"]
    assert place.log.last() == 1


async def test_who_and_why_stand_in_the_log(place: Place) -> None:
    await place.update(ADD)
    header = next(place.log.newest_first()).header()
    assert (header.agent, header.reason) == ("The tests", "SPARQL update.")
    assert header.sources == (ONE,)
    headers = {"Pledgegraph-Reason": "Corrig%C3%A9 d%27apr%C3%A8s la source"}
    text = ADD.replace("INSERT", "DELETE")
    assert (await place.send("POST", "/update", text, UPDATE, **headers)).status_code == 200
    assert next(place.log.newest_first()).header().reason == "Corrigé d'après la source"


@pytest.mark.parametrize("reason", ["ask ana@example.org", "a%0AH%20agent%20x", "", "%ff", "TOKEN"])
async def test_a_reason_that_the_log_cannot_hold_is_refused(place: Place, reason: str) -> None:
    headers = {"Pledgegraph-Reason": reason.replace("TOKEN", place.token)}
    response = await place.send("POST", "/update", ADD, UPDATE, **headers)
    assert response.status_code == 400
    assert place.log.last() == 1


INVALID = f"""PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    INSERT DATA {{ GRAPH <{ONE}> {{ <id/actor/ana> <id/note> "kept?" }} }} ;
    DELETE WHERE {{ GRAPH <{ONE}> {{ <id/actor/ben> rdfs:label ?label }} }}"""


async def test_an_update_that_breaks_a_shape_leaves_nothing(judged: Place) -> None:
    before = judged.quads()
    last = judged.log.last()
    document = problem(await judged.update(INVALID), 422, "validation")
    assert any("id/actor/ben" in each["focus"] for each in document["results"])
    assert all(each["detail"] for each in document["results"])
    assert judged.quads() == before
    assert judged.log.last() == last
    unsourced = f"INSERT DATA {{ GRAPH <{TWO}> {{ <id/actor/ana> <id/note> 1 }} }}"
    document = problem(await judged.update(unsourced), 422, "validation")
    assert [each["focus"] for each in document["results"]] == [f"<{TWO}>"]
    page = Outline((await judged.update(INVALID, accept="text/html")).text)
    assert any("id/actor/ben" in text for text in page.text_of("li"))


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/ld+json, */*;q=0.1", RdfFormat.JSON_LD),
    ],
)
async def test_the_report_comes_as_rdf(judged: Place, accept: str, form: RdfFormat) -> None:
    response = await judged.update(INVALID, accept=accept)
    assert response.status_code == 422
    assert response.headers["content-type"].split(";")[0] == accept.split(",", maxsplit=1)[0]
    triples = [quad.triple for quad in parse(response.content, format=form)]
    (report,) = {t.subject for t in triples if t.object == SH.ValidationReport}
    (conforms,) = [t.object for t in triples if t.subject == report and t.predicate == SH.conforms]
    assert str(conforms).startswith('"false"')
    results = [t.object for t in triples if t.subject == report and t.predicate == SH.result]
    assert results
    for result in results:
        said = {t.predicate: t.object for t in triples if t.subject == result}
        assert said[RDF.type] == SH.ValidationResult
        assert said[SH.resultSeverity] == SH.Violation
        assert SH.focusNode in said
        assert SH.resultMessage in said


async def test_what_rules_compute_is_not_deleted_by_hand(place: Place) -> None:
    computed = f"{BASE}/id/graph/computed/progress"
    place.engine.update(change([quad(1, graph="id/graph/computed/progress")]))
    before = place.quads(computed)
    assert len(before) == 1
    one = f"DELETE WHERE {{ GRAPH <{computed}> {{ ?s ?p ?o }} }}"
    assert (await place.update(one)).json()["changed"] is False
    everything = "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert (await place.update(everything)).json()["removed"] == 17
    assert place.quads() == before


async def test_without_a_gate_everything_can_be_written(ungated: Place) -> None:
    text = "INSERT DATA { <a> <b> 1.50 , _:x . GRAPH <g> { _:x <b> 'y' } }"
    assert (await ungated.update(text)).json()["added"] == 3
    assert sum("_:" in quad for quad in ungated.quads()) == 2
    moved = "DELETE { ?s ?p ?o } INSERT { GRAPH <h> { ?s ?p ?o , _:new } } WHERE { ?s ?p ?o }"
    assert (await ungated.update(moved)).json() == {
        "sequence": 2, "added": 4, "removed": 2, "changed": True,
    }  # fmt: skip
    with ungated.engine.snapshot() as snapshot:
        nodes = {str(q.object) for q in snapshot.quads() if str(q.object).startswith("_:")}
        subjects = {str(q.subject) for q in snapshot.quads() if str(q.subject).startswith("_:")}
    assert subjects <= nodes
    assert len(nodes) == 3
    assert (await ungated.update("CLEAR DEFAULT; DROP ALL")).json()["removed"] == 5
    assert ungated.quads() == set()


async def test_a_full_disk_refuses_the_write_and_reads_go_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = place.quads()
    with monkeypatch.context() as patch:
        patch.setattr(changes_log, "_write_record", full)
        problem(await place.update(ADD), 507, "storage-full")
        answer = await place.client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"})
        assert answer.json()["boolean"] is True
    assert place.quads() == before
    assert (await place.update(ADD)).json()["sequence"] == 2


async def test_another_writer_is_waited_for_and_then_told_of(
    small_store: Path, tmp_path: Path
) -> None:
    path = copied(small_store, tmp_path / "store")
    engine = EmbeddedEngine(open_directory(path), lock_wait=0.1)
    async with served(engine) as place:
        with open_directory(path).locked(0):
            problem(await place.update(ADD), 503, "store-busy")
        assert (await place.update(ADD)).status_code == 200
