"""Every source's licence is in the table that goes with the data."""

from __future__ import annotations

import licence_table


def test_the_licence_table_is_that_of_the_files() -> None:
    assert licence_table.PAGE.read_text(encoding="utf-8") == licence_table.page(), (
        "data/LICENSE.md is not what the files say: run scripts/licence_table.py --write"
    )
