"""Which content coding a client gets: the Accept-Encoding header.

See https://www.rfc-editor.org/rfc/rfc9110.html#section-12.5.3
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.results import CODINGS, IDENTITY

_MEMBER: Final = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*[qQ]\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)
_LONGEST: Final = 1000
"""Characters; the longest that browsers send have some thirty."""
_ALIASES: Final = {"x-gzip": "gzip"}


def preferred_coding(header: str | None) -> str:
    """The coding that the client likes best of those that there are; in doubt, none at all.

    Where it likes several equally, ours come in their own order, and `IDENTITY` last; see
    `refuses_identity` for clients that refuse even that.
    """
    if not header or len(header) > _LONGEST:
        return IDENTITY
    weights = _weights(header)
    others = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda coding: weights.get(coding, others))
    weight = weights.get(best, others)
    # Who does not speak of identity takes it in any case, but likes what it asked for better.
    return best if weight > 0 and weight >= weights.get(IDENTITY, 0.0) else IDENTITY


def refuses_identity(header: str | None) -> bool:
    """Whether the client takes nothing that is not coded: `identity;q=0`, or `*;q=0`."""
    if not header or len(header) > _LONGEST:
        return False
    weights = _weights(header)
    return weights.get(IDENTITY, weights.get("*", 1.0)) == 0


def _weights(header: str) -> dict[str, float]:
    """How much the client likes each coding that it names; a malformed member counts not."""
    weights: dict[str, float] = {}
    for member in header.split(","):
        match = _MEMBER.fullmatch(member)
        if match:
            name = match[1].lower()
            weights[_ALIASES.get(name, name)] = float(match[2] or 1)
    return weights
