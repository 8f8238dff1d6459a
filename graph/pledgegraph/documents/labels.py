"""What neighbours are called and what kind of thing they are, remembered for a snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pyoxigraph import NamedNode, Quad

from pledgegraph.namespaces import RDF, RDFS, SKOS
from pledgegraph.store.engine import Snapshot

LABEL_PROPERTIES: Final = (RDFS.label, SKOS.prefLabel)
_TOLD: Final = (RDF.type, *LABEL_PROPERTIES)

_MOST: Final = 50_000
"""Nodes; some 100 MB with graphs. Concepts, registers and the like are everybody's neighbours."""


class Names:
    """The classes and labels of nodes, as quads. Any number of threads may use one."""

    def __init__(self) -> None:
        self._known: dict[bool, tuple[int, dict[NamedNode, tuple[Quad, ...]]]] = {}

    def about(
        self, snapshot: Snapshot, nodes: Iterable[NamedNode], *, merged: bool = False
    ) -> list[Quad]:
        """The statements that name the nodes; those not known yet are looked up together.

        ``merged`` is that of `Snapshot.about`.
        """
        sequence, known = self._known.get(merged, (-1, {}))
        if sequence != snapshot.sequence or len(known) > _MOST:
            known = {}
            # What was known of another snapshot is let go, with graphs and without.
            here = {k: v for k, v in self._known.items() if v[0] == snapshot.sequence}
            self._known = {**here, merged: (snapshot.sequence, known)}
        wanted = list(nodes)
        missing = [node for node in wanted if node not in known]
        if missing:
            found: dict[NamedNode, list[Quad]] = {node: [] for node in missing}
            for quad in snapshot.about(missing, _TOLD, merged=merged):
                if isinstance(quad.subject, NamedNode):
                    found[quad.subject].append(quad)
            known.update((node, tuple(quads)) for node, quads in found.items())
        return [quad for node in wanted for quad in known[node]]
