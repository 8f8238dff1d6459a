"""The changes log: what was acknowledged is there, what was not is gone, damage is told."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from pledgegraph.errors import LogDamaged
from pledgegraph.store.changes import ChangeSet, Header
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.rdf_patch import header_lines, quad_lines, read_header, read_quads
from pledgegraph.store.log.record import Record
from tests.depth import examples
from tests.graph.building import node, quad


def change_set(*added: Quad, removed: tuple[Quad, ...] = ()) -> ChangeSet:
    return ChangeSet(added=Dataset(added), removed=Dataset(removed))


def append(log: ChangesLog, sequence: int, *added: Quad, removed: tuple[Quad, ...] = ()) -> Header:
    return log.append(
        change_set(*added, removed=removed), sequence=sequence, agent="tests", reason="To see."
    )


def filled(folder: Path, records: int, *, segment_bytes: int = 1 << 20) -> ChangesLog:
    log = ChangesLog(folder, segment_bytes=segment_bytes)
    for number in range(1, records + 1):
        append(log, number, quad(number), quad(-number), removed=(quad(number - 1),))
    return log


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    log = ChangesLog(tmp_path)
    assert log.last() == 0
    assert list(log.after(0)) == []
    before = datetime.now(UTC)
    said = log.append(
        change_set(quad(1), quad(2), removed=(quad(3),)),
        sequence=1,
        agent="Ana",
        reason="A new report.",
        sources=("https://a.example/1", "https://a.example/2"),
    )
    (record,) = log.after(0)
    assert record.header() == said
    assert before <= said.time <= datetime.now(UTC)
    assert (said.agent, said.reason) == ("Ana", "A new report.")
    assert said.sources == ("https://a.example/1", "https://a.example/2")
    assert (said.added, said.removed) == (2, 1)
    assert set(record.added()) == {quad(1), quad(2)}
    assert list(record.removed()) == [quad(3)]
    assert record.is_intact()


def test_records_are_numbered_and_read_from_both_ends(tmp_path: Path) -> None:
    log = filled(tmp_path, 5)
    assert log.last() == 5
    assert [record.sequence for record in log.newest_first()] == [5, 4, 3, 2, 1]
    assert [record.sequence for record in log.after(0)] == [1, 2, 3, 4, 5]
    assert [record.sequence for record in log.after(3)] == [4, 5]
    assert [record.sequence for record in log.after(5)] == []


def test_a_full_segment_is_followed_by_another(tmp_path: Path) -> None:
    log = filled(tmp_path, 20, segment_bytes=2_000)
    segments = sorted(path.name for path in tmp_path.iterdir())
    assert 3 < len(segments) < 20
    assert segments[0] == "000000000001.rdfp"
    assert all(re.fullmatch(r"\d{12}\.rdfp", name) for name in segments)
    assert [record.sequence for record in log.after(0)] == list(range(1, 21))
    assert [record.sequence for record in log.newest_first()] == list(range(20, 0, -1))
    for start in range(21):
        assert [record.sequence for record in log.after(start)] == list(range(start + 1, 21))
    reopened = ChangesLog(tmp_path, segment_bytes=2_000)
    assert reopened.mend(shown=0) == 20
    append(reopened, 21, quad(21))
    assert reopened.last() == 21


def test_the_last_record_is_lost_wherever_it_breaks_off_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    log = filled(folder, 3)
    (segment,) = folder.iterdir()
    whole = segment.read_bytes()
    begin = next(iter(log.newest_first())).start
    for end in range(begin, len(whole)):
        segment.write_bytes(whole[:end])
        assert log.last() == 2, end
        assert [record.sequence for record in log.after(0)] == [1, 2], end
        assert log.mend(shown=2) == 2
        assert segment.read_bytes() == whole[:begin], end
    append(log, 3, quad(7))
    assert [set(record.added()) for record in log.after(2)] == [{quad(7)}]


def test_a_first_record_that_breaks_off_leaves_an_empty_log(tmp_path: Path) -> None:
    log = filled(tmp_path, 1)
    (segment,) = tmp_path.iterdir()
    whole = segment.read_bytes()
    for end in (0, 1, len(whole) // 2, len(whole) - 1):
        segment.write_bytes(whole[:end])
        assert log.mend(shown=0) == 0
        assert log.last() == 0
        append(log, 1, quad(1))
        assert log.last() == 1


def test_a_segment_that_breaks_off_at_its_first_record_goes(tmp_path: Path) -> None:
    log = filled(tmp_path, 5, segment_bytes=1)
    last = max(tmp_path.iterdir())
    last.write_bytes(last.read_bytes()[:-5])
    assert log.mend(shown=0) == 4
    assert not last.exists()


@settings(max_examples=examples(100), deadline=None)
@given(
    garbage=st.binary(min_size=1, max_size=300).filter(lambda tail: b"# end" not in tail),
    cut=st.integers(min_value=0, max_value=400),
)
@example(garbage=b"\x00" * 4096, cut=0)
@example(garbage=b"\n", cut=0)
@example(garbage=b"H sequence", cut=3)
def test_what_a_power_cut_leaves_at_the_end_is_cut_off(
    tmp_path_factory: pytest.TempPathFactory, garbage: bytes, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log = filled(folder, 2)
    (segment,) = folder.iterdir()
    whole = segment.read_bytes()
    append(log, 3, quad(3))
    third = segment.read_bytes()[len(whole) : -1]
    segment.write_bytes(whole + third[:cut] + garbage)
    assert log.mend(shown=1) == 2
    assert segment.read_bytes() == whole


def test_a_last_record_of_the_wrong_bytes_was_never_acknowledged(tmp_path: Path) -> None:
    """A disk may write the end of a record before its beginning."""
    log = filled(tmp_path, 3)
    (segment,) = tmp_path.iterdir()
    last = next(iter(log.newest_first()))
    damaged = bytearray(segment.read_bytes())
    damaged[last.start + 40 : last.start + 60] = bytes(20)
    segment.write_bytes(damaged)
    with pytest.raises(LogDamaged, match="Record 3"):
        log.mend(shown=3, check_all=True)
    assert log.mend(shown=2) == 2
    assert log.last() == 2


@pytest.mark.parametrize("place", ["first byte", "middle", "end line"])
def test_damage_before_the_last_record_is_told(tmp_path: Path, place: str) -> None:
    log = filled(tmp_path, 3)
    (segment,) = tmp_path.iterdir()
    _, second, _ = reversed(list(log.newest_first()))
    at = {
        "first byte": second.start,
        "middle": second.start + second.length // 2,
        "end line": second.start + second.length + 3,
    }[place]
    damaged = bytearray(segment.read_bytes())
    damaged[at] ^= 0x55
    segment.write_bytes(damaged)
    before = bytes_of(tmp_path)
    with pytest.raises(LogDamaged):
        log.mend(shown=0)
    assert bytes_of(tmp_path) == before


def test_a_missing_segment_is_told(tmp_path: Path) -> None:
    log = filled(tmp_path, 5, segment_bytes=1)
    sorted(tmp_path.iterdir())[2].unlink()
    with pytest.raises(LogDamaged, match=r"Record 3 .* missing"):
        list(log.after(0))


def test_a_log_that_ends_before_what_a_snapshot_shows_is_told(tmp_path: Path) -> None:
    log = filled(tmp_path, 3)
    with pytest.raises(LogDamaged, match="ends at 3, but a snapshot of 4"):
        log.mend(shown=4)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=examples(200), deadline=None)
@given(agent=TEXTS, reason=TEXTS, number=st.integers(0, 10**15))
@example(agent='"', reason="\\", number=1)
@example(agent="\n# end 1 2 " + "0" * 64 + "\n", reason="\r\n", number=1)
@example(agent="\u2028\u2029\x85", reason="\x00\x0b\x0c\x1b[31m\x7f", number=1)
@example(agent="TX .", reason="H agent", number=1)
def test_any_name_and_reason_come_back(agent: str, reason: str, number: int) -> None:
    header = Header(number, datetime.now(UTC), agent, reason, ("https://a.example/é",), 2, 3)
    lines = header_lines(header).splitlines(keepends=True)
    assert lines[-1] == b"TX .\n"
    assert all(line.endswith(b"\n") for line in lines)
    assert read_header(lines) == header


IRIS = st.sampled_from([node("id/a"), NamedNode("urn:é\u2028"), NamedNode("http://x.example/#")])
LITERALS = st.one_of(
    TEXTS.map(Literal),
    TEXTS.map(lambda text: Literal(text, language="en-gb")),
    TEXTS.map(lambda text: Literal(text, datatype=NamedNode("urn:type"))),
    st.integers().map(Literal),
    st.just(Literal("\n# end 1 2 " + "a" * 64 + "\nTC .\n")),
    st.just(Literal("A <urn:x> \r\n D \u0085\u2028\x0c\x1c\x00")),
)
NODES = st.one_of(IRIS, st.sampled_from([BlankNode("b1"), BlankNode("b2")]))
QUADS = st.builds(
    Quad, NODES, IRIS, st.one_of(NODES, LITERALS), st.one_of(NODES, st.just(DefaultGraph()))
)


@settings(max_examples=examples(200), deadline=None)
@given(added=st.lists(QUADS, max_size=8), removed=st.lists(QUADS, max_size=8))
def test_any_quads_come_back_and_never_look_like_the_end(
    tmp_path_factory: pytest.TempPathFactory, added: list[Quad], removed: list[Quad]
) -> None:
    log = ChangesLog(tmp_path_factory.mktemp("log"))
    append(log, 1, *added, removed=tuple(removed))
    append(log, 2, quad(2))
    first, second = log.after(0)
    assert set(first.added()) == set(added)
    assert set(first.removed()) == set(removed)
    assert set(second.added()) == {quad(2)}
    assert log.mend(shown=0) == 2


def test_a_triple_term_and_a_directed_text_come_back(tmp_path: Path) -> None:
    said = Quad(node("a"), node("b"), Triple(node("s"), node("p"), Literal("o\n")), node("g"))
    text = next(iter(parse('<a:s> <a:p> "x"@ar--rtl <a:g> .', format=RdfFormat.N_QUADS)))
    log = ChangesLog(tmp_path)
    append(log, 1, said, text)
    (record,) = log.after(0)
    assert set(record.added()) == {said, text}


def test_a_record_is_an_rdf_patch(tmp_path: Path) -> None:
    """https://afs.github.io/rdf-patch/: each line is an operation, terms as in N-Quads."""
    log = ChangesLog(tmp_path)
    append(log, 1, quad(1), quad(2), removed=(quad(3),))
    (record,) = log.after(0)
    text = b"".join(record.patch()).decode()
    lines = text.splitlines()
    assert text.endswith("TC .\n")
    assert all(line.endswith(" .") for line in lines)
    letters = [line.split()[0] for line in lines]
    assert letters == [*["H"] * 6, "TX", "D", "A", "A", "TC"]
    assert any(line.startswith("H sequence ") for line in lines)
    body = "\n".join(line[2:] for line in lines if line[0] in "AD")
    assert set(parse(body, format=RdfFormat.N_QUADS)) == {quad(1), quad(2), quad(3)}


def test_many_quads_go_through_in_pieces() -> None:
    many = [quad(number) for number in range(45_000)]
    pieces = list(quad_lines(b"A", many))
    assert len(pieces) > 1
    lines = b"".join(pieces).splitlines(keepends=True)
    assert len(lines) == len(many)
    assert set(read_quads(lines, b"A")) == set(many)
    assert list(read_quads(lines, b"D")) == []


@pytest.mark.parametrize(
    "lines",
    [
        [b"TX .\n"],
        [b"H sequence x .\n", b"TX .\n"],
        [b'H sequence "x" .\n', b"TX .\n"],
        [b"A <a:b> <a:b> <a:b> .\n"],
        [b"\x00\xff"],
        [b"H \n"],
    ],
)
def test_what_is_no_header_is_refused(lines: list[bytes], tmp_path: Path) -> None:
    with pytest.raises((ValueError, TypeError)):
        read_header(lines)
    segment = tmp_path / "1.rdfp"
    segment.write_bytes(b"".join(lines))
    record = Record(1, segment, 0, segment.stat().st_size, "")
    with pytest.raises(LogDamaged, match="Record 1"):
        record.header()


def test_a_failed_append_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    log = filled(tmp_path, 2)
    before = bytes_of(tmp_path)

    class Interrupting:
        def __len__(self) -> int:
            return 1

        def __iter__(self) -> object:
            raise KeyboardInterrupt

    broken = ChangeSet(added=Interrupting())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        log.append(broken, sequence=3, agent="tests", reason="")
    assert bytes_of(tmp_path) == before


FULL = """
import resource, signal, sys
from pathlib import Path
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.errors import StorageFull
from tests.graph.store.test_changes_log import append, filled, quad
folder = Path(sys.argv[1])
log = filled(folder, 2, segment_bytes=int(sys.argv[3]))
before = {path.name: path.read_bytes() for path in folder.iterdir()}
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
for attempt in range(2):
    try:
        append(log, 3, *(quad(number) for number in range(5_000)))
    except StorageFull as error:
        print(error)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
append(log, 3, quad(3))
assert [record.sequence for record in log.after(0)] == [1, 2, 3]
"""


@pytest.mark.parametrize("segment_bytes", [1, 1 << 20], ids=["new segment", "same segment"])
@pytest.mark.parametrize("limit", [10_000, 400_000])
def test_a_full_disk_refuses_and_the_log_stays_as_it_was(
    tmp_path: Path, limit: int, segment_bytes: int
) -> None:
    """A limit on the size of files fails in the same places as a full disk."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(limit), str(segment_bytes)],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("The disk is full") == 2
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
