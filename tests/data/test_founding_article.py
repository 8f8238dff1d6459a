"""Every fact of the founding article is in the graph: one query for each, the fact in its head."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, QueryBoolean, Store

from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot

BASE = "http://localhost:8000/"
FACTS = sorted((Path(__file__).parent / "founding_article").glob("*.rq"))
FROM_THE_ARTICLE = {
    NamedNode(BASE + "id/source/c2d-citizen-data-article"),
    NamedNode(BASE + "id/source/editors-doubts"),
}


@pytest.fixture(scope="module")
def without_the_article(shipped_snapshot: EmbeddedSnapshot) -> Store:
    store = Store()
    store.extend(
        quad
        for quad in shipped_snapshot.quads()
        if quad.graph_name not in FROM_THE_ARTICLE and quad.subject not in FROM_THE_ARTICLE
    )
    return store


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.stem)
def test_the_fact_is_in_the_graph(fact: Path, ask: Callable[..., Any]) -> None:
    assert ask(fact.read_text(encoding="utf-8"))["boolean"] is True


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.stem)
def test_the_fact_would_be_missed(fact: Path, without_the_article: Store) -> None:
    answer = without_the_article.query(
        fact.read_text(encoding="utf-8"), base_iri=BASE, use_default_graph_as_union=True
    )
    assert isinstance(answer, QueryBoolean)
    assert bool(answer) is False
