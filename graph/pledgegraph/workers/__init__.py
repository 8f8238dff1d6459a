"""Queries in processes that can be killed: the engine itself can be neither timed nor stopped."""

from __future__ import annotations

from pledgegraph.workers.places import Places
from pledgegraph.workers.pool import HoldsSnapshots, Limits, QueryPool
from pledgegraph.workers.run import Begun, PooledAnswer

__all__ = ["Begun", "HoldsSnapshots", "Limits", "Places", "PooledAnswer", "QueryPool"]
