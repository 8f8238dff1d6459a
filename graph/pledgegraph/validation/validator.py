"""The interface that both SHACL engines stand behind."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from pyoxigraph import NamedNode, Triple

from pledgegraph.validation.report import ValidationReport


class Validator(Protocol):
    """Checks triples against the shipped ontology's shapes.

    The ontology and the SKOS schemes are joined to the data by the implementation, so that
    ``sh:class`` sees them; the caller passes instance data only.
    """

    def validate(
        self, data: Collection[Triple], *, focus: Collection[NamedNode] | None = None
    ) -> ValidationReport:
        """Report on ``data``; with ``focus``, only on those nodes (the rest is context)."""
        ...
