"""The words of the pages, and the languages that they are in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgegraph_api.languages import LANGUAGES, preferred_language
from pledgegraph_api.wording import grouped, read_wording

TEMPLATES = Path(__file__).parents[2] / "api" / "pledgegraph_api" / "templates"
PLACES = re.compile(r"\{\w+\}")


def test_every_text_is_there_in_every_language_with_the_same_places() -> None:
    words = read_wording()
    assert set(words) == set(LANGUAGES)
    for name, text in words["en"].items():
        for tag in LANGUAGES:
            assert words[tag][name].strip()
            assert PLACES.findall(words[tag][name]) == PLACES.findall(text), (tag, name)


def test_no_text_is_there_for_nothing() -> None:
    sources = [*TEMPLATES.glob("*.html"), *TEMPLATES.parent.glob("*.py")]
    used = "".join(each.read_text(encoding="utf-8") for each in sources)
    named = set(re.findall(r"\bt\.(\w+)", used)) | set(re.findall(r'"(\w+)"', used))
    kinds = {"fault_iri", "fault_date", "fault_integer", "fault_string"}
    assert set(read_wording()["en"]) <= named | kinds


@given(st.text(max_size=200))
def test_no_header_whatever_brings_it_down(header: str) -> None:
    assert preferred_language(header) in LANGUAGES


@pytest.mark.parametrize(
    ("number", "language", "text"),
    [
        (1234567, "en", "1,234,567"),
        (1234, "fr", "1\u202f234"),
        (1234, "es", "1234"),
        (12345, "es", "12\u202f345"),
        (0, "fr", "0"),
    ],
)
def test_numbers(number: int, language: str, text: str) -> None:
    assert grouped(number, language) == text
