"""If-Match and If-None-Match on writes: RFC 9110, section 13. Lost updates are impossible."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from tests.api.conftest import BASE
from tests.api.write.conftest import ONE, TWO, Place, copied, served
from tests.api.write.test_graph_store import (
    MORE,
    THREE,
    TURTLE,
    UPDATE,
    XML,
    at,
    problem,
    triples,
)
from tests.graph.building import source_text

pytestmark = pytest.mark.anyio

STALE = '"stale"'
INSERT = f"INSERT DATA {{ GRAPH <{TWO}> {{ <urn:a> <urn:b> %s }} }}"


async def tag_of(place: Place, address: str = at(TWO), **headers: str) -> str:
    response = await place.client.get(address, headers=headers)
    assert response.status_code == 200, response.text
    return response.headers["etag"]


async def written(place: Place, method: str, address: str, **headers: str) -> httpx.Response:
    """The answer to a write that would change the graph at the address."""
    body, kind = {
        "PUT": (MORE, TURTLE),
        "POST": (MORE, TURTLE),
        "PATCH": ("INSERT DATA { <urn:a> <urn:b> 1 }", UPDATE),
        "DELETE": ("", ""),
    }[method]
    return await place.send(method, address, body, kind, **headers)


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
async def test_a_stale_tag_changes_nothing(place: Place, method: str) -> None:
    address = "/graphs/source/two" if method == "PUT" else at(TWO)
    before, last = place.quads(), place.log.last()
    tag = await tag_of(place)
    for stale in (STALE, f"W/{tag}", f'{STALE}, "other"', await tag_of(place, at(ONE))):
        refused = await written(place, method, address, **{"If-Match": stale})
        document = problem(refused, 412, "precondition")
        assert TWO in document["detail"]
        assert f"{BASE}/graphs/source/two" in document["remedy"]
    for present in ("*", tag, f'"x", W/{tag}'):
        refused = await written(place, method, address, **{"If-None-Match": present})
        problem(refused, 412, "precondition")
    assert (place.quads(), place.log.last()) == (before, last)


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
async def test_the_tag_of_the_graph_lets_a_write_through(place: Place, method: str) -> None:
    for tag in (f"{STALE} ,,{await tag_of(place)}", "*"):
        response = await written(
            place, method, at(TWO), **{"If-Match": tag, "If-None-Match": STALE}
        )
        assert response.status_code == 200, response.text
        await place.send("PUT", at(TWO), MORE, TURTLE)


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH"])
async def test_a_graph_that_is_not_there_is_only_made(place: Place, method: str) -> None:
    for value in ("*", STALE):
        refused = await written(place, method, at(THREE), **{"If-Match": value})
        assert "not there" in problem(refused, 412, "precondition")["detail"]
    made = await written(place, method, at(THREE), **{"If-None-Match": "*"})
    assert made.status_code == 201, made.text
    again = await written(place, method, at(THREE), **{"If-None-Match": "*"})
    problem(again, 412, "precondition")


async def test_to_delete_what_is_not_there_is_404_in_any_case(place: Place) -> None:
    """Section 13.2.1: a condition does not hide what the answer would be without it."""
    for headers in ({"If-Match": STALE}, {"If-None-Match": "*"}, {}):
        problem(await written(place, "DELETE", at(THREE), **headers), 404, "graph-missing")


async def test_the_tag_of_any_format_and_coding_counts(
    small_store: Path, tmp_path: Path, anyio_backend: str
) -> None:
    """What is compressed is made by the service's own processes."""
    assert anyio_backend == "asyncio"
    engine = EmbeddedEngine(open_directory(copied(small_store, tmp_path / "store")))
    long = "".join(f"<urn:a> <urn:b:p{n}> {n} .\n" for n in range(100))
    async with served(engine) as place:
        for form in ("turtle", "ntriples", "rdfxml", "jsonld"):
            for coding in ("identity", "gzip", "zstd"):
                await place.send("PUT", at(TWO), long, TURTLE)
                accept = {"Accept-Encoding": coding}
                read = await place.client.get(f"{at(TWO)}&format={form}", headers=accept)
                assert read.headers.get("content-encoding", "identity") == coding
                own = {"If-Match": read.headers["etag"]}
                done = await place.send("PUT", at(TWO), MORE, TURTLE, **own)
                assert done.status_code == 200, done.text
                problem(await place.send("PUT", at(TWO), long, TURTLE, **own), 412, "precondition")


async def test_a_tag_lasts_as_long_as_the_graph(place: Place) -> None:
    tag = await tag_of(place)
    assert (await place.send("PUT", at(THREE), MORE, TURTLE)).status_code == 201
    assert await tag_of(place) == tag
    response = await place.client.get(at(TWO), headers={"If-None-Match": tag})
    assert (response.status_code, response.headers["etag"]) == (304, tag)
    assert response.headers["pledgegraph-snapshot"] == "2"
    assert (await place.update(INSERT % 1)).status_code == 200
    assert await tag_of(place) != tag


async def test_of_two_who_read_the_same_one_writes(place: Place) -> None:
    """Many at once, with the same tag: the comparison and the change are one."""
    tag = await tag_of(place)
    answers = await asyncio.gather(
        *(
            place.send("PUT", at(TWO), f"<urn:a> <urn:b> {n} .", TURTLE, **{"If-Match": tag})
            for n in range(3)
        ),
        *(
            place.send(
                "PATCH", at(TWO), f"INSERT DATA {{ <urn:a> <urn:b> {n} }}", UPDATE,
                **{"If-Match": tag},
            )
            for n in range(3, 6)
        ),
    )  # fmt: skip
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412, 412]
    assert place.log.last() == 2
    made = await asyncio.gather(
        *(
            place.send("PUT", at(THREE), f"<urn:a> <urn:b> {n} .", TURTLE, **{"If-None-Match": "*"})
            for n in range(4)
        )
    )
    assert sorted(each.status_code for each in made) == [201, 412, 412, 412]
    assert len(triples(await place.client.get(at(THREE)))) == 1


async def test_the_description_of_a_source_counts_with_its_graph(judged: Place) -> None:
    """A PUT replaces both, so that who saw another description must not write."""
    tag = await tag_of(judged, at(ONE))
    text = source_text("one", "ana", "ben")
    renamed = f"<{ONE}> <http://www.w3.org/2004/02/skos/core#note> 'Renamed' ."
    assert (await judged.send("PUT", at(ONE), text + renamed, TURTLE)).json()["added"] == 1
    refused = await judged.send("PUT", at(ONE), text, TURTLE, **{"If-Match": tag})
    problem(refused, 412, "precondition")
    assert any("Renamed" in quad for quad in judged.quads())


async def test_a_payload_that_says_which_source_it_is(judged: Place) -> None:
    absent = {"If-None-Match": "*"}
    refused = await judged.send("POST", "/graphs", source_text("one", "cem"), TURTLE, **absent)
    assert ONE in problem(refused, 412, "precondition")["detail"]
    made = await judged.send("POST", "/graphs", source_text("three", "cem"), TURTLE, **absent)
    assert made.status_code == 201, made.text


async def test_an_update_is_guarded_by_the_tags_of_what_it_changes(place: Place) -> None:
    both = f"""INSERT DATA {{ GRAPH <{ONE}> {{ <urn:a> <urn:b> 1 }}
        GRAPH <{TWO}> {{ <urn:a> <urn:b> 1 }} }}"""
    moved = f"DELETE {{ GRAPH <{TWO}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{TWO}> {{ ?s ?p ?o }} }}"
    nothing = f"WITH <{TWO}> DELETE {{ ?s <urn:none> ?o }} WHERE {{ ?s <urn:none> ?o }}"
    anywhere = "DELETE { GRAPH ?g { ?s <urn:none> ?o } } WHERE { GRAPH ?g { ?s <urn:none> ?o } }"
    one, two = await tag_of(place, at(ONE)), await tag_of(place)
    before, last = place.quads(), place.log.last()

    async def send(text: str, **headers: str) -> httpx.Response:
        return await place.send("POST", "/update", text, UPDATE, **headers)

    for text in (both, moved, nothing, anywhere, INSERT % 1):
        refused = await send(text, **{"If-Match": STALE})
        problem(refused, 412, "precondition")
    for text, tag in ((both, two), (moved, one), (nothing, one), (INSERT % 1, f"W/{two}")):
        problem(await send(text, **{"If-Match": tag}), 412, "precondition")
    for text in (both, moved, nothing, INSERT % 1):
        problem(await send(text, **{"If-None-Match": "*"}), 412, "precondition")
        problem(await send(text, **{"If-None-Match": two}), 412, "precondition")
    assert (place.quads(), place.log.last()) == (before, last)

    whole = await tag_of(place, "/graphs?default")
    assert (await send(nothing, **{"If-Match": two})).json()["changed"] is False
    assert (await send(anywhere, **{"If-Match": whole})).json()["changed"] is False
    assert (await send(both, **{"If-Match": f"{two}, {one}"})).json()["added"] == 2
    problem(await send(INSERT % 2, **{"If-Match": whole}), 412, "precondition")
    assert (await send(INSERT % 2, **{"If-Match": await tag_of(place)})).status_code == 200
    new = f"INSERT DATA {{ GRAPH <{THREE}> {{ <urn:a> <urn:b> 1 }} }}"
    assert (await send(new, **{"If-None-Match": "*"})).status_code == 200
    problem(await send(new, **{"If-None-Match": "*"}), 412, "precondition")


async def test_an_update_that_is_worked_out_again_is_compared_again(place: Place) -> None:
    tag = await tag_of(place)
    text = f"WITH <{TWO}> DELETE {{ ?s ?p ?o }} INSERT {{ ?s ?p %d }} WHERE {{ ?s ?p ?o }}"
    answers = await asyncio.gather(
        *(
            place.send("POST", "/update", text % number, UPDATE, **{"If-Match": tag})
            for number in range(4)
        )
    )
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412]
    assert place.log.last() == 2


async def test_without_a_gate_the_default_graph_is_one_of_many(ungated: Place) -> None:
    address = "/graphs?default"
    first = await tag_of(ungated, address)
    body = "<urn:a> <urn:b> _:x . _:x <urn:b> 1 ."
    done = await ungated.send("PUT", address, body, TURTLE, **{"If-Match": first})
    assert done.status_code == 200, done.text
    problem(
        await ungated.send("PUT", address, MORE, TURTLE, **{"If-Match": first}), 412, "precondition"
    )
    second = await tag_of(ungated, address)
    assert (await ungated.send("PUT", at("urn:g"), body, TURTLE)).status_code == 201
    assert await tag_of(ungated, address) == second
    deleted = await ungated.send("DELETE", address, **{"If-Match": second})
    assert deleted.json()["removed"] == 2
    absent = {"If-None-Match": "*"}
    created = await ungated.send("POST", "/graphs", MORE, TURTLE, **absent)
    assert created.status_code == 201


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("value", ["stale", "'stale'", '*, "a"', '"a" "b"', '"a', 'w/"a"', ","])
async def test_what_is_no_tag_is_refused(place: Place, name: str, value: str) -> None:
    """A condition that cannot be read must not pass for one that holds."""
    before = place.quads()
    for method in ("PUT", "DELETE"):
        refused = await written(place, method, at(TWO), **{name: value})
        assert name in problem(refused, 400, "parameter")["detail"]
    refused = await place.send("POST", "/update", INSERT % 1, UPDATE, **{name: value})
    problem(refused, 400, "parameter")
    assert place.quads() == before


async def test_conditions_do_not_go_before_what_is_wrong_otherwise(place: Place) -> None:
    stale = {"If-Match": STALE}
    problem(await place.client.put(at(TWO), content=MORE, headers=stale), 401, "unauthorised")
    problem(
        await place.send("PUT", at(TWO), "x", "text/plain", **stale), 415, "unsupported-content"
    )
    problem(await place.send("PUT", "/graphs?default", MORE, TURTLE, **stale), 409, "graph-closed")


async def test_reading_and_posting_nothing_have_conditions_too(place: Place) -> None:
    for method in ("GET", "HEAD"):
        refused = await place.client.request(method, at(TWO), headers={"If-Match": STALE})
        assert refused.status_code == 412
        tag = await tag_of(place)
        plain = {"If-Match": tag, "Accept-Encoding": "identity"}
        read = await place.client.request(method, at(TWO), headers=plain)
        assert (read.status_code, read.headers["etag"]) == (200, tag)
    refused = await place.send("POST", at(TWO), b"", TURTLE, **{"If-Match": STALE})
    problem(refused, 412, "precondition")


async def test_pages_of_other_sites_may_send_conditions(place: Place) -> None:
    asked = {
        "Origin": "https://other.example",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "if-match, if-none-match",
    }
    response = await place.client.options(at(TWO), headers=asked)
    allowed = response.headers["access-control-allow-headers"].lower()
    assert response.status_code == 200
    assert "if-match" in allowed
    assert "if-none-match" in allowed
    read = await place.client.get(at(TWO), headers={"Origin": "https://other.example"})
    assert "ETag" in read.headers["access-control-expose-headers"]


async def test_two_editors_by_turns(place: Place) -> None:
    """As docs/writing.md tells it."""
    kind = "application/rdf+xml"
    ana, ben = await tag_of(place, Accept=kind), await tag_of(place)
    first = await place.send("PUT", at(TWO), XML % "ana", kind, **{"If-Match": ana})
    assert first.status_code == 200
    second = await place.send("PUT", at(TWO), XML % "ben", kind, **{"If-Match": ben})
    problem(second, 412, "precondition")
    assert place.quads(TWO) == {f'<urn:a> <urn:e:p> "ana" <{TWO}>'}
    third = {"If-Match": await tag_of(place)}
    assert (await place.send("PUT", at(TWO), XML % "ben", kind, **third)).status_code == 200
