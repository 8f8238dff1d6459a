"""How many examples a property is tried with."""

from __future__ import annotations

import os
from typing import Final

THOROUGH: Final = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
"""Set by ``make check``; ``make test`` tries fewer examples of everything."""
_QUICK: Final = 40


def examples(thorough: int) -> int:
    """So many in ``make check``, and at most 40 in ``make test``."""
    return thorough if THOROUGH else min(thorough, _QUICK)
