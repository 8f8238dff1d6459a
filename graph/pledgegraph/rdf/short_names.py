"""What stands for an IRI where there is little room, such as in the parameters of an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def shorten(iris: Iterable[str]) -> dict[str, str]:
    """The last part of each IRI, by IRI; the whole IRI where that is empty or another one's too."""
    last = {iri: iri.rpartition("#")[2].rpartition("/")[2] for iri in iris}
    times = Counter(last.values())
    return {iri: name if name and times[name] == 1 else iri for iri, name in last.items()}
