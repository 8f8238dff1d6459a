"""The store: changes by difference, recovery by replay, snapshots that live while held."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Dataset, DefaultGraph, Literal, NamedNode, Quad, Store

from pledgegraph.errors import (
    BaseMismatch,
    DirectoryError,
    DirectoryExists,
    DirectoryLocked,
    DirectoryMissing,
    FormatTooNew,
    InputError,
    LogDamaged,
    QuerySyntaxError,
    ValidationFailed,
)
from pledgegraph.namespaces import XSD
from pledgegraph.store.atomic_files import sealed, unsealed
from pledgegraph.store.changes import ChangeSet, Scope
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.normalisation import EngineForm
from pledgegraph.store.snapshots import Snapshots
from pledgegraph.store.union_graph import named_quads
from pledgegraph.validation import ValidationReport
from tests.depth import examples
from tests.graph.building import BASE, change, node, quad, quads_of, values
from tests.graph.conftest import MakeEngine

ROOT = Path(__file__).resolve().parents[3]


def lines(*numbers: int) -> set[str]:
    return {str(quad(number)) for number in numbers}


def snapshots_on_disk(path: Path) -> set[str]:
    return {entry.name for entry in (path / "snapshots").iterdir()}


@contextmanager
def script(text: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A Python process of its own that runs ``text``."""
    with subprocess.Popen(
        [sys.executable, "-c", text, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "graph")])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


# Changes


def test_a_new_store_is_empty_and_has_number_nought(engine: EmbeddedEngine) -> None:
    assert quads_of(engine) == set()
    with engine.snapshot() as snapshot:
        assert snapshot.sequence == 0
        assert len(snapshot) == 0
        assert snapshot, "it is there, though it holds nothing"


def test_a_change_adds_and_removes(engine: EmbeddedEngine) -> None:
    receipt = engine.update(change([quad(1), quad(2)]))
    assert (receipt.sequence, receipt.added, receipt.removed) == (1, 2, 0)
    receipt = engine.update(change([quad(3)], [quad(1)]))
    assert (receipt.sequence, receipt.added, receipt.removed) == (2, 1, 1)
    assert quads_of(engine) == lines(2, 3)


def test_a_change_is_a_difference(engine: EmbeddedEngine) -> None:
    engine.update(change([quad(1), quad(2)]))
    receipt = engine.update(change([quad(2), quad(3)], [quad(7)]))
    assert (receipt.added, receipt.removed) == (1, 0)
    (record,) = ChangesLog(engine.directory.changes).after(1)
    assert list(record.added()) == [quad(3)]
    assert list(record.removed()) == []


def test_what_changes_nothing_is_no_change_set(engine: EmbeddedEngine) -> None:
    engine.update(change([quad(1)]))
    for nothing in (change(), change([quad(1)]), change([], [quad(9)]), change([quad(1)] * 2)):
        receipt = engine.update(nothing)
        assert (receipt.sequence, receipt.added, receipt.removed) == (1, 0, 0)
    assert ChangesLog(engine.directory.changes).last() == 1


def test_what_is_both_removed_and_added_stays(engine: EmbeddedEngine) -> None:
    engine.update(change([quad(1)]))
    assert engine.update(change([quad(1)], [quad(1)])).sequence == 1
    assert quads_of(engine) == lines(1)


def test_a_graph_is_replaced(engine: EmbeddedEngine) -> None:
    other = quad(1, graph="id/source/two")
    engine.update(change([quad(1), quad(2), other]))
    receipt = engine.update(change([quad(2), quad(3)], replace=(Scope(node("id/source/one")),)))
    assert (receipt.added, receipt.removed) == (1, 1)
    assert quads_of(engine) == lines(2, 3) | {str(other)}


def test_what_a_graph_says_of_one_subject_is_replaced(engine: EmbeddedEngine) -> None:
    engine.update(change([quad(1), quad(2)]))
    scope = Scope(node("id/source/one"), node("id/thing/1"))
    engine.update(change([quad(1, text="now")], replace=(scope,)))
    assert quads_of(engine) == lines(2) | {str(quad(1, text="now"))}


def test_a_graph_is_emptied(engine: EmbeddedEngine) -> None:
    engine.update(change([quad(1), quad(2)]))
    assert engine.update(change(replace=(Scope(node("id/source/one")),))).removed == 2
    assert quads_of(engine) == set()


def test_blank_nodes_get_names_that_nobody_has(engine: EmbeddedEngine) -> None:
    blank = BlankNode("b")
    one = Quad(blank, node("p"), blank, node("g"))
    two = Quad(node("s"), node("p"), blank, node("g"))
    engine.update(change([one, two]))
    with engine.snapshot() as snapshot:
        found = list(snapshot.quads())
    terms = {t for q in found for t in (q.subject, q.object)}
    (name,) = {t for t in terms if isinstance(t, NamedNode) and "genid" in t.value}
    assert name.value.startswith(f"{BASE}/.well-known/genid/")
    assert set(found) == {
        Quad(name, node("p"), name, node("g")),
        Quad(node("s"), node("p"), name, node("g")),
    }
    engine.update(change([one]))
    with engine.snapshot() as snapshot:
        assert len(snapshot) == 3


def test_the_default_graph_cannot_be_written(engine: EmbeddedEngine) -> None:
    with pytest.raises(InputError, match="default graph"):
        engine.update(change([Quad(node("s"), node("p"), node("o"), DefaultGraph())]))
    assert ChangesLog(engine.directory.changes).last() == 0


FORMS = """1.50 01 +1 1e0 1.0E+05 NaN INF -0 true 1 0 x 2025-01-01 2025-01-01Z 2025-01-01+00:00
    2025-13-01 -0001-01-01 2025-01-01T24:00:00 2025-01-01T00:00:00.100Z P1Y P12M PT60S --01
    9999999999999999999999999999999999999999 0.1111111111111111111111111111 12:00:00 2025 2025-01
"""
TYPES = """integer decimal double float boolean date dateTime time duration gYear gYearMonth
    gMonthDay yearMonthDuration dayTimeDuration int byte anyURI"""
TYPED = st.builds(
    Literal,
    st.one_of(
        st.sampled_from([*FORMS.split(), "", " 1 "]),
        st.decimals(allow_nan=False, allow_infinity=False).map(str),
        st.floats().map(repr),
        st.datetimes().map(lambda day: day.isoformat()),
    ),
    datatype=st.sampled_from([XSD[name] for name in TYPES.split()]),
)


@settings(max_examples=examples(300), deadline=None)
@given(TYPED)
def test_a_literal_takes_the_form_that_the_engine_keeps(literal: Literal) -> None:
    form = EngineForm()
    settled = form(literal)
    assert form(settled) == settled
    store = Store()
    store.add(Quad(node("s"), node("p"), literal, node("g")))
    assert [each.object for each in store] == [settled]


def test_the_same_literals_again_change_nothing(engine: EmbeddedEngine) -> None:
    said = [
        Quad(node("s"), node(f"p{n}"), literal, node("g"))
        for n, literal in enumerate(
            [
                Literal("1.50", datatype=XSD.decimal),
                Literal("01", datatype=XSD.integer),
                Literal("1e0", datatype=XSD.double),
                Literal("2025-01-01+00:00", datatype=XSD.date),
                Literal("1", datatype=XSD.boolean),
                Literal("Straße", language="de-AT"),
                Literal("x", datatype=XSD.string),
            ]
        )
    ]
    assert engine.update(change(said)).sequence == 1
    everything = (Scope(node("g")),)
    assert engine.update(change(said, replace=everything)).sequence == 1
    assert engine.update(change([], said)).removed == 7


def test_a_literal_is_removed_however_it_is_written(engine: EmbeddedEngine) -> None:
    def amount(text: str) -> Quad:
        return Quad(
            node("id/thing/1"),
            node("amount"),
            Literal(text, datatype=XSD.decimal),
            node("id/source/one"),
        )

    engine.update(change(add=[amount("1.50"), quad(1)]))
    kept = engine.update(change(add=[amount("1.5")], remove=[amount("1.500")]))
    assert (kept.added, kept.removed) == (0, 0)
    gone = engine.update(change(remove=[amount("1.50")]))
    assert (gone.added, gone.removed) == (0, 1)
    assert quads_of(engine) == lines(1)
    (record,) = ChangesLog(engine.directory.changes).after(kept.sequence)
    assert list(record.removed()) == [amount("1.5")]


def test_what_is_refused_changes_nothing_and_can_be_kept(path: Path) -> None:
    """Whoever catches the refusal may hold on to it; the store is not held by it."""

    def refuse(store: Store, change_set: ChangeSet) -> None:
        here = (store, change_set)
        assert here
        raise ValidationFailed(ValidationReport(()), base=BASE)

    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    directory = open_directory(path, base=BASE)
    refusals = []
    for _ in range(2):
        try:
            EmbeddedEngine(directory, check=refuse).update(change([quad(1)]))
        except ValidationFailed as refusal:
            refusals.append(refusal)
    assert len(refusals) == 2
    engine = EmbeddedEngine(directory)
    assert quads_of(engine) == set()
    assert engine.update(change([quad(2)])).sequence == 1


def test_a_check_that_leaves_a_cycle_does_not_keep_the_store_open(path: Path) -> None:
    def check(store: Store, _: ChangeSet) -> None:
        cycle: list[object] = [store]
        cycle.append(cycle)

    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    gc.disable()
    try:
        EmbeddedEngine(open_directory(path), check=check).update(change([quad(1)]))
        assert set(named_quads(Store(path / "primary"))) == {quad(1)}
    finally:
        gc.enable()


# Recovery


def test_a_lost_primary_is_rebuilt_from_the_log(make_engine: MakeEngine, path: Path) -> None:
    engine = make_engine()
    for number in range(10):
        engine.update(change([quad(number), quad(100 + number)], [quad(number - 1)]))
    before = quads_of(engine)
    for entry in (path / "primary").iterdir():
        entry.unlink()
    assert make_engine().update(change([quad(50)])).sequence == 11
    assert quads_of(make_engine()) == before | lines(50)


@pytest.mark.parametrize("file", ["CURRENT", "MANIFEST-*"])
def test_a_damaged_primary_is_rebuilt(make_engine: MakeEngine, path: Path, file: str) -> None:
    engine = make_engine()
    engine.update(change([quad(1), quad(2)]))
    engine.update(change([], [quad(1)]))
    (found,) = (path / "primary").glob(file)
    found.write_bytes(b"damaged")
    assert make_engine().update(change([quad(3)])).sequence == 3
    assert quads_of(make_engine()) == lines(2, 3)


def test_a_rebuilding_that_was_cut_short_is_done_again(make_engine: MakeEngine, path: Path) -> None:
    """Killed while it replays, the rebuilder must not leave a primary that looks whole."""
    engine = make_engine()
    for number in range(3):
        engine.update(change([quad(number)]))
    for entry in (path / "primary").iterdir():
        entry.unlink()
    with script(REBUILD, path) as process:
        assert process.wait(timeout=30) == -9
    assert make_engine().update(change([quad(7)])).added == 1
    assert quads_of(make_engine()) == lines(0, 1, 2, 7)


REBUILD = """
import os, sys
from pathlib import Path
import pledgegraph.store.writer as writer
from tests.graph.building import BASE
from pledgegraph.store.directory import open_directory
from pledgegraph.store.log import applying
replay = applying.replay
def once(store, record, **how):
    if record.sequence == 2:
        os.kill(os.getpid(), 9)
    replay(store, record, **how)
applying.replay = once
with writer.writing(open_directory(Path(sys.argv[1]), base=BASE), writer.Writer, wait=1):
    pass
"""


def test_damage_in_the_log_is_told_before_a_primary_is_rebuilt(
    make_engine: MakeEngine, path: Path
) -> None:
    engine = make_engine()
    for number in range(3):
        engine.update(change([quad(number)]))
    (segment,) = (path / "changes").iterdir()
    segment.write_bytes(segment.read_bytes().replace(b"number 0", b"number 9"))
    for entry in (path / "primary").iterdir():
        entry.unlink()
    with pytest.raises(LogDamaged, match="Record 1"):
        make_engine().settle()
    # Readers are served from the snapshot still.
    assert quads_of(make_engine()) == lines(0, 1, 2)


def test_what_was_logged_but_not_applied_is_shown_by_the_next_writer(
    make_engine: MakeEngine,
) -> None:
    engine = make_engine()
    engine.update(change([quad(1), quad(2)]))
    log = ChangesLog(engine.directory.changes)
    log.append(
        ChangeSet(added=Dataset([quad(3)]), removed=Dataset([quad(1)])),
        sequence=2,
        agent="tests",
        reason="The writer dies before it applies this.",
    )
    assert quads_of(engine) == lines(1, 2)
    assert engine.settle() == 2
    assert quads_of(engine) == lines(2, 3)
    assert engine.update(change([quad(4)])).sequence == 3
    assert quads_of(make_engine()) == lines(2, 3, 4)


def test_what_was_torn_is_cut_off_by_the_next_writer(make_engine: MakeEngine, path: Path) -> None:
    engine = make_engine()
    engine.update(change([quad(1)]))
    (segment,) = (path / "changes").iterdir()
    with segment.open("ab") as file:
        file.write(b'H sequence "2" .\nH time')
    assert engine.update(change([quad(2)])).sequence == 2
    assert quads_of(engine) == lines(1, 2)


def test_a_lost_snapshot_is_made_again(make_engine: MakeEngine, path: Path) -> None:
    make_engine().update(change([quad(1)]))
    (path / "snapshots" / "1").rename(path.with_name("elsewhere"))
    with pytest.raises(DirectoryError, match="no snapshot"):
        quads_of(make_engine())
    assert make_engine().settle() == 1
    assert quads_of(make_engine()) == lines(1)


def test_a_lost_pointer_is_made_again(make_engine: MakeEngine, path: Path) -> None:
    make_engine().update(change([quad(1)]))
    (path / "current").unlink()
    assert make_engine().settle() == 1
    assert quads_of(make_engine()) == lines(1)


def test_a_snapshot_ahead_of_the_log_is_told(make_engine: MakeEngine, path: Path) -> None:
    make_engine().update(change([quad(1)]))
    (path / "snapshots" / "1").rename(path / "snapshots" / "7")
    (path / "current").write_text("7\n")
    with pytest.raises(LogDamaged, match="ends at 1, but a snapshot of 7"):
        make_engine().settle()


@pytest.mark.parametrize("told", ["", "not a number\n", "7\n", "-1\n", "1\n2\n", "\x00\x00", "²"])
def test_a_damaged_pointer_mends_itself_and_says_so(
    make_engine: MakeEngine, path: Path, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    make_engine().update(change([quad(1)]))
    (path / "current").write_text(told, encoding="utf-8")
    if told != "7\n":
        assert quads_of(make_engine()) == lines(1)
    assert make_engine().settle() == 1
    assert "current" in caplog.text
    assert (path / "current").read_text() == "1\n"
    assert quads_of(make_engine()) == lines(1)
    assert make_engine().update(change([quad(2)])).sequence == 2


# Snapshots


def test_a_snapshot_does_not_change_while_it_is_held(engine: EmbeddedEngine, path: Path) -> None:
    engine.update(change([quad(1)]))
    with engine.snapshot() as before:
        for number in range(2, 6):
            engine.update(change([quad(number)], [quad(1)]))
            assert {str(each) for each in before.quads()} == lines(1)
        assert {"1", "1.lease", "5", "5.lease"} == snapshots_on_disk(path)
        with engine.snapshot() as after:
            assert {str(each) for each in after.quads()} == lines(2, 3, 4, 5)
    engine.update(change([quad(6)]))
    engine.update(change([quad(7)]))
    assert snapshots_on_disk(path) <= {"7", "7.lease", "6", "6.lease", "5", "5.lease"}
    engine.close()
    engine.update(change([quad(8)]))
    assert snapshots_on_disk(path) == {"8", "8.lease"}


HOLD = """
import sys
from pathlib import Path
from tests.graph.building import BASE, quads_of
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
engine = EmbeddedEngine(open_directory(Path(sys.argv[1]), base=BASE))
with engine.snapshot() as snapshot:
    print(snapshot.sequence, flush=True)
    sys.stdin.readline()
    print(len(list(snapshot.quads())), flush=True)
    sys.stdin.readline()
"""


def test_another_process_keeps_its_snapshot_and_a_dead_one_keeps_nothing(
    engine: EmbeddedEngine, path: Path
) -> None:
    engine.update(change([quad(1), quad(2)]))
    with script(HOLD, path) as reader:
        assert reader.stdin
        assert reader.stdout
        assert reader.stdout.readline() == "1\n"
        for number in range(3, 6):
            engine.update(change([quad(number)]))
        assert "1" in snapshots_on_disk(path)
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "2\n"
        reader.kill()
        reader.wait(timeout=10)
    engine.update(change([quad(6)]))
    assert snapshots_on_disk(path) == {"5", "5.lease"}


def test_what_a_dead_writer_left_of_a_snapshot_is_swept(engine: EmbeddedEngine, path: Path) -> None:
    engine.update(change([quad(1)]))
    folder = path / "snapshots"
    for leftover in (".2.partial", ".0.doomed", "2"):
        (folder / leftover).mkdir()
        (folder / leftover / "CURRENT").write_text("half of one")
    engine.update(change([quad(2)]))
    assert snapshots_on_disk(path) == {"2", "2.lease"}
    assert quads_of(engine) == lines(1, 2)


def test_what_is_not_ours_among_the_snapshots_is_left_alone(
    engine: EmbeddedEngine, path: Path
) -> None:
    (path / "snapshots" / "lost+found").mkdir()
    engine.update(change([quad(1)]))
    engine.update(change([quad(2)]))
    assert "lost+found" in snapshots_on_disk(path)


def test_readers_and_sweepers_do_not_meet(engine: EmbeddedEngine) -> None:
    """A reader that takes hold just as its snapshot is being swept gets the next one."""
    stop = threading.Event()
    seen: list[int] = []
    failures: list[BaseException] = []

    def read() -> None:
        snapshots = Snapshots(engine.directory)
        last = -1
        try:
            while not stop.is_set():
                lease = snapshots.hold_current()
                assert lease.path.is_dir()
                assert lease.sequence >= last
                last = lease.sequence
                seen.append(last)
                lease.release()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(20):
        engine.update(change([quad(number)]))
    stop.set()
    for reader in readers:
        reader.join()
    assert not failures
    assert len(set(seen)) > 5


def test_many_threads_see_whole_states_while_others_write(engine: EmbeddedEngine) -> None:
    """Two quads come and go together; nobody ever sees one of them."""
    stop = threading.Event()
    failures: list[object] = []
    looks: list[int] = []
    pair = "SELECT (COUNT(*) AS ?n) { GRAPH <id/source/one> { ?s <about> ?o } }"

    def read() -> None:
        try:
            while not stop.is_set():
                with engine.snapshot() as snapshot:
                    number = int(values(snapshot, pair)[0])
                looks.append(number)
                if number % 2:
                    failures.append(number)
        except Exception as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    def write(first: int) -> None:
        try:
            for step in range(8):
                here = first + 2 * step
                engine.update(change([quad(here), quad(here + 1)]))
        except Exception as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    writers = [threading.Thread(target=write, args=(1000 * n,)) for n in range(3)]
    for thread in [*readers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()
    assert not failures
    assert len(looks) > 10
    assert len(quads_of(engine)) == 48
    assert ChangesLog(engine.directory.changes).last() == 24


def test_typed_literals_from_many_threads_do_not_meet(engine: EmbeddedEngine) -> None:
    failures: list[object] = []

    def write(first: int) -> None:
        said = [
            Quad(node(f"s{n}"), node("p"), Literal(f"{n}.50", datatype=XSD.decimal), node("g"))
            for n in range(first, first + 3_000)
        ]
        try:
            engine.update(change(said))
        except Exception as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    writers = [threading.Thread(target=write, args=(10_000 * n,)) for n in range(4)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    assert not failures
    with engine.snapshot() as snapshot:
        assert len(snapshot) == 12_000


def test_nothing_leaks_over_many_changes_and_queries(engine: EmbeddedEngine) -> None:
    def descriptors() -> int:
        engine.close()
        gc.collect()  # what earlier tests left may hold some
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counts, and closes its own

    before = descriptors()
    for number in range(20):
        engine.update(change([quad(number)]))
        assert len(quads_of(engine)) == number + 1
        with pytest.raises(QuerySyntaxError), engine.snapshot() as snapshot:
            snapshot.query("nonsense")
    assert descriptors() == before


# Who may write


WRITE = """
import sys
from pathlib import Path
from tests.graph.building import BASE, change, quad
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
engine = EmbeddedEngine(open_directory(Path(sys.argv[1]), base=BASE))
first = int(sys.argv[2])
for number in range(first, first + 8):
    print(engine.update(change([quad(number)])).sequence, flush=True)
"""


def test_two_writers_take_turns(engine: EmbeddedEngine, path: Path) -> None:
    with script(WRITE, path, "100") as one, script(WRITE, path, "200") as two:
        firsts = one.communicate(timeout=60)[0].split()
        seconds = two.communicate(timeout=60)[0].split()
    assert one.returncode == two.returncode == 0
    assert sorted(map(int, firsts + seconds)) == list(range(1, 17))
    assert quads_of(engine) == lines(*range(100, 108), *range(200, 208))


def test_who_waits_too_long_for_another_writer_is_told(
    engine: EmbeddedEngine, make_engine: MakeEngine
) -> None:
    with (
        engine.directory.locked(1),
        pytest.raises(DirectoryLocked, match=r"0\.2 s"),
    ):
        make_engine(lock_wait=0.2).update(change([quad(1)]))
    assert make_engine(lock_wait=0.2).update(change([quad(1)])).sequence == 1


def test_a_store_that_somebody_opened_by_himself_is_told(
    engine: EmbeddedEngine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledgegraph.store.writer._OPEN_PATIENCE", 0.2)
    engine.update(change([quad(1)]))
    mine = Store(path / "primary")
    with pytest.raises(DirectoryError, match="held open"):
        engine.update(change([quad(2)]))
    del mine
    assert engine.update(change([quad(2)])).sequence == 2


# The directory


def test_there_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for place in ("nowhere", "empty", "file", "file/within"):
        with pytest.raises(DirectoryMissing) as caught:
            open_directory(tmp_path / place)
        assert "pledgegraph init" in caught.value.remedy


def test_a_newer_format_is_refused(engine: EmbeddedEngine, path: Path) -> None:
    card = path / "pledgegraph.json"
    card.write_text(sealed({**unsealed(card.read_text()), "format": 99}))
    with pytest.raises(FormatTooNew, match="format 99") as caught:
        open_directory(path)
    assert "release" in caught.value.remedy
    assert engine.directory.path == path


@pytest.mark.parametrize(
    "card",
    ["", "{", "[]", "{}", '{"format": "x", "base": "b", "gated": true}', "null", '"x"', "\x00"],
)
def test_a_damaged_card_is_told(engine: EmbeddedEngine, path: Path, card: str) -> None:
    (engine.directory.path / "pledgegraph.json").write_text(card)
    with pytest.raises(DirectoryError, match="not the description") as caught:
        open_directory(path)
    assert caught.value.remedy


def test_a_card_that_is_not_text_is_told(engine: EmbeddedEngine, path: Path) -> None:
    (engine.directory.path / "pledgegraph.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DirectoryError, match="not the description"):
        open_directory(path)


def test_another_base_is_refused_with_both_ways_out(engine: EmbeddedEngine, path: Path) -> None:
    assert open_directory(path).base == BASE
    with pytest.raises(BaseMismatch, match="not for https://other") as caught:
        open_directory(path, base="https://other.example")
    assert f"PLEDGEGRAPH_BASE={BASE}" in caught.value.remedy
    assert engine.directory.base == BASE


def test_a_directory_appears_only_when_it_is_whole(path: Path) -> None:
    def attempt() -> None:
        with new_directory(path, base=BASE) as directory:
            EmbeddedEngine(directory).settle()
            with pytest.raises(DirectoryMissing):
                open_directory(path)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt()
    assert list(path.parent.iterdir()) == []


def test_an_empty_folder_becomes_a_data_directory(path: Path, make_engine: MakeEngine) -> None:
    path.mkdir()
    inode = path.stat().st_ino
    make_engine().update(change([quad(1)]))
    assert quads_of(make_engine()) == lines(1)
    # A mount point cannot be replaced, so the folder must be the same one.
    assert path.stat().st_ino == inode


def test_a_link_to_an_empty_folder_becomes_a_data_directory(
    path: Path, tmp_path: Path, make_engine: MakeEngine
) -> None:
    (tmp_path / "real").mkdir()
    path.symlink_to(tmp_path / "real")
    make_engine().update(change([quad(1)]))
    assert quads_of(make_engine()) == lines(1)
    assert path.is_symlink()
    assert (tmp_path / "real" / "pledgegraph.json").exists()


def test_a_failed_making_leaves_an_empty_folder_empty(path: Path) -> None:
    path.mkdir()
    with pytest.raises(KeyboardInterrupt), new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
        raise KeyboardInterrupt
    assert list(path.iterdir()) == []


MAKE_AND_DIE = """
import os, sys
from pathlib import Path
from tests.graph.building import BASE
from pledgegraph.store.directory import new_directory
from pledgegraph.store.embedded import EmbeddedEngine
with new_directory(Path(sys.argv[1]), base=BASE) as directory:
    EmbeddedEngine(directory).settle()
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("there", [False, True], ids=["no folder", "empty folder"])
def test_what_a_killed_maker_left_does_not_stand_in_the_way(
    path: Path,
    make_engine: MakeEngine,
    there: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    if there:
        path.mkdir()
    with script(MAKE_AND_DIE, path) as process:
        assert process.wait(timeout=30) == -9
    with pytest.raises(DirectoryMissing):
        open_directory(path)
    make_engine().update(change([quad(1)]))
    assert quads_of(make_engine()) == lines(1)
    assert [entry.name for entry in path.parent.iterdir()] == ["store"]
    assert {entry.name for entry in path.iterdir()} == {
        "pledgegraph.json",
        "changes",
        "primary",
        "snapshots",
        "current",
        "lock",
    }


def test_two_makers_do_not_meet(path: Path) -> None:
    with (
        new_directory(path, base=BASE) as directory,
        pytest.raises(DirectoryLocked),
        new_directory(path, base=BASE),
    ):
        pass
    assert directory.path == path
    assert open_directory(path).base == BASE


def test_what_is_there_already_is_left_alone(engine: EmbeddedEngine, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("mine")
    file = tmp_path / "file"
    file.write_text("mine")
    for place in (full, file, engine.directory.path):
        with pytest.raises(DirectoryExists) as caught, new_directory(place, base=BASE):
            pass
        assert caught.value.remedy
    assert (full / "mine").read_text() == file.read_text() == "mine"
    assert quads_of(engine) == set()


@pytest.mark.parametrize("name", ["with space", "données-数据", "a%20b?c#d", "block", "-x"])
def test_any_name_will_do_for_the_folder(
    tmp_path: Path, make_engine: MakeEngine, name: str
) -> None:
    engine = make_engine(tmp_path / name)
    engine.update(change([quad(1)]))
    assert quads_of(make_engine(tmp_path / name)) == lines(1)


def test_a_linked_directory_is_one_directory(
    engine: EmbeddedEngine, tmp_path: Path, make_engine: MakeEngine
) -> None:
    (tmp_path / "link").symlink_to(engine.directory.path)
    linked = make_engine(tmp_path / "link", lock_wait=0.1)
    linked.update(change([quad(1)]))
    assert quads_of(engine) == lines(1)
    with engine.directory.locked(1), pytest.raises(DirectoryLocked):
        linked.update(change([quad(2)]))


# Without the gate


def test_an_ungated_directory_keeps_blank_nodes_and_its_default_graph(
    make_engine: MakeEngine, path: Path
) -> None:
    engine = make_engine(gated=False)
    blank = Quad(BlankNode("b"), node("p"), Literal("x"), DefaultGraph())
    other = quad(1)
    engine.update(change([blank, other]))
    with engine.snapshot() as snapshot:
        assert set(snapshot.quads()) == {blank, other}
        assert values(snapshot, "SELECT ?o { ?s ?p ?o }") == ["x"]
    for entry in (path / "primary").iterdir():
        entry.unlink()
    assert make_engine().update(change([], [blank])).removed == 1
    assert quads_of(make_engine()) == {str(other)}
