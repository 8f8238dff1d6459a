"""Descriptions of the dataset that are computed from the snapshot that they describe."""

from __future__ import annotations

from pledgegraph.describing.catalog import ABOUT, Copy, catalog_graph
from pledgegraph.describing.statistics import Linkset, RegisterCard, Statistics, take_statistics
from pledgegraph.describing.void import void_graph

__all__ = [
    "ABOUT",
    "Copy",
    "Linkset",
    "RegisterCard",
    "Statistics",
    "catalog_graph",
    "take_statistics",
    "void_graph",
]
