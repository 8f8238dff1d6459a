"""Which form of JSON-LD a client asks for, by the media type's parameter ``profile``.

See https://www.w3.org/TR/json-ld11/#application-ld-json, and RFC 6906 on profiles.
"""

from __future__ import annotations

from typing import Final

from pledgegraph.media_types import JSON_LD
from pledgegraph_api.errors import NotAcceptable
from pledgegraph_api.http.negotiation import Accept

_NAMESPACE: Final = "http://www.w3.org/ns/json-ld#"
FRAMED: Final = "framed"
COMPACTED: Final = "compacted"
EXPANDED: Final = "expanded"
LD_PROFILES: Final = (FRAMED, COMPACTED, EXPANDED)
"""What JSON-LD comes as, the default first."""

_ALSO: Final = {"flattened": COMPACTED}
"""The compacted form is flat."""


def choose_profile(accept: Accept) -> str:
    """The form that the client likes best of those that it may have.

    Raises:
        NotAcceptable: it accepts JSON-LD in profiles only that are not offered.
    """
    kind, _, subtype = JSON_LD.media_type.partition("/")
    plain = 0.0
    named: dict[str, float] = {}
    asked = False
    for each in accept.ranges:
        if (each.type, each.subtype) == (kind, subtype):
            wanted = dict(each.parameters).get("profile")
            if wanted is None:
                plain = max(plain, each.quality)
                continue
            asked = True
            for iri in wanted.split():
                name = iri.removeprefix(_NAMESPACE)
                name = _ALSO.get(name, name)
                if iri != name and name in LD_PROFILES:
                    named[name] = max(named.get(name, 0.0), each.quality)
        elif each.covers(JSON_LD.media_type) or each.covers("application/json"):
            plain = max(plain, each.quality)
    best = max(named, key=lambda name: named[name], default=None)
    if best is not None and named[best] >= plain and named[best] > 0:
        return best
    if asked and plain == 0:
        raise NotAcceptable(
            "There is no JSON-LD of the profile that the Accept header asks for; there are "
            + ", ".join(f"{_NAMESPACE}{name}" for name in LD_PROFILES)
            + ".",
            (JSON_LD,),
        )
    return FRAMED
