"""Writes a document in one of its formats."""

from __future__ import annotations

import json

from pyoxigraph import NamedNode, Quad

from pledgegraph.documents import Document, JsonLd
from pledgegraph.media_types import JSON_LD, Carries, Format
from pledgegraph.results import graph_bytes
from pledgegraph_api.records.jsonld_profiles import COMPACTED, EXPANDED


def tells_graphs(form: Format) -> bool:
    """Whether a document in that format says which graph each statement stands in."""
    return form.carries is Carries.QUADS and form is not JSON_LD


def written(document: Document, form: Format, profile: str, json_ld: JsonLd) -> bytes:
    """The document in that format; formats without graph names get the union of its graphs."""
    if form is JSON_LD:
        return json.dumps(
            _json(document, profile, json_ld), ensure_ascii=False, separators=(",", ":")
        ).encode()
    if tells_graphs(form):
        quads = sorted(
            document.quads, key=lambda quad: (str(quad.graph_name), *_place(quad, document.record))
        )
        return graph_bytes(quads, form)
    ordered = sorted(document.quads, key=lambda quad: _place(quad, document.record))
    triples = dict.fromkeys(quad.triple for quad in ordered)
    return graph_bytes(triples, form)


def _json(document: Document, profile: str, json_ld: JsonLd) -> object:
    if profile == EXPANDED:
        return json_ld.expanded(document)
    if profile == COMPACTED:
        return json_ld.compacted(document)
    return json_ld.framed(document)


def _place(quad: Quad, record: NamedNode) -> tuple[bool, str, str]:
    """The record first, and what is said of one subject together."""
    return (quad.subject != record, str(quad.subject), quad.predicate.value)
