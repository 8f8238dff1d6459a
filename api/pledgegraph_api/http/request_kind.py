"""Which requests run a client's query: those that are counted and charged as such."""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

_WHOLE: Final = frozenset({"/sparql", "/update", "/graphs"})
_BEGINNINGS: Final = ("/queries/", "/graphs/")


def runs_queries(scope: Scope) -> bool:
    """True where a request may make the engine work on what the client asks."""
    if scope["type"] != "http" or scope["method"] == "OPTIONS":
        return False
    path: str = scope["path"]
    return path in _WHOLE or path.startswith(_BEGINNINGS)


def changes_data(scope: Scope) -> bool:
    """True where a request that `runs_queries` is to change the data."""
    path: str = scope["path"]
    is_graph = path == "/graphs" or path.startswith("/graphs/")
    return path == "/update" or (is_graph and scope["method"] not in ("GET", "HEAD"))
