"""The canonical form of a dataset, and its hash: equal hashes, equal graphs.

See https://www.w3.org/TR/rdf-canon/. Without blank nodes the canonical form is simple: the
quads in canonical N-Quads, one a line, sorted by code points; the hash is its SHA-256. The
engine writes canonical N-Quads. So anybody can check a copy with `sort` and `sha256sum`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyoxigraph
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, RdfFormat

from pledgegraph.errors import NotCanonical
from pledgegraph.rdf.external_sort import MEMORY, LineSorter
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot

MOST_WITH_BLANK_NODES: Final = 200_000
"""Quads; to name blank nodes takes all of them in memory, and in the worst case for ever."""


def canonical_hash(snapshot: EmbeddedSnapshot, *, memory: int = MEMORY) -> str:
    """The SHA-256 of the snapshot's canonical form, in hexadecimal.

    Raises:
        NotCanonical: it has blank nodes, and too many quads to name them.
    """
    digest = hashlib.sha256()
    for line in canonical_lines(snapshot, memory=memory):
        digest.update(line)
    return digest.hexdigest()


def canonical_lines(
    snapshot: EmbeddedSnapshot, *, memory: int = MEMORY, folder: Path | None = None
) -> Iterator[bytes]:
    """The lines of the canonical form, in order; ``folder`` holds what has to be put aside.

    Raises:
        NotCanonical: see `canonical_hash`.
    """
    with LineSorter(memory=memory, folder=folder) as sorter:
        output = cast("BinaryIO", sorter)
        pyoxigraph.serialize(canonical_quads(snapshot), output, format=RdfFormat.N_QUADS)
        yield from sorter.lines()


def canonical_quads(snapshot: EmbeddedSnapshot) -> Iterable[Quad]:
    """The quads, in any order, with canonical labels on their blank nodes.

    Raises:
        NotCanonical: see `canonical_hash`.
    """
    # A gated snapshot has no blank nodes.
    if snapshot.default_is_union or not any(map(_has_blank_node, snapshot.quads())):
        return snapshot.quads()
    if len(snapshot) > MOST_WITH_BLANK_NODES:
        raise NotCanonical(
            f"The dataset has blank nodes and {len(snapshot):,} quads; up to "
            f"{MOST_WITH_BLANK_NODES:,} can be brought into canonical form."
        )
    dataset = Dataset(snapshot.quads())
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0_SHA_256)
    return dataset


def _has_blank_node(quad: Quad) -> bool:
    return (
        isinstance(quad.subject, BlankNode)
        or isinstance(quad.object, BlankNode)
        or isinstance(quad.graph_name, BlankNode)
    )
