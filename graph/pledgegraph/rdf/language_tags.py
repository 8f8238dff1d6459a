"""Which text serves a reader best whose language is known: by ranges of language tags.

``zh`` is met by ``zh-Hans``, and ``es`` by ``es-419``: whoever reads a language reads what is
written in its variants. See https://www.rfc-editor.org/rfc/rfc4647.html (3.3.1 and 3.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

OTHERWISE: Final = "en"
"""What is read where there is nothing in the reader's language."""


def covers(wanted: str, tag: str) -> bool:
    """Whether a text with the tag is in the language that is wanted, or in a variant of it."""
    found, asked = tag.lower(), wanted.lower()
    return found == asked or found.startswith(f"{asked}-")


def nearness(tag: str | None, wanted: str) -> tuple[int, str]:
    """Smaller is better: the language itself, a variant of it, the language that it varies.

    Then come English and its variants, then no language, then any other.
    """
    found, asked = (tag or "").lower(), wanted.lower()
    order = (
        found == asked,
        covers(asked, found),
        bool(found) and covers(found, asked),
        found == OTHERWISE,
        covers(OTHERWISE, found),
        not found,
    )
    place = order.index(True) if any(order) else len(order)
    return place, found if place < len(order) else ""


def nearest(tags: Iterable[str], wanted: str) -> str | None:
    """The tag among those that serves a reader best; of others the first. None of none."""
    return min(tags, key=lambda tag: nearness(tag, wanted), default=None)
