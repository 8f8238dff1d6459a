"""kill -9 of a writer: what was acknowledged is there, nothing is there by half."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import Store

from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.changes_log import ChangesLog
from tests.depth import THOROUGH
from tests.graph.building import BASE, values
from tests.graph.store.victim import count_quads

ROOT = Path(__file__).resolve().parents[3]
THINGS = 2_500
"""Each has two quads, so that a load removes 5,000 and adds 5,000."""
KILLS = 20 if THOROUGH else 8
VERSIONS = ("1-one", "2-two", "3-three")
STATE = """
SELECT (CONCAT(?version, " ", STR(?number)) AS ?state) {
  SELECT ?version (COUNT(*) AS ?number) {
    GRAPH <id/source/big> { ?s <id/version> ?version ; <id/text> ?text }
  } GROUP BY ?version
}
"""

READER = """
import select, sys, time
from pathlib import Path
from tests.graph.building import BASE, values
from tests.graph.store.test_kill import STATE, THINGS
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
engine = EmbeddedEngine(open_directory(Path(sys.argv[1]), base=BASE))
looks, seen, last = 0, set(), -1
while not select.select([sys.stdin], [], [], 0.15)[0]:
    with engine.snapshot() as snapshot:
        states = values(snapshot, STATE)
        assert snapshot.sequence >= last, (snapshot.sequence, last)
        last = snapshot.sequence
    assert len(states) == 1 and states[0].endswith(f" {THINGS}"), states
    looks += 1
    seen.add(last)
print(looks, len(seen))
"""


class Victim:
    """The process that forks writers."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self._in = process.stdin
        self._out = process.stdout

    def begin(self, order: str) -> int:
        """Have a writer forked; returns its process number."""
        self._in.write(order + "\n")
        self._in.flush()
        return int(self.line().removeprefix("begun "))

    def line(self) -> str:
        """The next line."""
        line = self._out.readline()
        assert line, "the process that is to fork the writers is gone"
        return line.strip()

    def last_words(self) -> list[str]:
        """What the writer has said until it was dead."""
        return list(iter(self.line, "dead"))


@contextmanager
def python(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "graph")])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def victim(path: Path, files: Path) -> Iterator[Victim]:
    with python("-m", "tests.graph.store.victim", path, files) as process:
        yield Victim(process)


def write_versions(folder: Path) -> None:
    """Three files of the same source; no quad of one is in another."""
    folder.mkdir()
    for version in VERSIONS:
        lines = ["<id/source/big> a <https://w3id.org/pledgegraph/def#Source> ."]
        lines += [
            f'<id/thing/{number}> <id/version> "{version}" ; <id/text> "{number} of {version}" .'
            for number in range(THINGS)
        ]
        (folder / f"{version}.ttl").write_text("\n".join(lines), encoding="utf-8")


def state_by_the_log(path: Path) -> set[str]:
    """Every quad that there is when the log is followed from its beginning."""
    store = Store()
    for record in ChangesLog(path / "changes").after(0):
        assert record.is_intact()
        for gone in record.removed():
            store.remove(gone)
        store.extend(record.added())
    return {str(each) for each in store}


def assert_log_and_snapshot_agree(path: Path) -> None:
    log = ChangesLog(path / "changes")
    assert [record.sequence for record in log.after(0)] == list(range(1, log.last() + 1))
    engine = EmbeddedEngine(open_directory(path, base=BASE))
    with engine.snapshot() as snapshot:
        assert {str(each) for each in snapshot.quads()} == state_by_the_log(path)
    engine.close()


def test_a_writer_killed_in_the_middle_of_a_load_leaves_no_half(path: Path, tmp_path: Path) -> None:
    chance = random.Random(20_261_123)  # noqa: S311 - not for secrets
    write_versions(tmp_path / "files")
    with new_directory(path, base=BASE, gated=False) as directory:
        EmbeddedEngine(directory).settle()
    acknowledged: list[int] = []
    accepted_unheard = 0
    with victim(path, tmp_path / "files") as writers:
        first = writers.begin("loads 0")
        acknowledged.append(int(json.loads(writers.line())["sequence"]))
        began = time.monotonic()
        acknowledged.append(int(json.loads(writers.line())["sequence"]))
        duration = time.monotonic() - began
        os.kill(first, signal.SIGKILL)
        acknowledged += [int(json.loads(line)["sequence"]) for line in writers.last_words()]
        with python("-c", READER, path) as reader:
            following = 0
            before = ChangesLog(path / "changes").last()
            for blow in range(KILLS):
                child = writers.begin(f"loads {following}")
                # Every other one is let finish a load, however slow the machine is.
                words = [writers.line()] if blow % 2 else []
                time.sleep(chance.uniform(0.05, 1.2) * duration)
                os.kill(child, signal.SIGKILL)
                words += writers.last_words()
                heard = [int(json.loads(word)["sequence"]) for word in words]
                acknowledged += heard

                engine = EmbeddedEngine(open_directory(path, base=BASE))
                shown = engine.settle()
                log = ChangesLog(path / "changes")
                newest = next(log.newest_first())
                unheard = newest.sequence - before - len(heard)
                assert unheard in {0, 1}
                accepted_unheard += unheard
                before = newest.sequence
                assert shown == before >= max(acknowledged)
                version = newest.header().reason
                following = VERSIONS.index(version) + 1
                with engine.snapshot() as snapshot:
                    assert values(snapshot, STATE) == [f"{version} {THINGS}"]
                    assert len(snapshot) == 2 * THINGS + 1
                    assert snapshot.sequence == shown
                engine.close()
            out, _ = reader.communicate("enough\n", timeout=30)
    assert reader.returncode == 0
    looks, states = map(int, out.split())
    assert looks >= KILLS
    assert states > 2
    assert acknowledged == sorted(set(acknowledged))
    assert accepted_unheard < KILLS, "no blow fell before a change was accepted"
    assert_log_and_snapshot_agree(path)


def test_a_writer_that_dies_at_any_step_is_survived(path: Path, tmp_path: Path) -> None:
    """From taking the lock to sweeping old snapshots, with a rule that follows each change."""
    chance = random.Random(20_261_124)  # noqa: S311 - not for secrets
    (tmp_path / "files").mkdir()
    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory, derive=count_quads).settle()
    known = 0
    accepted_unheard = 0
    with victim(path, tmp_path / "files") as writers:
        writers.begin(f"step {10**9}")
        (word,) = writers.last_words()
        steps = int(word.rpartition(" ")[2])
        assert steps > 100
        known = 1
        places = [chance.randrange(steps * n // 30, steps * (n + 1) // 30) + 1 for n in range(30)]
        for place in places:
            writers.begin(f"step {place}")
            words = writers.last_words()
            engine = EmbeddedEngine(open_directory(path, base=BASE), derive=count_quads)
            shown = engine.settle()
            with engine.snapshot() as snapshot:
                found = {str(each) for each in snapshot.quads()}
                assert snapshot.sequence == shown == ChangesLog(path / "changes").last()
                (counted,) = values(snapshot, "SELECT ?n { ?it <counts> ?n }")
            engine.close()
            assert found == state_by_the_log(path)
            assert int(counted) == len(found) - 1
            assert int(counted) in {known, known + 1}
            if words:
                assert int(counted) == known + 1
            accepted_unheard += int(counted) - known - bool(words)
            known = int(counted)
    assert accepted_unheard > 0, "no death came between accepting and telling"
    assert known < 31, "no death came before accepting"
    leftovers = {entry.name for entry in (path / "snapshots").iterdir()}
    assert leftovers == {str(shown), f"{shown}.lease"}


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGINT])
def test_a_writer_that_is_told_to_stop_leaves_no_half(
    path: Path, tmp_path: Path, blow: signal.Signals
) -> None:
    write_versions(tmp_path / "files")
    with new_directory(path, base=BASE, gated=False) as directory:
        EmbeddedEngine(directory).settle()
    with victim(path, tmp_path / "files") as writers:
        child = writers.begin("loads 0")
        told = int(json.loads(writers.line())["sequence"])
        time.sleep(0.2)
        os.kill(child, blow)
        words = writers.last_words()
    for word in words:
        told = int(json.loads(word)["sequence"])
    engine = EmbeddedEngine(open_directory(path, base=BASE))
    assert engine.settle() >= told
    with engine.snapshot() as snapshot:
        (state,) = values(snapshot, STATE)
    assert state.endswith(f" {THINGS}")
    engine.close()
