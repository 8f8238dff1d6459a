"""What a worker and its pool say to each other: frames of a letter, a length and a payload.

pool to worker   Q  the query, JSON; it names the format for each kind of answer, so that no
                    second question is needed
worker to pool   R  ready for the first query
                 K  the kind of answer, JSON D  a piece of the answer
                 E  the end                  X  what went wrong, JSON

pool to template L  load a snapshot       F  fork a worker, whose descriptors come along
template to pool P  the number of the process that reads the files for it
                 L  it is loaded          F  the number of the worker's process
                 X  why not

The kind goes with the first piece, and the end with the last: a small answer is one message.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

HEAD: Final = struct.Struct(">cI")
"""The letter, and the payload's length in bytes."""

Frame = tuple[bytes, bytes]
"""The letter and the payload."""


def packed(letter: bytes, payload: bytes = b"") -> bytes:
    """A frame as it is sent."""
    return HEAD.pack(letter, len(payload)) + payload


def read_frame(source: BinaryIO) -> Frame | None:
    """The next frame; None when the other side has gone."""
    head = source.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    letter, length = HEAD.unpack(head)
    payload = source.read(length)
    return (letter, payload) if len(payload) == length else None


class FrameParser:
    """Frames out of bytes that come in pieces of any size."""

    def __init__(self) -> None:
        self._held = b""
        self._parts: list[bytes] = []
        self._missing = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole with this piece, in their order."""
        if self._missing > len(data):
            # Long frames are put together once, not with every piece.
            self._parts.append(data)
            self._missing -= len(data)
            return
        if self._parts or self._held:
            data = b"".join((self._held, *self._parts, data))
            self._held = b""
            self._parts.clear()
        at, size = 0, len(data)
        self._missing = 0
        while size - at >= HEAD.size:
            letter, length = HEAD.unpack_from(data, at)
            end = at + HEAD.size + length
            if end > size:
                self._missing = end - size
                break
            yield letter, data[at + HEAD.size : end]
            at = end
        self._held = data[at:] if at else data
