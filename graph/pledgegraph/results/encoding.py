"""Content codings: what an answer is compressed with, piece by piece, as it is computed.

Each piece is flushed, so that compression never holds back what has been computed. The bytes
depend on the pieces, though. Where they must be the same each time, as a strong entity tag
promises, an answer is compressed in blocks of `BLOCK` bytes, however it comes.
"""

from __future__ import annotations

import zlib
from typing import Final, Protocol

import zstandard

SMALLEST: Final = 1024
"""Bytes; a smaller answer is sent as it is, since it fits into one packet anyway."""

BLOCK: Final = 64 * 1024
"""Bytes of an answer that are compressed together by `SteadyEncoder`."""

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


class SteadyEncoder:
    """An encoder whose bytes together are the same for the same answer in whatever pieces."""

    def __init__(self, coding: str) -> None:
        self._inner = encoder(coding)
        self._held = bytearray()

    def piece(self, data: bytes) -> bytes:
        """What is compressed by now; up to a block of the data is held back."""
        self._held += data
        coded = []
        # A whole block stays, since it may be the last one.
        while len(self._held) > BLOCK:
            coded.append(self._inner.piece(bytes(self._held[:BLOCK])))
            del self._held[:BLOCK]
        return b"".join(coded)

    def last(self, data: bytes) -> bytes:
        """The rest, with the end."""
        before = self.piece(data)
        return before + self._inner.last(bytes(self._held))


def encode_whole(data: bytes, coding: str) -> bytes:
    """A whole answer, compressed as `SteadyEncoder` does."""
    return SteadyEncoder(coding).last(data)
