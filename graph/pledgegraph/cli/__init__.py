"""The command line, `pledgegraph`."""

from __future__ import annotations

from pledgegraph.cli.program import main

__all__ = ["main"]
