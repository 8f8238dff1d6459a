"""What an endpoint says of whether its answer may be kept in memory, and for which snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from pledgegraph.media_types import Format

SCOPE_KEY: Final = "pledgegraph.kept"


@dataclass(frozen=True, slots=True)
class Way:
    """How answers to requests of one kind are formed, as the application has decided it."""

    form: Format
    coding: str
    """What the client lets answers be compressed with."""


class CacheHint:
    """What the endpoint says of the answer to the request at hand."""

    __slots__ = ("version", "way")

    def __init__(self) -> None:
        self.version: str | None = None
        self.way: Way | None = None


def keep(scope: Scope, version: str, way: Way | None = None) -> None:
    """Have the answer to this request kept, which is one over the snapshot of that name.

    With a ``way``, other queries that are asked like this one are answered in the same way.
    """
    hint = scope.get(SCOPE_KEY)
    if hint is not None:
        hint.version = version
        hint.way = way
