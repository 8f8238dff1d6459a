"""The ontology, its schemes and its shapes are complete: what each query finds is a fault.

Beside each query stands an update that makes the fault; with it, the query must find something.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store, parse

from pledgegraph.ontology.files import ontology_files

CHECKS = sorted((Path(__file__).parent / "quality").glob("*.rq"))


@pytest.fixture
def ontology() -> Store:
    store = Store()
    for file in ontology_files():
        # Profiles arrange documents; they ask nothing of the data.
        if file.parent.name != "documents":
            store.extend(parse(path=file))
    return store


def faults(store: Store, check: Path) -> list[str]:
    rows = store.query(check.read_text(encoding="utf-8"))
    assert isinstance(rows, QuerySolutions)
    return [" ".join(str(value) for value in row if value is not None) for row in rows]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_the_ontology_has_no_such_fault(check: Path, ontology: Store) -> None:
    assert faults(ontology, check) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_such_a_fault_would_be_found(check: Path, ontology: Store) -> None:
    ontology.update(check.with_suffix(".ru").read_text(encoding="utf-8"))
    assert faults(ontology, check)
