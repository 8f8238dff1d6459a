"""Settings: where values come from, what is refused, and that each one is documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

import settings_page
from pledgegraph.settings import Settings


def test_every_setting_is_documented_as_it_is() -> None:
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.page(), (
        "docs/settings.md is not what the settings are: run scripts/settings_page.py --write"
    )


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_says_what_it_is_for(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description, name
    assert description.endswith("."), name


def test_the_environment_goes_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().port == 8000
    monkeypatch.setenv("PLEDGEGRAPH_PORT", "9000")
    assert Settings().port == 9000
    assert Settings(port=9001).port == 9001


def test_the_base_loses_its_final_slash() -> None:
    assert Settings(base="https://data.example.org/x/").base == "https://data.example.org/x"


def test_links_of_new_data_lead_to_the_port_that_was_chosen() -> None:
    chosen = Settings(port=8123)
    assert chosen.base == "http://localhost:8123"
    assert chosen.asked_base is None  # a directory that is there keeps its own
    assert Settings(port=8123, base="https://data.example.org").base == "https://data.example.org"
    assert Settings(port=0).base == Settings().base == "http://localhost:8000"


@pytest.mark.parametrize(
    "base", ["data.example.org", "https://a.example/#x", "https://a b.example"]
)
def test_a_base_that_cannot_begin_an_identifier_is_refused(base: str) -> None:
    with pytest.raises(ValidationError, match="must be an"):
        Settings(base=base)


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.data_dir = Path("elsewhere")
