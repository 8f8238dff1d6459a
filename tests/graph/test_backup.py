"""Backups: made beside a service that writes, whole or not there, and put back as they were."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType

import httpx
import pytest

import pledgegraph.backup.make as making
import pledgegraph.backup.put_back as restoring
from pledgegraph.backup import backup_at, make_backup, restore, whole_backups
from pledgegraph.backup.backups import as_json
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store import atomic_files, directory
from pledgegraph.store.atomic_files import sealed
from tests.graph.building import BASE
from tests.graph.conftest import MakeSource, Program
from tests.running_service import Started

WATCHED = {str(each.__file__) for each in (making, restoring, atomic_files, directory)}


def hash_of(program: Program, path: Path) -> str:
    ended = program("verify", "--json", "--data-dir", path)
    assert ended.code == 0, ended.err
    return str(json.loads(ended.out)["hash"])


def test_what_was_backed_up_comes_back_with_its_tokens(
    loaded: Program, make_source: MakeSource, tmp_path: Path
) -> None:
    secret = loaded("token", "create", "--label", "Ana").out.strip()
    backups = tmp_path / "backups"
    made = loaded("backup", backups, "--json")
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert told["hash"] == hash_of(loaded, loaded.path)
    assert loaded("load", make_source("two", "cem")).code == 0
    assert loaded("backup", backups).out.startswith(f"Backup {backups}/pledgegraph-")

    ended = loaded("restore", told["backup"], "--data-dir", tmp_path / "first")
    assert ended.code == 0, ended.err
    assert hash_of(loaded, tmp_path / "first") == told["hash"]
    newest = loaded("restore", backups, "--data-dir", tmp_path / "newest", "--json")
    assert json.loads(newest.out)["hash"] == hash_of(loaded, loaded.path) != told["hash"]
    tokens = tmp_path / "newest" / "tokens.json"
    assert tokens.read_bytes() == (loaded.path / "tokens.json").read_bytes()
    assert stat.S_IMODE(tokens.stat().st_mode) == 0o600
    assert secret not in tokens.read_text(encoding="utf-8")
    # It is a data directory like any other: it can be written, and says what happened in it.
    ended = loaded("load", make_source("three", "dan"), "--data-dir", tmp_path / "newest")
    assert ended.code == 0, ended.err
    assert "three" in loaded("log", "--data-dir", tmp_path / "newest").out


def test_nothing_is_overwritten_and_places_are_refused_in_words(
    loaded: Program, tmp_path: Path
) -> None:
    backups = tmp_path / "backups"
    assert loaded("backup", backups).code == 0
    before = hash_of(loaded, loaded.path)
    over = loaded("restore", backups)
    assert over.code == 4
    assert "move the data directory away" in over.err
    assert hash_of(loaded, loaded.path) == before
    for place in (loaded.path / "backups", loaded.path.parent):
        within = loaded("backup", place)
        assert within.code == 4
        assert "one within the other" in within.err
    assert loaded("restore", tmp_path / "nowhere", "--data-dir", tmp_path / "x").code == 4
    other = loaded(
        "restore", backups, "--data-dir", tmp_path / "x", "--base", "https://other.example"
    )
    assert other.code == 4
    assert f"PLEDGEGRAPH_BASE={BASE}" in other.err
    assert not (tmp_path / "x").exists()


def flip(path: Path) -> None:
    """Turn a bit in the middle of the file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_backup_is_not_put_back_unless_its_log_is_whole(
    loaded: Program, tmp_path: Path
) -> None:
    assert loaded("backup", tmp_path / "backups").code == 0
    (backup,) = whole_backups(tmp_path / "backups")
    for pattern, code in (("snapshots/*/*.sst", 0), ("changes/*.rdfp", 4)):
        copy = tmp_path / f"damaged-{code}" / backup.folder.name
        shutil.copytree(backup.folder, copy)
        flip(next(copy.glob(f"data/{pattern}")))
        ended = loaded("restore", copy, "--data-dir", tmp_path / f"restored-{code}")
        assert ended.code == code, ended.err
        assert ("made again" in ended.err) is (code == 0)
        assert (tmp_path / f"restored-{code}" / "pledgegraph.json").exists() is (code == 0)
    assert hash_of(loaded, tmp_path / "restored-0") == backup.hash
    flip(backup.folder / "backup.json")
    assert whole_backups(tmp_path / "backups") == []
    assert loaded("restore", backup.folder, "--data-dir", tmp_path / "y").code == 4


def test_a_backup_of_an_older_format_is_made_anew_from_its_log(
    loaded: Program, tmp_path: Path
) -> None:
    assert loaded("backup", tmp_path / "backups").code == 0
    (backup,) = whole_backups(tmp_path / "backups")
    for number, code in ((backup.format - 1, 0), (backup.format + 1, 4)):
        card = as_json(replace(backup, format=number))
        (backup.folder / "backup.json").write_text(sealed(card), encoding="utf-8")
        place = tmp_path / f"of-{number}"
        ended = loaded("restore", backup.folder, "--data-dir", place)
        assert ended.code == code, ended.err
        assert place.exists() is (code == 0)
    older = tmp_path / f"of-{backup.format - 1}"
    assert hash_of(loaded, older) == backup.hash
    # The store in it is not the one of the backup.
    kept = {each.name for each in (backup.data / "snapshots" / str(backup.sequence)).glob("*.sst")}
    assert not kept or kept != {each.name for each in older.glob("snapshots/*/*.sst")}


def test_a_damaged_data_directory_costs_no_backup(loaded: Program, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    assert loaded("backup", backups, "--keep", "1").code == 0
    (kept,) = whole_backups(backups)
    flip(next(loaded.path.glob("changes/*.rdfp")))
    refused = loaded("backup", backups, "--keep", "1")
    assert refused.code == 4
    assert "damaged" in refused.err
    assert whole_backups(backups) == [kept]
    assert [each.name for each in backups.iterdir() if each.name != ".lock"] == [kept.folder.name]


def until_event(number: int, do: Callable[[], object]) -> int:
    """Do it in a child, which kills itself at an event of the code watched; how many there were.

    Zero stands for a child that was dead before its end.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        events = 0

        def watch(frame: FrameType, _event: str, _: object) -> None:
            nonlocal events
            if frame.f_code.co_filename in WATCHED:
                events += 1
                if events == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.setprofile(watch)
            do()
            sys.setprofile(None)
            os.write(writing, str(events).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        return int(told.read() or 0)


def test_killed_at_any_step_there_is_no_half_of_one(loaded: Program, tmp_path: Path) -> None:
    """Fifty deaths of a backup and fifty of a restore, each at an event of its own."""
    chance = random.Random(20_261_130)  # noqa: S311 - not for secrets
    backups, place = tmp_path / "backups", tmp_path / "restored"
    chosen = Settings(data_dir=loaded.path, base=BASE)
    target = Settings(data_dir=place, base=BASE)
    expected = hash_of(loaded, loaded.path)
    engine = open_engine(chosen)
    engine.close()

    def back_up() -> None:
        make_backup(engine, backups, keep=1)

    steps = until_event(10**9, back_up)
    assert steps > 100
    deaths = 0
    for _ in range(50):
        deaths += until_event(chance.randrange(1, steps + 1), back_up) == 0
        found = whole_backups(backups)
        assert len(found) in {1, 2}
        for each in found:
            assert each.hash == expected
            assert {file.path for file in each.files} == {
                str(entry.relative_to(each.data))
                for entry in each.data.rglob("*")
                if entry.is_file()
            }
    assert deaths > 40
    back_up()
    names = [each.name for each in backups.iterdir() if each.name != ".lock"]
    assert names == [whole_backups(backups)[0].folder.name], "what the dead left is still there"

    backup = backup_at(backups)

    def put_back() -> None:
        restore(backup, target)

    steps = until_event(10**9, put_back)
    assert steps > 100
    shutil.rmtree(place)
    deaths = 0
    for _ in range(50):
        deaths += until_event(chance.randrange(1, steps + 1), put_back) == 0
        if (place / "pledgegraph.json").exists():
            assert hash_of(loaded, place) == expected
            shutil.rmtree(place)
        else:
            assert loaded("stats", "--data-dir", place).code == 4
    assert deaths > 40
    shutil.rmtree(place, ignore_errors=True) if (place / "pledgegraph.json").exists() else None
    put_back()
    assert hash_of(loaded, place) == expected


def test_the_service_backs_itself_up_while_it_is_written(
    loaded: Program, make_source: MakeSource, tmp_path: Path
) -> None:
    backups = tmp_path / "backups"
    environment = {
        **loaded.environment,
        "PLEDGEGRAPH_BACKUP_DIR": str(backups),
        "PLEDGEGRAPH_BACKUP_INTERVAL": "0.2",
        "PLEDGEGRAPH_BACKUP_KEEP": "2",
    }
    started = Started(loaded.command("serve", "--port", "0"), environment)
    try:
        address = started.address()
        seen: set[str] = set()
        number = 0
        while len(seen) < 3:
            number += 1
            assert number < 200, started.end()
            file = make_source("two", *(f"actor-{n}" for n in range(number)))
            assert loaded("load", file).code == 0
            seen |= {each.folder.name for each in whole_backups(backups)}
        metrics = httpx.get(f"{address}metrics").text
        assert "pledgegraph_backup_timestamp_seconds" in metrics
        started.stop()
    finally:
        started.end()
    kept = whole_backups(backups)
    assert len(kept) in {2, 3}
    for each in kept:
        ended = loaded("restore", each.folder, "--data-dir", tmp_path / each.folder.name)
        assert ended.code == 0, ended.err


@pytest.mark.parametrize("keep", ["0", "x"])
def test_a_number_to_keep_that_is_none_is_refused(loaded: Program, keep: str) -> None:
    assert loaded("backup", "elsewhere", "--keep", keep).code == 2
