"""What a new data directory is filled with: the shipped data and the ontology they use."""

from __future__ import annotations

from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.changes import Change
from pledgegraph.loading import SourceFile, change_from_files
from pledgegraph.shipped import shipped

AGENT: Final = "Pledgegraph"


def shipped_files(base: str) -> list[SourceFile]:
    """Every shipped file with the source that it is.

    The ontology, the schemes and the shapes are one source, which ``data/ontology.ttl``
    describes; each file under ``data/`` describes its own.
    """
    data, ontology = shipped("data"), shipped("ontology")
    its_source = NamedNode(f"{base}/id/source/ontology")
    return [
        *(SourceFile(path) for path in sorted(data.rglob("*.ttl"))),
        *(SourceFile(path, its_source) for path in sorted(ontology.rglob("*.ttl"))),
    ]


def shipped_change(base: str, release: str) -> Change:
    """The change that brings a data directory to what this release ships.

    Sources that somebody else loaded are left alone.
    """
    return change_from_files(
        shipped_files(base),
        base=base,
        agent=AGENT,
        reason=f"The data and the ontology that release {release} ships.",
    )
