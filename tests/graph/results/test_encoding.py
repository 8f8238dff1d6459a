"""Compression whose bytes are the same each time, and can be read."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pledgegraph.results.encoding import BLOCK, CODINGS, SteadyEncoder, encode_whole

DATA = hashlib.shake_256(b"").digest(BLOCK) + bytes(range(256)) * 600


@pytest.mark.parametrize("coding", CODINGS)
@given(
    length=st.sampled_from([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, len(DATA)]),
    cuts=st.lists(st.integers(0, len(DATA)), max_size=6),
)
def test_however_it_comes_it_has_the_same_bytes(
    coding: str, length: int, cuts: Sequence[int]
) -> None:
    data = DATA[:length]
    places = [0, *sorted(min(cut, length) for cut in cuts), length]
    coder = SteadyEncoder(coding)
    pieces = [data[a:b] for a, b in pairwise(places)]
    coded = b"".join(coder.piece(each) for each in pieces[:-1]) + coder.last(pieces[-1])
    assert coded == encode_whole(data, coding)
    read = (
        gzip.decompress
        if coding == "gzip"
        else zstandard.ZstdDecompressor().decompressobj().decompress
    )
    assert read(coded) == data
