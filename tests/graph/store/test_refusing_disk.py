"""A disk that is full, and a data directory that one may only read."""

from __future__ import annotations

import ctypes
import errno
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Store

from pledgegraph.errors import DirectoryError, PublishDelayed, StorageFull
from pledgegraph.store import writer
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log import applying
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.snapshots import Snapshots
from tests.graph.building import change, quad, quads_of
from tests.graph.conftest import MakeSource, Program

SAID = "IO error: No space left on device: While appending to file: /somewhere/primary/x.log"


def lines(*numbers: int) -> set[str]:
    return {str(quad(number)) for number in numbers}


def test_a_store_that_cannot_be_opened_for_want_of_room_is_kept(
    engine: EmbeddedEngine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.update(change([quad(1)]))
    before = {file.name for file in (path / "primary").iterdir()}

    def full(_: object) -> Store:
        raise OSError(SAID)

    with monkeypatch.context() as patch:
        patch.setattr(writer, "Store", full)
        with pytest.raises(StorageFull) as caught:
            engine.update(change([quad(2)]))
    assert "/somewhere" not in str(caught.value)
    assert {file.name for file in (path / "primary").iterdir()} == before
    assert engine.update(change([quad(2)])).sequence == 2


def test_a_rebuilding_that_finds_no_room_leaves_nothing(
    engine: EmbeddedEngine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.update(change([quad(1)]))
    (path / "primary" / "CURRENT").write_text("damaged")

    def full(*_: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(applying, "replay", full)
        with pytest.raises(StorageFull):
            engine.settle()
    assert not (path / "primary.new").exists()
    assert quads_of(engine) == lines(1)
    assert engine.update(change([quad(2)])).sequence == 2


def test_an_accepted_change_is_shown_when_there_is_room_again(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.update(change([quad(1)]))
    publish = Snapshots.publish

    def full(snapshots: Snapshots, primary: Store, sequence: int, **named: Any) -> None:
        if sequence > 1:
            raise OSError(SAID)
        publish(snapshots, primary, sequence, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Snapshots, "publish", full)
        with pytest.raises(PublishDelayed, match="Change set 2") as caught:
            engine.update(change([quad(2)]))
        assert "Do not repeat" in caught.value.remedy
        with pytest.raises(StorageFull):
            engine.settle()
        assert quads_of(engine) == lines(1)
    assert ChangesLog(engine.directory.changes).last() == 2
    assert engine.settle() == 2
    assert quads_of(engine) == lines(1, 2)


def test_another_error_of_the_disk_names_no_path(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **_named: object) -> None:
        raise OSError("IO error: /somewhere/primary/000012.sst: Input/output error")

    monkeypatch.setattr(Snapshots, "publish", broken)
    with pytest.raises(DirectoryError) as caught:
        engine.settle()
    assert "/somewhere" not in str(caught.value) + caught.value.remedy


def _mind_permissions() -> None:
    """Take from a process of root's the power to read and write where permissions say no."""
    drop_from_bounding_set, may_override, may_read = 24, 1, 2
    for power in (may_override, may_read):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, power)


@pytest.fixture
def locked(loaded: Program) -> Iterator[Program]:
    """A data directory that nobody may write to."""
    everything = [loaded.path, *loaded.path.rglob("*")]
    for each in everything:
        each.chmod(0o555 if each.is_dir() else 0o444)
    yield loaded
    for each in everything:
        each.chmod(0o755 if each.is_dir() else 0o644)


def run(program: Program, *arguments: str | Path) -> tuple[int, str, str]:
    done = subprocess.run(
        program.command(*arguments),
        env=program.environment,
        preexec_fn=_mind_permissions,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_who_may_only_read_reads(locked: Program, make_source: MakeSource) -> None:
    code, out, err = run(locked, "stats", "--json")
    assert (code, json.loads(out)["actors"], err) == (0, 2, "")
    code, out, err = run(locked, "dump")
    assert (code, err) == (0, "")
    assert "Ana" in out
    code, out, err = run(locked, "load", make_source("two", "cem"))
    assert code == 4
    assert "cannot be written: Permission denied" in err
    assert "permissions" in err
    assert "Traceback" not in err


def test_the_service_runs_where_it_may_only_read(locked: Program) -> None:
    with subprocess.Popen(
        locked.command("serve", "--port", "0"),
        env=locked.environment,
        preexec_fn=_mind_permissions,  # noqa: PLW1509 - no other thread runs
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert re.match(r"Pledgegraph answers at http://", process.stdout.readline())
        finally:
            process.terminate()


def test_who_may_not_look_in_is_told(locked: Program) -> None:
    locked.path.chmod(0)
    code, _, err = run(locked, "stats")
    assert code == 4
    assert "cannot be read: Permission denied" in err
    code, _, err = run(locked, "init", "--empty", "--data-dir", locked.path / "x")
    assert code == 4
    assert "Traceback" not in err
