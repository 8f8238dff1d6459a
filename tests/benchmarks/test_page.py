"""Where what was measured goes on the page of the documentation."""

from __future__ import annotations

import pytest

from benchmarks import goals, http_goals
from benchmarks.editors import typing_keys
from benchmarks.page import PAGE, on_page


@pytest.mark.parametrize("mark", [goals.MARK, http_goals.MARK, typing_keys.MARK])
def test_results_go_into_their_place_and_all_else_stays(mark: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    once = on_page(page, mark, "| first run |")
    again = on_page(once, mark, "| second run |")
    assert "| first run |" in once
    assert "| first run |" not in again
    assert again == on_page(page, mark, "| second run |")
    before, after = page.split(f"{mark}\n")
    assert again.startswith(before)
    assert again.endswith(after[after.index("\n## ") :])


def test_a_page_without_the_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="no section"):
        on_page("# Another page", goals.MARK, "first")
