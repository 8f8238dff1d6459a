"""Quads and changes to try things with."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.media_types import JSON
from pledgegraph.store.changes import Change, Scope
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.engine import Snapshot

BASE = "https://data.example.org"


def node(name: str) -> NamedNode:
    """The identifier of that name under the base, such as ``id/actor/dane``."""
    return NamedNode(f"{BASE}/{name}")


def quad(number: int, *, graph: str = "id/source/one", text: str = "number") -> Quad:
    """The quad of that number in the named graph."""
    return Quad(node(f"id/thing/{number}"), node("about"), Literal(f"{text} {number}"), node(graph))


def change(
    add: Iterable[Quad] = (), remove: Iterable[Quad] = (), replace: tuple[Scope, ...] = ()
) -> Change:
    """A change that somebody makes for some reason."""
    return Change(agent="tests", reason="To see.", add=add, remove=remove, replace=replace)


def quads_of(engine: EmbeddedEngine) -> set[str]:
    """Every quad of the newest snapshot, as a line of N-Quads."""
    with engine.snapshot() as snapshot:
        return {str(each) for each in snapshot.quads()}


def values(snapshot: Snapshot, query: str) -> list[str]:
    """The values of the only column of a query's answer."""
    held = io.BytesIO()
    snapshot.query(query).serialise(held, JSON)
    answer = json.loads(held.getvalue())
    (name,) = answer["head"]["vars"]
    return [row[name]["value"] for row in answer["results"]["bindings"]]


SOURCE = """\
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix redistributable: <https://w3id.org/pledgegraph/scheme/redistributable#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix actor-type: <https://w3id.org/pledgegraph/scheme/actor-type#> .
@prefix grade: <https://w3id.org/pledgegraph/scheme/grade#> .

<id/source/{slug}>
    a pg:Source ;
    rdfs:label "A document called {slug}"@en ;
    pg:redistributable redistributable:unknown ;
    pg:retrieved "2026-11-22"^^xsd:date ;
    schema:url <https://example.org/{slug}> .
"""
ACTOR = """
<id/actor/{slug}>
    a pg:Actor ;
    rdfs:label "{label}"@en ;
    pg:actorType actor-type:civil-society ;
    pg:grade grade:ungraded .
"""


def source_text(slug: str, *actors: str) -> str:
    """Turtle of a source that describes itself and the actors named."""
    text = SOURCE.replace("{slug}", slug)
    for actor in actors:
        text += ACTOR.replace("{slug}", actor).replace("{label}", actor.title())
    return text
