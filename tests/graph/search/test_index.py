"""What words find, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pledgegraph.search.index import SearchIndex, fold
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from tests.shipped_store import copy_shipped

BASE = "http://localhost:8000"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    path: Path = tmp_path_factory.mktemp("search") / "data"
    settings = Settings(data_dir=copy_shipped(tmp_path_factory, path, BASE), base=BASE)
    engine = open_engine(settings)
    with engine.snapshot() as snapshot:
        yield SearchIndex(snapshot, BASE)
    engine.close()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("DANE", "actor/co-dane"),
        ("dane", "actor/co-dane"),
        ("KNBS", "actor/ke-nbs"),
        ("c2d-idc", "commitment/c2d-idc"),
        ("collaborative on citizen data", "actor/collaborative-on-citizen-data"),
    ],
)
def test_a_name_an_acronym_or_an_identifier_comes_first(
    index: SearchIndex, words: str, first: str
) -> None:
    found = index.search(words)
    assert not found.nearest
    assert found.matches[0].entry.thing.value.startswith(BASE)
    assert found.matches[0].entry.thing.value.removeprefix(f"{BASE}/id/") == first


@pytest.mark.parametrize(
    "words", ["disability data", "DISABILITY  DATA", "data disability", "disabilty data"]
)
def test_all_words_are_found_in_any_order_with_a_letter_wrong(
    index: SearchIndex, words: str
) -> None:
    found = index.search(words)
    assert not found.nearest
    assert found.kinds["commitment"] >= (1 if "disabilty" in words else 4)
    for match in found.matches:
        told = fold(
            " ".join(
                [name.text for name in match.entry.names] + [text for text, _ in match.entry.texts]
            )
        )
        assert "disab" in told, match.entry.thing


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("estadistica", "es"),
        ("estadística", "es"),
        ("données", "fr"),
        ("donnees", "fr"),
        ("данные", "ru"),
        ("数据", "zh"),
        ("بيانات", "ar"),
    ],
)
def test_names_in_other_languages_are_found_without_their_accents(
    index: SearchIndex, words: str, language: str
) -> None:
    found = index.search(words)
    assert not found.nearest
    named = [match.name for match in found.matches if match.name is not None]
    assert any(name.language == language for name in named)


def test_what_has_no_such_word_gets_the_nearest_and_says_so(index: SearchIndex) -> None:
    found = index.search("kollaborativa medborgardata")
    assert found.nearest
    assert 0 < len(found.matches) <= 20
    assert index.search("qqxxqqzz").matches == ()


def test_kind_and_register_narrow_and_counts_tell_of_the_rest(index: SearchIndex) -> None:
    everything = index.search("data")
    for kind, count in everything.kinds.items():
        assert len(index.search("data", kind=kind).matches) == count
    for register, count in everything.registers.items():
        assert len(index.search("data", register=register).matches) == count
    assert sum(everything.kinds.values()) == len(everything.matches)


def test_records_come_before_concepts(index: SearchIndex) -> None:
    kinds = [match.entry.kind for match in index.search("citizen data").matches if match.rank > 1]
    assert "concept" in kinds
    first = kinds.index("concept")
    assert set(kinds[first:]) <= {"concept"} | {
        match.entry.kind for match in index.search("citizen data").matches if match.rank > 5
    }


@pytest.mark.parametrize(
    "words",
    ["", "   ", "?!*", "a" * 10_000, "(((", 'x" OR *:*', "\x00", "\ud83d\ude00", "%s", "AND NOT"],
)
def test_no_text_is_a_command(index: SearchIndex, words: str) -> None:
    found = index.search(words)
    assert found.sequence == index.sequence
