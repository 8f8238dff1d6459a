"""The interface that both SHACL engines stand behind, and how one is chosen."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from pyoxigraph import Triple

from pledgegraph.errors import SettingsError
from pledgegraph.validation.rdflib_terms import Term
from pledgegraph.validation.report import ValidationReport
from pledgegraph.validation.shapes import Shapes


class Validator(Protocol):
    """Checks triples against the shapes of an ontology folder.

    The ontology and the SKOS schemes are joined to the data by the implementation, so that
    ``sh:class`` sees them; the caller passes instance data only. What is found on a node that
    only the ontology describes is not reported: to judge those nodes, pass them as data.
    """

    @property
    def shapes(self) -> Shapes:
        """What is checked."""
        ...

    def validate(
        self,
        data: Collection[Triple],
        *,
        focus: Collection[Term] | None = None,
        join_ontology: bool = True,
    ) -> ValidationReport:
        """Report on ``data``; with ``focus``, only on those nodes (the rest is context).

        ``join_ontology=False`` says that ``data`` holds already what it needs of the ontology.

        Raises:
            ShapesUnusable: the engine cannot work with the shapes.
        """
        ...


def validator_named(name: str, ontology: Path) -> Validator:
    """The engine ``turbo`` (the default elsewhere) or ``pyshacl`` with that folder's shapes.

    Raises:
        SettingsError: there is no engine of that name.
        ReadError, ShapesUnusable: the folder's files cannot be used.
    """
    if name == "turbo":
        from pledgegraph.validation.turbo_engine import TurboValidator  # noqa: PLC0415

        return TurboValidator(Shapes.read(ontology))
    if name == "pyshacl":
        # An engine is loaded only when it is asked for: pySHACL and rdflib's plug-ins cost 0.3 s.
        from pledgegraph.validation.pyshacl_engine import ReferenceValidator  # noqa: PLC0415

        return ReferenceValidator(Shapes.read(ontology))
    raise SettingsError(
        f"There is no validator {name!r}.", remedy="Choose `turbo` or `pyshacl` instead."
    )
