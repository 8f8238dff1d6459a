"""The page of the documentation that shows what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
_NEXT: Final = "\n## "
"""A section ends where the next of the same or a higher level begins."""


def on_page(page: str, mark: str, results: str) -> str:
    """The page with these results below the heading ``mark``, in place of those that it has.

    Raises:
        ValueError: the page has no such heading, or nothing after it.
    """
    before, found, after = page.partition(f"{mark}\n")
    _, following, rest = after.partition(_NEXT)
    if not found or not following:
        raise ValueError(f"the page has no section {mark!r} for these results")
    return f"{before}{found}\n{results}\n{following}{rest}"


def write_on_page(mark: str, results: str) -> None:
    """Write the page anew with these results below the heading ``mark``."""
    PAGE.write_text(on_page(PAGE.read_text(encoding="utf-8"), mark, results), encoding="utf-8")
