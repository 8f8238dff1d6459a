"""A change that is sent again with its key is made once, however long ago it was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pledgegraph.errors import KeyReused
from pledgegraph.store.changes import Change
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log import idempotency
from pledgegraph.store.log.idempotency import NAME, key_of
from tests.graph.building import quad

BASE = "https://data.example.org"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    with new_directory(tmp_path / "data", base=BASE, gated=False) as directory:
        EmbeddedEngine(directory).settle()
    opened = EmbeddedEngine(open_directory(tmp_path / "data"))
    yield opened
    opened.close()


def made(engine: EmbeddedEngine, number: int, *, content: str = "", key: str | None = None) -> int:
    sent = f"key {number}" if key is None else key
    change = Change(
        add=[quad(number)],
        agent="tests",
        reason="to be made once",
        key=key_of("client", sent, content or f"update {number}"),
    )
    return engine.update(change).sequence


def test_a_key_is_known_in_the_index_and_in_the_records_that_it_lacks(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_NOT_YET", 2)
    numbers = {each: made(engine, each) for each in range(6)}
    for each in (0, 3, 5):
        assert made(engine, each) == numbers[each]
    with pytest.raises(KeyReused):
        made(engine, 2, content="another update")
    with pytest.raises(KeyReused):
        made(engine, 5, content="another update")
    assert engine.settle() == 6


@pytest.mark.parametrize("damage", ["removed", "damaged", "of another log"])
def test_an_index_that_does_not_fit_is_made_anew(
    engine: EmbeddedEngine, damage: str, tmp_path: Path
) -> None:
    numbers = {each: made(engine, each) for each in range(3)}
    index = engine.directory.path / NAME
    if damage == "removed":
        index.unlink()
    elif damage == "damaged":
        index.write_bytes(b"no database" * 1000)
    else:
        with new_directory(tmp_path / "other", base=BASE, gated=False) as directory:
            other = EmbeddedEngine(directory)
            other.settle()
            made(other, 7)
            made(other, 8)
            made(other, 9)
        index.write_bytes((tmp_path / "other" / NAME).read_bytes())
    assert made(engine, 1) == numbers[1]
    assert made(engine, 8) == 4


def test_a_key_is_forgotten_after_so_many_change_sets(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LOOKED_AT", 5)
    monkeypatch.setattr(idempotency, "_NOT_YET", 0)
    first = made(engine, 0)
    for each in range(1, 5):
        made(engine, each)
    assert made(engine, 0) == first
    made(engine, 5)
    assert made(engine, 4) == 5
    # Nobody knows the first any more, so that this is not refused.
    assert made(engine, 99, key="key 0") == 7
