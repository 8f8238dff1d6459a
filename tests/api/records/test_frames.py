"""Our framing is that of a whole JSON-LD processor, over every shipped record."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import httpx
import pytest
from pyld import jsonld  # type: ignore[import-untyped]
from pyoxigraph import NamedNode

from pledgegraph.documents import read_profiles
from pledgegraph.documents.context import context_versions
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph_api.web.record_paths import CONTEXT_PATH
from tests.depth import covering, traits_of_records

pytestmark = pytest.mark.anyio

BASE = "http://localhost:8000"
PROFILE = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#{}"'

CONTEXTS = {
    "1.0.0": "b18d7e7b6697ab56cbd1fc86d8a20095d6d245922c3a910bc4f8ad8daedf4c74",
    "1.1.0": "c006f1a13b1652d86da5463d0750feac5c2bc28e78949f23ced8f4ec7d3e3812",
    "1.2.0": "54d3423af78de5241b29b97e4da183b68ab1de8e07bf1900f45eab1bff8e84cb",
    "1.3.0": "e1c7b55d472f2a0e34b025b6a6629a5565275a87e9de677c2b2ed92f4b351548",
    "1.4.0": "f5747c806ce406eb5fb4305431dc189300ddfecdbe014514253cc7c1d7129d19",
    "1.5.0": "3e6332c102ea239d72557c1d14a94043308c06fba4c41c129648a802b215ff74",
}
"""The SHA-256 of each version of the context as it is served, the newest last."""


def settled(value: Any) -> Any:
    """JSON whose lists, which are sets in JSON-LD, are in one order."""
    if isinstance(value, dict):
        return {key: settled(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((settled(each) for each in value), key=json.dumps)
    return value


def without_links_of_parts(theirs: Any, ours: Any) -> Any:
    """Theirs with no more about the parts of a promise than ours.

    A processor also finds what links to a part, which our document keeps for the part's own, and
    names an organisation by its IRI alone where it told of it under another property.
    """
    if not isinstance(theirs, dict) or "parts" not in theirs or "parts" not in ours:
        return theirs
    kept = {each["id"]: set(each) for each in ours["parts"]}
    parts = [
        {
            key: value
            for key, value in each.items()
            if key in kept.get(each["id"], set(each)) - {"madeBy", "rollsUpTo"}
        }
        for each in theirs["parts"]
    ]
    return {**theirs, "parts": parts}


async def test_every_record_is_framed_as_pyld_frames_it(
    shipped: httpx.AsyncClient, shipped_engine: EmbeddedEngine
) -> None:
    context = (await shipped.get(CONTEXT_PATH)).json()
    frames: dict[str, Any] = {}

    def load(address: str, _options: object = None) -> dict[str, Any]:
        assert address == f"{BASE}{CONTEXT_PATH}"
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": address,
            "document": context,
        }

    profiles = read_profiles()
    with shipped_engine.snapshot() as snapshot:
        quads = list(snapshot.quads())
        kinds = {
            quad.subject.value: quad.object.value.rpartition("#")[2]
            for quad in quads
            if isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, NamedNode)
            and quad.predicate.value.endswith("#type")
            and quad.subject.value.startswith(f"{BASE}/id/")
            and quad.object in profiles.incoming
        }
    assert len(kinds) > 400
    # An organisation that is part of another is told of in two places there.
    known = f"{BASE}/id/commitment/midn-col"
    traits = traits_of_records(quads)
    differing = []
    for iri in covering(sorted(kinds), lambda iri: {*traits[iri], iri == known}):
        kind = kinds[iri]
        if kind not in frames:
            frames[kind] = (await shipped.get(f"/frames/{kind}.jsonld")).json()
        path = iri.removeprefix(BASE).replace("/id/", "/doc/", 1)
        framed = await shipped.get(path, headers={"Accept": PROFILE.format("framed")})
        expanded = await shipped.get(path, headers={"Accept": PROFILE.format("expanded")})
        frame = {**frames[kind], "@id": iri}
        theirs = jsonld.frame(expanded.json(), frame, {"omitGraph": True, "documentLoader": load})
        ours = framed.json()
        # A commitment is within itself, and the last report may be on it; there the library tells
        # all of it once more.
        for of_itself in theirs.keys() & {"withinCommitment", "lastReportOn"}:
            theirs[of_itself] = [
                each["id"] if isinstance(each, dict) and each["id"] == iri else each
                for each in theirs[of_itself]
            ]
        if settled(without_links_of_parts(theirs, ours)) != settled(
            without_links_of_parts(ours, ours)
        ):
            differing.append(iri)
    assert differing == [known]


async def test_the_forms_say_the_same(shipped: httpx.AsyncClient) -> None:
    context = (await shipped.get(CONTEXT_PATH)).json()

    def load(address: str, _options: object = None) -> dict[str, Any]:
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": address,
            "document": context,
        }

    said = []
    for name in ("framed", "compacted", "expanded", "flattened"):
        response = await shipped.get(
            "/doc/commitment/c2d-citizen-data", headers={"Accept": PROFILE.format(name)}
        )
        assert response.status_code == 200
        options = {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": load,
        }
        said.append(jsonld.normalize(response.json(), options))
    assert len(set(said)) == 1


async def test_the_context_can_be_kept(shipped: httpx.AsyncClient) -> None:
    newest = await shipped.get("/context.jsonld", headers={"Origin": "https://elsewhere.example"})
    assert newest.headers["cache-control"] == "public, max-age=3600"
    assert newest.headers["access-control-allow-origin"] == "*"
    versioned = await shipped.get(CONTEXT_PATH)
    assert versioned.content == newest.content
    assert f"<{BASE}{CONTEXT_PATH}>" in newest.headers["link"]
    missing = await shipped.get("/context/0.0.1.jsonld")
    assert missing.status_code == 404
    assert CONTEXT_PATH in missing.json()["near"]
    assert "context" in missing.json()["remedy"]
    frame = (await shipped.get("/frames/Commitmen.jsonld")).json()
    assert "/frames/Commitment.jsonld" in frame["near"]
    assert "There are frames for" in frame["remedy"]


async def test_a_version_of_the_context_never_changes(shipped: httpx.AsyncClient) -> None:
    """Whoever changes the context gives it another number and adds the new one's hash here."""
    assert set(context_versions()) == set(CONTEXTS)
    assert f"/context/{list(CONTEXTS)[-1]}.jsonld" == CONTEXT_PATH
    for version, digest in CONTEXTS.items():
        response = await shipped.get(f"/context/{version}.jsonld")
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["content-type"].startswith("application/ld+json")
        assert sha256(response.content).hexdigest() == digest, version
