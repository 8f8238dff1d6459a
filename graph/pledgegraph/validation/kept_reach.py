"""The automaton of the shipped shapes, kept beside them: to make it takes half a second.

`scripts/reach.py --write` makes it. What is kept says of which shapes it is; for others, as those
of an ontology that somebody changes, it is made when it is needed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from pyoxigraph import NamedNode

from pledgegraph.validation.dependency_automaton import Edge, Reach, Toward
from pledgegraph.validation.shapes import Shapes

KEPT: Final = Path(__file__).with_name("reach.json")
"""``shapes``: see `Shapes.digest`; ``edges``: of each state, as predicate, direction, target."""


def reach_of_shapes(shapes: Shapes) -> Reach:
    """What the shapes look at.

    Raises:
        ShapesUnusable: a SPARQL constraint is not SPARQL.
    """
    kept = json.loads(KEPT.read_bytes())
    if shapes.digest and kept["shapes"] == shapes.digest:
        return _read(kept)
    # rdflib's SPARQL parser is loaded with it, which takes long too.
    from pledgegraph.validation.shape_dependencies import reach_of  # noqa: PLC0415

    return reach_of(shapes.graph)


def _read(kept: dict[str, Any]) -> Reach:
    return Reach(
        tuple(
            tuple(
                Edge(predicate and NamedNode(predicate), Toward(toward), target)
                for predicate, toward, target in state
            )
            for state in kept["edges"]
        ),
        tuple(kept["apart"]),
    )


def written(reach: Reach, digest: str) -> str:
    """The text that keeps the automaton of the shapes with that digest."""
    states = ",\n".join(
        "[\n" + ",\n".join(json.dumps(_row(edge)) for edge in state) + "\n]"
        for state in reach.edges
    )
    head = f'{{"shapes": {json.dumps(digest)},\n"apart": {json.dumps(reach.apart)},\n'
    return f'{head}"edges": [\n{states}\n]}}\n'


def _row(edge: Edge) -> list[str | int | None]:
    return [edge.predicate and edge.predicate.value, edge.toward.value, edge.target]
