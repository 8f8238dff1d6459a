"""Bits that turn and files that are lost: found, told, and mended where the log can mend them."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from pledgegraph.errors import DirectoryError, PublishDelayed
from pledgegraph.long_work import LongWork
from pledgegraph.store.checksums import damaged_files, write_checksums
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from tests.graph.building import BASE, change, quad, quads_of
from tests.graph.conftest import MakeEngine, MakeSource, Program
from tests.shipped_store import copy_shipped

ACTORS = "SELECT ?actor { ?actor a <https://w3id.org/pledgegraph/def#Actor> }"


def flip(file: Path, place: int) -> None:
    """Turn one bit of a file as a disk does: its inode, size and time stay."""
    status = file.stat()
    mode = status.st_mode
    file.chmod(mode | stat.S_IWUSR)
    with file.open("r+b") as opened:
        opened.seek(place)
        (byte,) = opened.read(1)
        opened.seek(place)
        opened.write(bytes([byte ^ 1]))
    file.chmod(mode)


def snapshot(path: Path) -> Path:
    """The folder of the newest snapshot."""
    return path / "snapshots" / (path / "current").read_text().strip()


def tables(path: Path) -> list[Path]:
    """The engine's files of sorted keys in the newest snapshot, the largest first."""
    found = snapshot(path).glob("*.sst")
    return sorted(found, key=lambda file: file.stat().st_size, reverse=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# Snapshots


def test_a_bit_that_turned_in_any_file_of_a_snapshot_is_found(loaded: Program) -> None:
    assert loaded("verify").code == 0
    for file in [each for each in snapshot(loaded.path).iterdir() if each.stat().st_size]:
        place = file.stat().st_size // 2
        flip(file, place)
        found = loaded("verify", "--files", "--json")
        assert found.code != 0, file.name
        assert json.loads(found.out)["mended"] == []
        assert "damaged" in found.err
        flip(file, place)
    assert loaded("verify", "--files").code == 0


def test_verify_finds_what_the_engine_does_not_look_at(loaded: Program) -> None:
    file = tables(loaded.path)[0]
    # The last bytes of a table are padding and a number that the engine does not check.
    flip(file, file.stat().st_size // 3)
    found = loaded("verify")
    assert found.code != 0
    assert file.name in found.err
    assert "verify --mend" in found.err


@pytest.mark.parametrize("options", [["--files", "--mend"], ["--mend"]])
def test_a_damaged_snapshot_is_made_again_from_the_log(
    loaded: Program, make_source: MakeSource, options: list[str]
) -> None:
    before = loaded("verify", "--json")
    shown = loaded("query", ACTORS).out
    number = snapshot(loaded.path).name
    for file in tables(loaded.path):
        flip(file, file.stat().st_size // 2)
    assert loaded("verify", *options).code == 0
    assert loaded("verify", "--json").out == before.out
    assert loaded("query", ACTORS).out == shown
    assert snapshot(loaded.path).name == number
    assert loaded("load", make_source("two", "cem")).code == 0
    assert loaded("verify").code == 0


def test_who_reads_sees_the_snapshot_that_was_made_again(
    make_engine: MakeEngine, path: Path
) -> None:
    reader, other = make_engine(), make_engine()
    reader.update(change([quad(1)]))
    with reader.snapshot() as first:
        name = first.version
        other.rebuild()
        assert {str(each) for each in first.quads()} == {str(quad(1))}
    with reader.snapshot() as second:
        assert second.sequence == 1
        assert second.version != name
        assert {str(each) for each in second.quads()} == {str(quad(1))}
    left = {entry.name for entry in (path / "snapshots").iterdir()}
    assert left == {"1", "1.lease"}


def test_a_long_replay_is_told_while_it_runs(
    loaded: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who starts the service over what a killed load has left does not wait without a word."""
    monkeypatch.setattr("pledgegraph.long_work.FIRST", 0.0)
    shutil.rmtree(loaded.path / "primary")
    with caplog.at_level("WARNING", "pledgegraph.long_work"):
        EmbeddedEngine(open_directory(loaded.path)).settle()
    told = [record.getMessage() for record in caplog.records if "long_work" in record.name]
    assert any(each.startswith("Replaying") for each in told)
    work = LongWork("")
    work.begin("Replaying change set 4 of 4", 10)
    assert list(work.counted("abc")) == ["a", "b", "c"]
    assert work.in_words() == "Replaying change set 4 of 4: 30 % ..."


def test_a_damaged_log_and_a_damaged_snapshot_mend_nothing(loaded: Program) -> None:
    (segment,) = (loaded.path / "changes").iterdir()
    flip(segment, 40)
    file = tables(loaded.path)[0]
    flip(file, file.stat().st_size // 2)
    before = contents(loaded.path / "changes"), contents(snapshot(loaded.path))
    found = loaded("verify", "--files", "--mend", "--json")
    assert found.code != 0
    told = json.loads(found.out)
    assert told["mended"] == []
    assert "changes log" in told["faults"][0]
    assert file.name in told["faults"][1]
    assert before == (contents(loaded.path / "changes"), contents(snapshot(loaded.path)))


def test_checksums_are_taken_over_with_the_files(tmp_path: Path) -> None:
    """What turned before the next snapshot is linked to is not taken for what was written."""
    first, second = tmp_path / "1", tmp_path / "2"
    for folder in (first, second):
        folder.mkdir()
    (first / "000009.sst").write_bytes(b"sorted keys")
    write_checksums(first)
    flip(first / "000009.sst", 3)
    (second / "000009.sst").hardlink_to(first / "000009.sst")
    (second / "MANIFEST-000013").write_bytes(b"what there is")
    fresh = write_checksums(second, like=first)
    assert {each.name for each in fresh} == {"MANIFEST-000013", "SHA256SUMS"}
    assert damaged_files(second) == ["000009.sst"]


def test_a_write_to_a_damaged_store_says_how_to_mend_it(engine: EmbeddedEngine, path: Path) -> None:
    engine.update(change([quad(number) for number in range(2_000)]))
    file = tables(path)[0]
    flip(file, file.stat().st_size // 2)
    with pytest.raises((DirectoryError, PublishDelayed)) as caught:
        engine.update(change([quad(-1)]))
    assert "damaged" in str(caught.value) + caught.value.remedy
    assert "verify --files --mend" in caught.value.remedy
    number = engine.rebuild()
    assert number == 1 + isinstance(caught.value, PublishDelayed)
    assert len(quads_of(engine)) == 1_999 + number
    assert engine.update(change([quad(5_000)])).sequence == number + 1


def test_a_directory_of_an_older_release_gains_checksums(loaded: Program) -> None:
    loaded("token", "create", "--label", "Ana")
    (snapshot(loaded.path) / "SHA256SUMS").unlink(missing_ok=True)
    for name in ("pledgegraph.json", "tokens.json"):
        file = loaded.path / name
        card = json.loads(file.read_text())
        card.pop("seal", None)
        file.write_text(json.dumps(card))
    assert loaded("stats").code == 0
    assert "Ana" in loaded("token", "list").out
    assert loaded("verify", "--every", "0").code == 0
    for name in ("pledgegraph.json", "tokens.json"):
        assert json.loads((loaded.path / name).read_text())["seal"].startswith("sha256:")
    assert (loaded.path / "tokens.json").stat().st_mode & 0o777 == 0o600
    file = tables(loaded.path)[0]
    flip(file, file.stat().st_size // 2)
    assert loaded("verify", "--files").code != 0


# The changes log


def test_an_acknowledged_record_whose_last_line_turned_is_not_cut_away(loaded: Program) -> None:
    (segment,) = (loaded.path / "changes").iterdir()
    # In the newline, the checksum, the length, and the words before them.
    for place in (-1, -2, -30, -70, -74, -76):
        flip(segment, segment.stat().st_size + place)
        before = segment.read_bytes()
        told = loaded("verify")
        assert told.code != 0, place
        assert "changes log" in told.err
        assert segment.read_bytes() == before
        # Not even where the pointer is lost with it.
        pointer = (loaded.path / "current").read_bytes()
        (loaded.path / "current").write_bytes(b"")
        assert loaded("verify").code != 0
        (loaded.path / "current").unlink()
        assert loaded("verify").code != 0
        (loaded.path / "current").write_bytes(pointer)
        assert segment.read_bytes() == before
        flip(segment, segment.stat().st_size + place)
    assert loaded("verify").code == 0


@pytest.mark.parametrize(
    "rest", [b'H sequence "9" .\nH time', b"\x00" * 700, b"TC .\n# end 9 9 zz\n"]
)
def test_what_is_cut_off_the_log_is_set_aside(
    loaded: Program, rest: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (segment,) = (loaded.path / "changes").iterdir()
    whole = segment.read_bytes()
    for _ in range(2):
        segment.write_bytes(whole + rest)
        told = loaded("stats")
        assert told.code == 0
        (copy,) = (loaded.path / "set-aside").iterdir()
        assert f"set-aside/{copy.name}" in caplog.text
        caplog.clear()
        assert copy.read_bytes() == rest
        assert segment.read_bytes() == whole


# Small files


def damage_text(file: Path, damage: str) -> None:
    old, new = damage.split("|")
    file.write_text(file.read_text().replace(old, new))


@pytest.mark.parametrize("damage", ["Ana|Ann", '"write"|"admin"', 'null|"2099-01-01T00:00:00Z"'])
def test_tokens_that_turned_are_not_taken(loaded: Program, damage: str) -> None:
    loaded("token", "create", "--label", "Ana")
    file = loaded.path / "tokens.json"
    before = file.read_text()
    damage_text(file, damage)
    assert file.read_text() != before
    told = loaded("token", "list")
    assert told.code != 0
    assert "tokens.json" in told.err
    assert loaded("verify", "--files").code != 0
    file.write_text(before)
    assert "Ana" in loaded("token", "list").out


@pytest.mark.parametrize("damage", ["data.example|date.example", "true|false"])
def test_a_card_that_turned_is_told(loaded: Program, damage: str) -> None:
    damage_text(loaded.path / "pledgegraph.json", damage)
    told = loaded("stats")
    assert told.code != 0
    assert "was changed" in told.err
    assert "backup" in told.err


def test_a_seal_that_turned_brings_the_shipped_data_again(
    program: Program, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    copy_shipped(tmp_path_factory, program.path, BASE)
    shipped = program.path / "shipped"
    before = shipped.read_text()
    for damage in (b"", b"\xff\xfe", b"sha256:12\n"):
        shipped.write_bytes(damage)
        told = program("init", "--update")
        assert told.code == 0, told.err
        assert "`shipped`" in caplog.text
        caplog.clear()
        assert shipped.read_text() == before


# What grows


def test_the_engines_old_logs_go_with_the_snapshots(engine: EmbeddedEngine, path: Path) -> None:
    for number in range(5):
        engine.update(change([quad(number)]))
    assert len(list((path / "primary").glob("LOG.old.*"))) <= 1
    assert len(quads_of(engine)) == 5


def test_damage_in_a_kept_version_is_found_and_removed(loaded: Program) -> None:
    shutil.copytree(snapshot(loaded.path), loaded.path / "past" / "1")
    (loaded.path / "past" / "1.lease").touch()
    file = max((loaded.path / "past" / "1").glob("*.sst"))
    flip(file, 100)
    assert "Version 1" in loaded("verify", "--files").err
    told = loaded("verify", "--files", "--mend")
    assert told.code == 0
    assert "Version 1" in told.out
    assert not (loaded.path / "past" / "1").exists()
