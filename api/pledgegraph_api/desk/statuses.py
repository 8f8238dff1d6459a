"""What our scheme calls the statuses that a report can give."""

from __future__ import annotations

from pledgegraph.ontology import read_scheme, shipped_schemes
from pledgegraph.writes import STATUSES


class Statuses:
    """Their labels, as this release ships them."""

    def __init__(self) -> None:
        scheme = read_scheme(shipped_schemes()["status"], "status")
        self._labels = {each.name: each.labels for each in scheme.concepts}

    def name(self, status: str, language: str) -> str:
        """What a status is called; nothing for one that no report can give."""
        if status not in STATUSES:
            return ""
        labels = self._labels[status]
        return labels.get(language) or labels["en"]
