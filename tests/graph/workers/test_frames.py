"""Frames come out as they went in, however the bytes between are cut."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from pledgegraph.workers.frames import FrameParser, packed, read_frame

FRAMES = st.lists(
    st.tuples(st.sampled_from([b"K", b"D", b"E", b"X"]), st.binary(max_size=40)), max_size=8
)


@given(frames=FRAMES, cuts=st.lists(st.integers(1, 30), min_size=1, max_size=10))
def test_frames_are_found_however_the_bytes_are_cut(
    frames: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(packed(*frame) for frame in frames)
    parser = FrameParser()
    found: list[tuple[bytes, bytes]] = []
    at = turn = 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        found += parser.feed(stream[at : at + size])
        at += size
        turn += 1
    assert found == frames


def test_a_frame_that_breaks_off_is_none() -> None:
    source = io.BytesIO(packed(b"Q", b"whole") + packed(b"Q", b"broken off")[:-1])
    assert read_frame(source) == (b"Q", b"whole")
    assert read_frame(source) is None
