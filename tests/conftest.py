"""What all tests share: how a test asks for something that a machine may lack."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

Require = Callable[[str, bool], None]


@pytest.fixture
def require() -> Require:
    """``require("chromium", shutil.which("chromium") is not None)``: skip without, or fail.

    On a developer's machine a test whose tool is missing is skipped. CI sets
    ``PLEDGEGRAPH_REQUIRE_ALL``, and there nothing may be missing.
    """

    def check(what: str, present: bool, /) -> None:  # noqa: FBT001 -- reads as a sentence
        if present:
            return
        if os.environ.get("PLEDGEGRAPH_REQUIRE_ALL"):
            pytest.fail(f"{what} is missing, and PLEDGEGRAPH_REQUIRE_ALL is set")
        pytest.skip(f"{what} is missing")

    return check
