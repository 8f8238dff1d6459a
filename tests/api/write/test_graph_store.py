"""`/graphs`: the SPARQL 1.1 Graph Store HTTP Protocol.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from tests.api.conftest import BASE
from tests.api.write.conftest import ONE, TWO, Place
from tests.graph.building import source_text

pytestmark = pytest.mark.anyio

THREE = f"{BASE}/id/source/three"
TURTLE = "text/turtle"
UPDATE = "application/sparql-update"
MORE = "<id/actor/z> <http://www.w3.org/2000/01/rdf-schema#label> 'Z' ."
LABEL = f'<{BASE}/id/actor/z> <http://www.w3.org/2000/01/rdf-schema#label> "Z"'


def at(graph: str) -> str:
    """The address that names the graph by its IRI."""
    return f"/graphs?graph={quote(graph, safe='')}"


def problem(response: httpx.Response, status: int, name: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["type"] == f"{BASE}/problems/{name}"
    return document


def triples(response: httpx.Response, form: RdfFormat = RdfFormat.TURTLE) -> set[str]:
    assert response.status_code == 200, response.text
    return {str(quad.triple) for quad in parse(response.content, format=form)}


@pytest.mark.parametrize("address", ["/graphs/source/two", at(TWO)])
async def test_everybody_reads_a_graph(place: Place, address: str) -> None:
    response = await place.client.get(address)
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    assert response.headers["pledgegraph-snapshot"] == "1"
    assert "Accept" in response.headers["vary"]
    with place.engine.snapshot() as snapshot:
        expected = {
            str(quad.triple) for quad in snapshot.quads() if str(quad.graph_name) == f"<{TWO}>"
        }
    assert triples(response) == expected
    known = {"If-None-Match": response.headers["etag"]}
    assert (await place.client.get(address, headers=known)).status_code == 304
    head = await place.client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == "text/turtle; charset=utf-8"
    for form in (RdfFormat.N_TRIPLES, RdfFormat.RDF_XML, RdfFormat.JSON_LD):
        asked = {"Accept": f"{form.media_type}, */*;q=0.1"}
        response = await place.client.get(address, headers=asked)
        assert response.headers["content-type"].split(";")[0] == form.media_type
        assert triples(response, form) == expected


async def test_the_default_graph_is_read_as_the_union(place: Place) -> None:
    read = triples(await place.client.get("/graphs?default"))
    with place.engine.snapshot() as snapshot:
        assert read == {str(quad.triple) for quad in snapshot.quads()}


@pytest.mark.parametrize(
    ("address", "status", "name"),
    [
        ("/graphs", 400, "parameter"),
        ("/graphs?graph=", 400, "parameter"),
        ("/graphs?graph=id/source/two", 400, "parameter"),
        ("/graphs?default=yes", 400, "parameter"),
        (f"/graphs?default&graph={quote(TWO)}", 400, "parameter"),
        (f"/graphs?graph={quote(TWO)}&graph={quote(ONE)}", 400, "parameter"),
        ("/graphs/source/two?default", 400, "parameter"),
        ("/graphs/source/none", 404, "graph-missing"),
        ("/graphs/a%20b", 404, "graph-missing"),
        (at("urn:none"), 404, "graph-missing"),
        ("/graphs/source/two?format=csv", 406, "not-acceptable"),
    ],
)
async def test_what_is_no_graph(place: Place, address: str, status: int, name: str) -> None:
    problem(await place.client.get(address), status, name)
    assert (await place.client.head(address)).status_code == status


async def test_a_graph_is_put_merged_and_deleted(place: Place) -> None:
    address = "/graphs/source/three"
    response = await place.send("PUT", address, MORE, TURTLE)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"{BASE}{address}"
    assert response.json() == {
        "sequence": 2, "added": 1, "removed": 0, "changed": True, "graph": THREE,
    }  # fmt: skip
    assert triples(await place.client.get(address)) == {LABEL}

    response = await place.send("PUT", address, MORE, TURTLE)
    assert (response.status_code, response.json()["changed"]) == (200, False)
    assert "location" not in response.headers

    response = await place.send("POST", at(THREE), "<urn:a> <urn:b> 1 .", TURTLE)
    assert (response.status_code, response.json()["added"]) == (200, 1)
    assert len(triples(await place.client.get(address))) == 2
    response = await place.send("PUT", at(THREE), "<urn:a> <urn:b> 2 .", TURTLE)
    assert (response.json()["added"], response.json()["removed"]) == (1, 2)

    response = await place.send("DELETE", address)
    assert (response.status_code, response.json()["removed"]) == (200, 1)
    problem(await place.client.get(address), 404, "graph-missing")
    problem(await place.send("DELETE", address), 404, "graph-missing")
    header = next(place.log.newest_first()).header()
    assert (header.agent, header.reason, header.sources) == (
        "The tests", "DELETE of a graph.", (THREE,),
    )  # fmt: skip


async def test_put_does_what_load_does(judged: Place) -> None:
    text = source_text("three", "cem", "dan") + "[] <urn:of> [] ."
    response = await judged.send("PUT", at(THREE), text, TURTLE)
    assert response.status_code == 201, response.text
    sources = f"{BASE}/id/graph/sources"
    assert sum("source/three>" in quad for quad in judged.quads(sources)) == 5
    assert not any("source/three> <" in quad for quad in judged.quads(THREE))
    assert sum("genid" in quad for quad in judged.quads(THREE)) == 1
    again = await judged.send("PUT", "/graphs/source/three", text, TURTLE)
    assert again.json()["changed"] is False
    merged = await judged.send("POST", at(THREE), text, TURTLE)
    assert merged.json()["added"] == 1, "a blank node of another document is another node"
    less = source_text("three", "cem")
    assert (await judged.send("PUT", at(THREE), less, TURTLE)).json()["removed"] == 6
    wrong = await judged.send("PUT", at(THREE), source_text("four", "eve"), TURTLE)
    assert "another source" in problem(wrong, 400, "input")["detail"]


async def test_a_graph_without_a_source_is_refused(judged: Place) -> None:
    before = judged.quads()
    document = problem(await judged.send("PUT", at(THREE), MORE, TURTLE), 422, "validation")
    assert f"<{THREE}>" in [each["focus"] for each in document["results"]]
    report = await judged.send("PUT", at(THREE), MORE, TURTLE, Accept="text/turtle")
    assert report.status_code == 422
    assert "ValidationReport" in report.text
    assert judged.quads() == before


async def test_a_payload_may_say_itself_which_source_it_is(judged: Place) -> None:
    response = await judged.send("POST", "/graphs", source_text("three", "cem"), TURTLE)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"{BASE}/graphs/source/three"
    assert response.json()["graph"] == THREE
    again = await judged.send("POST", "/graphs", source_text("three", "cem"), TURTLE)
    assert (again.status_code, again.json()["changed"]) == (200, False)
    problem(await judged.send("POST", "/graphs", MORE, TURTLE), 400, "input")
    problem(await judged.send("PUT", "/graphs", MORE, TURTLE), 400, "parameter")
    problem(await judged.send("DELETE", "/graphs"), 400, "parameter")


async def test_a_patch_updates_one_graph(place: Place) -> None:
    text = "DELETE { ?s ?p ?o } INSERT { ?s ?p 'x' } WHERE { ?s ?p ?o FILTER(isLiteral(?o)) }"
    response = await place.send("PATCH", "/graphs/source/two", text, UPDATE)
    assert response.status_code == 200, response.text
    assert (response.json()["added"], response.json()["removed"]) == (2, 2)
    assert not any('"Opening"' in quad for quad in place.quads(TWO))
    assert any("Clean water" in quad for quad in place.quads(ONE))
    new = await place.send("PATCH", "/graphs/source/three", "INSERT DATA { <a> <b> 1 }", UPDATE)
    assert (new.status_code, new.headers["location"]) == (201, f"{BASE}/graphs/source/three")
    before = place.quads()
    elsewhere = [
        f"INSERT DATA {{ GRAPH <{ONE}> {{ <a> <b> 1 }} }}",
        f"INSERT {{ ?s ?p ?o }} USING <{ONE}> WHERE {{ ?s ?p ?o }}",
        f"INSERT DATA {{ <a> <b> 2 }} ; COPY DEFAULT TO <{ONE}>",
        f"WITH <{ONE}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    ]
    for text in elsewhere:
        problem(await place.send("PATCH", "/graphs/source/two", text, UPDATE), 409, "graph-closed")
    wrong = await place.send("PATCH", "/graphs/source/two", "INSERT DATA { x }", UPDATE)
    assert problem(wrong, 400, "update-syntax")["line"] == 1
    wrong = await place.send("PATCH", "/graphs/source/two", "LOAD <urn:x>", UPDATE)
    problem(wrong, 400, "update-refused")
    assert place.quads() == before


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["/graphs?default", "/graphs/graph/computed/progress"])
async def test_a_graph_that_is_closed_is_not_written(
    place: Place, method: str, address: str
) -> None:
    kind = UPDATE if method == "PATCH" else TURTLE
    body = "CLEAR DEFAULT" if method == "PATCH" else MORE
    problem(await place.send(method, address, body, kind), 409, "graph-closed")


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
async def test_writing_takes_a_token(place: Place, method: str) -> None:
    before = place.quads()
    response = await place.client.request(method, "/graphs/source/two", content=MORE)
    problem(response, 401, "unauthorised")
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert place.quads() == before


async def test_what_can_be_done_at_a_graph(place: Place) -> None:
    for address in ("/graphs", "/graphs/source/two"):
        response = await place.client.options(address)
        assert response.status_code == 204
        assert response.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
        assert response.headers["accept-patch"] == UPDATE
        taken = response.headers["accept-post"].split(", ")
        assert {TURTLE, "multipart/form-data"} <= set(taken)
        refused = await place.client.request("QUERY", address)
        assert refused.status_code == 405
        assert refused.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"


@pytest.mark.parametrize(
    ("kind", "body", "refusal"),
    [
        ("", MORE, (400, "input")),
        ("text/plain", MORE, (415, "unsupported-content")),
        ("application/trig", MORE, (415, "unsupported-content")),
        ("multipart/mixed; boundary=x", b"--x\r\n\r\n\r\n--x--", (415, "unsupported-content")),
        ("text/turtle; charset=latin1", MORE, (415, "unsupported-content")),
        (TURTLE, "<urn:a> <urn:b>\n 1 2 .", (400, "input")),
        (TURTLE, "<urn:a> <urn:b c> 1 .", (400, "input")),
        (TURTLE, b"<urn:a> <urn:b> '\xff' .", (400, "input")),
        ("application/ld+json", "{", (400, "input")),
        ("application/rdf+xml", "<a", (400, "input")),
    ],
)
async def test_what_cannot_be_read_changes_nothing(
    place: Place, kind: str, body: str | bytes, refusal: tuple[int, str]
) -> None:
    before = place.quads()
    for method in ("PUT", "POST"):
        problem(await place.send(method, "/graphs/source/two", body, kind), *refusal)
    assert place.quads() == before


RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:"'
XML = (
    "<rdf:RDF "
    + RDF
    + '><rdf:Description rdf:about="urn:a"><e:p>%s</e:p></rdf:Description></rdf:RDF>'
)
Files = list[tuple[str, tuple[str, bytes, str] | tuple[str, bytes]]]


async def test_a_form_with_files_is_the_merge_of_their_graphs(place: Place) -> None:
    """Section 5.5; the kind of a part is its Content-Type, or else the ending of its name."""
    blank = b"_:x <urn:p> %d ."
    files: Files = [
        ("file", ("a.ttl", blank % 1, "text/turtle; charset=utf-8")),
        ("file", ("b.nt", b'_:x <urn:p> "2" .', "application/octet-stream")),
        ("other", ("c.rdf", (XML % "3").encode())),
    ]
    response = await place.client.post("/graphs/source/three", files=files, headers=place.headers)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"{BASE}/graphs/source/three"
    assert response.json()["added"] == 3
    quads = place.quads(THREE)
    assert len({quad.split()[0] for quad in quads}) == 3, "labels hold in their document only"
    assert sum("genid" in quad for quad in quads) == 2
    more = await place.client.post(at(THREE), files=files[2:], headers=place.headers)
    assert (more.status_code, more.json()["changed"]) == (200, False)


async def test_a_source_may_come_in_several_files(judged: Place) -> None:
    text = source_text("three", "cem").encode()
    own = f"<{BASE}/id/actor/cem> <urn:p> 1 .".encode()
    files: Files = [("a", ("a.ttl", text, "text/turtle")), ("b", ("b.ttl", own, "text/turtle"))]
    response = await judged.client.post("/graphs", files=files, headers=judged.headers)
    assert response.status_code == 201, response.text
    assert response.json()["graph"] == THREE
    assert any("<urn:p>" in quad for quad in judged.quads(THREE))


FORM = "multipart/form-data; boundary=x"
HEAD = b'--x\r\nContent-Disposition: form-data; name="f"'


@pytest.mark.parametrize(
    ("kind", "body", "refusal"),
    [
        (FORM, b"", (400, "parameter")),
        (FORM, b"--x--", (400, "parameter")),
        (FORM, HEAD + b"\r\n\r\n<urn:a>", (400, "parameter")),
        (FORM, HEAD + b"\r\n\r\n<urn:a> <urn:b> 1 .\r\n--x--\r\n", (400, "parameter")),
        (FORM, (HEAD + b"\r\n\r\n\r\n") * 30 + b"--x--", (400, "parameter")),
        (FORM, HEAD + b"\r\nA: " + b"a" * 100_000 + b"\r\n\r\n\r\n--x--", (400, "parameter")),
        ("multipart/form-data", b"--x--", (400, "parameter")),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x--", (400, "parameter")),
        (
            FORM,
            HEAD + b'; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\na\r\n--x--\r\n',
            (415, "unsupported-content"),
        ),
        (
            FORM,
            HEAD + b'; filename="a.ttl"\r\n\r\n<urn:a> <urn:b\r\n--x--\r\n',
            (400, "input"),
        ),
    ],
)
async def test_a_form_that_holds_no_graphs_changes_nothing(
    place: Place, kind: str, body: bytes, refusal: tuple[int, str]
) -> None:
    before = place.quads()
    for address in ("/graphs/source/two", "/graphs"):
        problem(await place.send("POST", address, body, kind), *refusal)
    problem(await place.send("PUT", at(TWO), body, kind), 415, "unsupported-content")
    assert place.quads() == before


@pytest.mark.parametrize("address", ["/graphs", "/graphs/source/two", "/graphs/source/none"])
@pytest.mark.parametrize("kind", ["", TURTLE, "application/rdf+xml"])
async def test_a_post_of_nothing_does_nothing(place: Place, address: str, kind: str) -> None:
    """Section 5.5."""
    before = place.log.last()
    response = await place.send("POST", address, b"", kind)
    assert (response.status_code, response.content) == (204, b"")
    assert place.log.last() == before


async def test_what_does_not_say_what_it_is_is_taken_for_rdf_xml(place: Place) -> None:
    """Section 5."""
    assert (await place.send("PUT", at(TWO), XML % "1")).status_code == 200
    assert triples(await place.client.get(at(TWO))) == {'<urn:a> <urn:e:p> "1"'}


async def test_a_put_of_nothing_leaves_no_graph(place: Place) -> None:
    """Section 5.3 leaves it to the store whether a graph may be empty; here it may not."""
    assert (await place.send("PUT", at(THREE), MORE, TURTLE)).status_code == 201
    assert (await place.send("PUT", at(THREE), b"", TURTLE)).json()["removed"] == 1
    assert (await place.client.get(at(THREE))).status_code == 404
    again = await place.send("PUT", at(THREE), b"# nothing", TURTLE)
    assert (again.status_code, again.json()["changed"]) == (200, False)


async def test_the_graph_of_a_source_that_says_nothing_is_there(place: Place) -> None:
    """A source that is described has a graph, which is found where it was put; `TWO` is."""
    assert (await place.send("PUT", at(TWO), b"", TURTLE)).json()["removed"] == 6
    assert triples(await place.client.get(at(TWO))) == set()
    assert (await place.client.head(at(TWO))).status_code == 200
    assert (await place.send("PUT", at(TWO), MORE, TURTLE)).status_code == 200


async def test_a_source_is_withdrawn_whole(judged: Place) -> None:
    """What a PUT brought, description and all, a DELETE takes away."""
    before = judged.quads()
    for text in (source_text("three"), source_text("three", "cem")):
        response = await judged.send("PUT", at(THREE), text, TURTLE)
        assert response.status_code == 201, response.text
        found = response.headers["location"].removeprefix(BASE)
        assert (await judged.client.get(found)).status_code == 200
        assert (await judged.client.get("/doc/source/three.ttl")).status_code == 200
        gone = await judged.send("DELETE", found)
        assert (gone.status_code, gone.json()["changed"]) == (200, True)
        problem(await judged.client.get(found), 404, "graph-missing")
        problem(await judged.send("DELETE", found), 404, "graph-missing")
        assert (await judged.client.get("/doc/source/three.ttl")).status_code == 404
        assert judged.quads() == before


async def test_an_address_without_its_scheme_is_told(place: Place) -> None:
    body = "<urn:a> <urn:b>\n <www.example.org/report> ."
    for method in ("PUT", "POST"):
        (warning,) = (await place.send(method, at(THREE), body, TURTLE)).json()["warnings"]
        assert warning.startswith("line 2: <www.example.org/report> is a relative IRI")
    text = f"INSERT DATA {{ GRAPH <{TWO}> {{ <urn:a> <urn:b> <www.example.org/x> }} }}"
    (warning,) = (await place.update(text)).json()["warnings"]
    assert f"<{BASE}/www.example.org/x>" in warning
    assert "warnings" not in (await place.send("PUT", at(THREE), MORE, TURTLE)).json()


async def test_a_mistake_has_its_place(place: Place) -> None:
    response = await place.send("PUT", at(TWO), "<urn:a> <urn:b> 1 .\n<urn:a> x:b 1 .", TURTLE)
    document = problem(response, 400, "input")
    assert (document["line"], document["column"]) == (2, 9)


async def test_a_compressed_body_is_not_read(place: Place) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    response = await place.send("PUT", at(TWO), bomb, TURTLE, **{"Content-Encoding": "gzip"})
    problem(response, 415, "unsupported-content")


async def test_a_part_of_a_graph_is_not_put(place: Place) -> None:
    headers = {"Content-Range": "bytes 0-9/100"}
    problem(await place.send("PUT", at(TWO), MORE, TURTLE, **headers), 400, "parameter")


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + XML % "&x;",
        "<!DOCTYPE r SYSTEM 'http://127.0.0.1:9/x.dtd'>" + XML % "1",
        '<!DOCTYPE r [<!ENTITY l0 "lol">' + BOMB + "]>" + XML % "&l9;",
        '<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY a "b">]>' + XML % "&a;",
        XML % "&undeclared;",
    ],
)
async def test_xml_that_reaches_out_or_explodes_is_refused(place: Place, body: str) -> None:
    before = place.quads()
    response = await place.send("PUT", at(TWO), body, "application/rdf+xml")
    document = problem(response, 400, "input")
    assert "root:" not in response.text
    assert document["detail"]
    assert place.quads() == before
    assert (await place.send("PUT", at(TWO), XML % "1", "application/rdf+xml")).status_code == 200


@pytest.mark.parametrize(
    "context",
    [
        '"http://127.0.0.1:9/context.jsonld"',
        '"file:///etc/passwd"',
        '["http://127.0.0.1:9/c", {}]',
        '{"@import": "http://127.0.0.1:9/c"}',
        '{"a": "b:x", "b": "a:x"}',
    ],
)
async def test_a_context_that_is_elsewhere_or_in_a_circle_is_refused(
    place: Place, context: str
) -> None:
    before = place.quads()
    body = '{"@context": ' + context + ', "@id": "urn:a", "a:b": 1}'
    response = await place.send("PUT", at(TWO), body, "application/ld+json")
    problem(response, 400, "input")
    assert "root:" not in response.text
    assert place.quads() == before


async def test_json_ld_with_its_own_context_is_read(place: Place) -> None:
    body = '{"@context": {"p": "urn:p"}, "@id": "urn:a", "p": "x"}'
    response = await place.send("PUT", at(TWO), body, "application/ld+json")
    assert response.status_code == 200
    assert place.quads(TWO) == {f'<urn:a> <urn:p> "x" <{TWO}>'}


async def test_what_nests_without_end_takes_nobody_with_it(place: Place) -> None:
    deep = [
        (TURTLE, "<urn:a> <urn:b> " + "[ <urn:b> " * 200_000 + "1" + "]" * 200_000 + " ."),
        (TURTLE, "<urn:a> <urn:b> " + "(" * 200_000 + ")" * 200_000 + " ."),
        ("application/ld+json", '{"urn:b":' * 200_000 + "1" + "}" * 200_000),
        ("application/ld+json", '{"@context": {"a": "urn:a"}, "a":' + "[" * 200_000),
    ]
    for kind, body in deep:
        response = await place.send("PUT", at(THREE), body, kind)
        assert response.status_code in {201, 200, 400, 413, 507}, response.text
        assert (await place.client.get("/health")).status_code == 200


async def test_without_a_gate_graphs_are_written_as_the_standard_has_it(ungated: Place) -> None:
    for address in ("/graphs?default", "/graphs/person/1.ttl"):
        body = "_:x <urn:p> <> , 1.50 ."
        first = await ungated.send("PUT", address, body, TURTLE)
        assert first.status_code == (200 if "default" in address else 201)
        assert len(triples(await ungated.client.get(address))) == 2
        more = await ungated.send("POST", address, "_:x <urn:q> 1 .", TURTLE)
        assert more.json()["added"] == 1
        patch = await ungated.send("PATCH", address, "DELETE WHERE { ?s <urn:q> ?o }", UPDATE)
        assert patch.json()["removed"] == 1
    assert any(f"<{BASE}/graphs/person/1.ttl> <" in quad for quad in ungated.quads())
    new = await ungated.send("POST", "/graphs", "<urn:a> <urn:b> 1 .", TURTLE)
    assert new.status_code == 201
    assert new.headers["location"].startswith(f"{BASE}/graphs/")
    read = await ungated.client.get(new.headers["location"].removeprefix(BASE))
    assert len(triples(read)) == 1
    assert (await ungated.send("DELETE", "/graphs?default")).json()["removed"] == 2
    assert (await ungated.send("DELETE", "/graphs/person/1.ttl")).status_code == 200
    named = "{'@context': {}, '@id': 'urn:g', '@graph': [{'@id': 'urn:a', 'urn:b': 1}]}"
    kind = "application/ld+json"
    response = await ungated.send("PUT", "/graphs/x", named.replace("'", '"'), kind)
    problem(response, 400, "input")


async def test_nobodys_host_is_in_an_address(place: Place) -> None:
    response = await place.send("PUT", "/graphs/source/three", MORE, TURTLE, Host="evil.example")
    assert response.headers["location"] == f"{BASE}/graphs/source/three"
    assert "evil" not in "".join(place.quads())
