"""What a worker and its pool say to each other: frames of a letter, a length and a payload.

pool to worker   Q  the query, JSON          F  the format chosen, its name
worker to pool   K  the kind of answer, JSON D  a piece of the answer
                 E  the end                  X  what went wrong, JSON
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

HEAD: Final = struct.Struct(">cI")
"""The letter, and the payload's length in bytes."""


def write_frame(output: BinaryIO, letter: bytes, payload: bytes = b"") -> None:
    """Write one frame, and wait while the pipe is full."""
    output.write(HEAD.pack(letter, len(payload)) + payload)
    output.flush()


def read_frame(source: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next frame; None when the other side has gone."""
    head = source.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    letter, length = HEAD.unpack(head)
    payload = source.read(length)
    return (letter, payload) if len(payload) == length else None
