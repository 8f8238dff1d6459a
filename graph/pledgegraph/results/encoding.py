"""Content codings: what an answer is compressed with, piece by piece, as it is computed.

Each piece is flushed, so that compression never holds back what has been computed.
"""

from __future__ import annotations

import zlib
from typing import Final, Protocol

import zstandard

SMALLEST: Final = 1024
"""Bytes; a smaller answer is sent as it is, since it fits into one packet anyway."""

_GZIP_LEVEL: Final = 5
_ZSTD_LEVEL: Final = 3
_GZIP_WINDOW: Final = 31
"""The largest window, and gzip's head and tail around it."""


class Encoder(Protocol):
    """Compresses one answer."""

    def piece(self, data: bytes) -> bytes:
        """All of the data, compressed, so that the other side can read it at once."""
        ...

    def last(self, data: bytes) -> bytes:
        """The same, with the end."""
        ...


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)

    def piece(self, data: bytes) -> bytes:
        return self._inner.compress(data) + self._inner.flush(zlib.Z_SYNC_FLUSH)

    def last(self, data: bytes) -> bytes:
        return self._inner.compress(data) + self._inner.flush(zlib.Z_FINISH)


class _Zstandard:
    def __init__(self) -> None:
        self._inner = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()

    def piece(self, data: bytes) -> bytes:
        return self._inner.compress(data) + self._inner.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def last(self, data: bytes) -> bytes:
        return self._inner.compress(data) + self._inner.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH)


_ENCODERS: Final[dict[str, type[_Gzip | _Zstandard]]] = {"zstd": _Zstandard, "gzip": _Gzip}

CODINGS: Final = tuple(_ENCODERS)
"""The names that Accept-Encoding has for them; the better ones first."""
IDENTITY: Final = "identity"


def encoder(coding: str) -> Encoder:
    """An encoder for one answer; ``coding`` is one of `CODINGS`."""
    return _ENCODERS[coding]()
