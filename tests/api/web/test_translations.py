"""The words of the pages, and the languages that they are in."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from pledgegraph.corrections.reports import State, Told
from pledgegraph.search.entries import CONCEPT, KINDS, Key
from pledgegraph.tabular.faults import KINDS as FAULTS
from pledgegraph_api.collections.filters import DATES, DAY
from pledgegraph_api.collections.table import COLLECTIONS
from pledgegraph_api.http.languages import LANGUAGES, preferred_language
from pledgegraph_api.progress.ledger import Voice
from pledgegraph_api.progress.terms import DUE
from pledgegraph_api.records.accounts import EntryVoice
from pledgegraph_api.web.translations import dated, filled, grouped, read_wording

LOCALE = Path(__file__).parents[3] / "api" / "pledgegraph_api" / "web" / "locale"
TEMPLATES = Path(__file__).parents[3] / "api" / "pledgegraph_api" / "web" / "templates"
PLACES = re.compile(r"\{\w+\}")


def test_every_text_is_there_in_every_language_with_the_same_places() -> None:
    words = read_wording()
    assert set(words) == {"ar", "en", "es", "fr", "ru", "zh"}
    for tag in LANGUAGES:
        assert set(words[tag]) == set(words["en"]), tag
        for name, text in words["en"].items():
            assert words[tag][name].strip(), (tag, name)
            assert sorted(PLACES.findall(words[tag][name])) == sorted(PLACES.findall(text)), (
                tag,
                name,
            )


@pytest.mark.parametrize(
    ("tag", "script"),
    [("ar", r"[\u0600-\u06ff]"), ("ru", r"[\u0400-\u04ff]"), ("zh", r"[\u4e00-\u9fff]")],
)
def test_no_text_was_left_in_another_script(tag: str, script: str) -> None:
    for name, text in read_wording()[tag].items():
        words = PLACES.sub("", text)
        assert re.search(script, words) or not re.search(r"\w", words), name


def test_no_catalogue_holds_a_guess() -> None:
    for tag in LANGUAGES:
        with (LOCALE / tag / "LC_MESSAGES" / "pages.po").open("rb") as file:
            catalogue = read_po(file, locale=tag)
        ids = [each.id for each in catalogue if each.id]
        assert len(ids) == len(set(ids))
        assert not [each.id for each in catalogue if each.fuzzy and each.id]


OTHER_KINDS = (
    "activity",
    "discrepancy",
    "document",
    "endorsement",
    "graph",
    "principle",
    "succession",
)
"""Of shipped records; `tests/api/search` asks whether these are all."""


def test_no_text_is_there_for_nothing() -> None:
    sources = [*TEMPLATES.glob("*.html"), *TEMPLATES.parents[1].rglob("*.py")]
    used = "".join(each.read_text(encoding="utf-8") for each in sources)
    named = set(re.findall(r"\bt\.(\w+)", used)) | set(re.findall(r'"(\w+)"', used))
    kinds = {"fault_iri", "fault_date", "fault_integer", "fault_string"}
    filters = (name for each in COLLECTIONS for name in (*each.filters, *DATES, DAY))
    kinds |= {f"filter_{name}" for name in filters}
    kinds |= {f"progress_due_{name}" for name in DUE}
    kinds |= {f"kind_{name}" for name in (*KINDS, CONCEPT, *OTHER_KINDS)}
    kinds |= {f"book_kind_{name}" for name in FAULTS}
    kinds |= {f"book_{name}" for name in ("add", "change", "remove")}
    kinds |= {f"search_by_{name}" for name in get_args(Key)}
    kinds |= {f"progress_voice_{name}" for name in get_args(Voice)}
    kinds |= {f"voice_{name}" for name in get_args(EntryVoice)}
    kinds |= {f"report_{name}" for name in get_args(State)}
    kinds |= {f"report_{each.name}{end}" for each in fields(Told) for end in ("", "_help")}
    assert set(read_wording()["en"]) <= named | kinds


@given(st.text(max_size=200))
def test_no_header_whatever_brings_it_down(header: str) -> None:
    assert preferred_language(header) in LANGUAGES


@pytest.mark.parametrize(
    ("number", "language", "text"),
    [
        (1234567, "en", "1,234,567"),
        (1234, "fr", "1\u202f234"),
        (1234, "es", "1.234"),
        (12345, "ru", "12\xa0345"),
        (12345, "zh", "12,345"),
        (12345, "ar", "12,345"),
        (0, "fr", "0"),
    ],
)
def test_numbers(number: int, language: str, text: str) -> None:
    assert grouped(number, language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "3 ديسمبر 2025"),
        ("en", "December 3, 2025"),
        ("es", "3 de diciembre de 2025"),
        ("fr", "3 décembre 2025"),
        ("ru", "3 декабря 2025\u202fг."),  # noqa: RUF001 -- that is Russian
        ("zh", "2025年12月3日"),
    ],
)
def test_days(language: str, text: str) -> None:
    assert dated(date(2025, 12, 3), language) == text


def test_values_in_a_text_are_inert() -> None:
    assert filled("<b> {x}", x="<script>") == "&lt;b&gt; &lt;script&gt;"
