"""A page links each record by an address of its own."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode

from pledgegraph_api.web.prefixed_names import link_to
from pledgegraph_api.web.record_paths import records_at

BASE = "http://test.example"
NAMES = (
    "\u00e9",
    "%C3%A9",
    "%25C3%25A9",
    "a",
    "%61",
    "a%2Fb",
    "a/b",
    "100%25",
    "\u00e9.ttl",
    "%E9",
)


def test_two_records_have_two_links() -> None:
    assert len({link_to(f"{BASE}/id/actor/{name}", BASE) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_link_leads_to_its_record_first(name: str) -> None:
    iri = f"{BASE}/id/actor/{name}"
    first, *_ = records_at(link_to(iri, BASE) or "", BASE)
    assert first == NamedNode(iri)


def test_a_link_keeps_its_fragment() -> None:
    assert link_to(f"{BASE}/id/actor/\u00e9#a", BASE) == "/doc/actor/%C3%A9#a"
    assert link_to(f"{BASE}/id/actor/e#a", BASE) == "/id/actor/e#a"
