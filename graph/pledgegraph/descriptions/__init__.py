"""Descriptions of the dataset that are computed from the snapshot that they describe."""

from __future__ import annotations

from pledgegraph.descriptions.dcat import DATASET_DESCRIPTION, Copy, catalog_graph
from pledgegraph.descriptions.statistics import Linkset, RegisterCard, Statistics, take_statistics
from pledgegraph.descriptions.void import void_graph

__all__ = [
    "DATASET_DESCRIPTION",
    "Copy",
    "Linkset",
    "RegisterCard",
    "Statistics",
    "catalog_graph",
    "take_statistics",
    "void_graph",
]
