"""`pledgegraph mirror`: a second data directory in step with a service, whatever interrupts it."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from pyoxigraph import Literal, Quad

from pledgegraph.cli import main
from pledgegraph.errors import MirrorReadOnly
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.record import Record
from pledgegraph_api.app.create import create_app
from tests.api.conftest import BASE, make_store
from tests.depth import THOROUGH
from tests.graph.building import node, quad
from tests.running_service import PROGRAM, Service, environment_of

Start = Callable[..., Service]
RunMirror = Callable[..., "Ended"]


def log_of(path: Path) -> bytes:
    """Every byte of the changes log."""
    segments = sorted(open_directory(path).changes.glob("*.rdfp"), key=lambda p: int(p.stem))
    return b"".join(each.read_bytes() for each in segments)


def spawn(path: Path, *arguments: str) -> subprocess.Popen[str]:
    """A command over the data directory at ``path``, as a process."""
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        env=environment_of(data_dir=path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command, to its end."""
    with spawn(path, *arguments) as process:
        out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts services, and ends them all."""
    started: list[Service] = []

    def begin(path: Path, **settings: object) -> Service:
        chosen = {"data_dir": path, "port": 0, "query_workers": 1, "dump_interval": 0, **settings}
        started.append(Service(**chosen))
        return started[-1]

    yield begin
    for each in started:
        each.end()


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """The data directory of an origin."""
    engine = make_store(tmp_path / "origin")
    yield engine
    engine.close()


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def in_this_process(origin: EmbeddedEngine) -> Iterator[str]:
    """Where the origin is served from a thread, so that a test may have it misbehave."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(Settings(data_dir=origin.directory.path, base=BASE, dump_interval=0), origin)
    # The faster loop waits for its processes in the main thread only.
    config = uvicorn.Config(
        app, log_config=None, access_log=False, loop="asyncio", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> RunMirror:
    """Runs `pledgegraph mirror --once` in this process."""

    def run_once(path: Path, address: str, *options: str) -> Ended:
        with monkeypatch.context() as patch:
            command = ["mirror", address, "--once", "--data-dir", str(path), *options]
            patch.setattr(sys, "argv", ["pledgegraph", *command])
            capfd.readouterr()
            code: object = 0
            try:
                main()
            except SystemExit as ending:
                code = ending.code
            out, err = capfd.readouterr()
        return Ended(int(str(code or 0)), out, err)

    return run_once


def change_at_random(engine: EmbeddedEngine, chance: random.Random) -> None:
    """Add and remove some statements of a small world, so that many come and go."""

    def some() -> list[Quad]:
        return [
            Quad(
                node(f"id/thing/{chance.randrange(20)}"),
                node("about"),
                Literal(chance.choice(["one", "two\n", 'th"ree', "\u2028"])),
                node(f"id/source/{chance.randrange(3)}"),
            )
            for _ in range(chance.randrange(1, 30))
        ]

    engine.update(Change(agent="chance", reason="At random.", add=some(), remove=some()))


def test_a_mirror_follows_a_hundred_changes_through_interruptions(
    origin: EmbeddedEngine, start: Start, tmp_path: Path
) -> None:
    chance = random.Random(5)  # noqa: S311
    address = start(origin.directory.path).address()
    copy = tmp_path / "copy"
    kills, blows = 0, 10 if THOROUGH else 4
    for _ in range(blows):
        follower = spawn(copy, "mirror", address, "--interval", "0.1")
        for _ in range(100 // blows):
            change_at_random(origin, chance)
            time.sleep(chance.random() * 0.15)
        follower.send_signal(signal.SIGKILL)
        follower.communicate()
        kills += follower.returncode == -signal.SIGKILL
    assert kills == blows
    caught_up = run(copy, "mirror", address, "--once", "--json")
    assert caught_up.returncode == 0, caught_up.stderr
    told = json.loads(caught_up.stdout)
    with origin.snapshot() as snapshot:
        assert told["sequence"] == snapshot.sequence
    assert log_of(copy) == log_of(origin.directory.path)

    hashes = []
    for path in (origin.directory.path, copy):
        verified = run(path, "verify", "--json")
        assert verified.returncode == 0, verified.stderr
        hashes.append(json.loads(verified.stdout)["hash"])
    assert hashes == [told["hash"]] * 2

    # The second service tells the same of the same changes.
    mirrored = start(copy).address()
    for page in ("changes/pages/1", f"changes/{told['sequence']}.rdfp"):
        assert httpx.get(address + page).content == httpx.get(mirrored + page).content


def test_the_origins_dump_proves_that_both_are_the_same(
    origin: EmbeddedEngine, start: Start, mirror: RunMirror, tmp_path: Path
) -> None:
    origin.update(Change(agent="tests", reason="One", add=[quad(n) for n in range(20)]))
    address = start(origin.directory.path, dump_interval=0.3).address().rstrip("/")
    deadline = time.monotonic() + 60
    while not httpx.get(f"{address}/dumps/").json()["dumps"]:
        assert time.monotonic() < deadline, "the service made no dump"
        time.sleep(0.2)
    origin.update(Change(agent="tests", reason="Two", add=[quad(21)]))
    ended = mirror(tmp_path / "copy", address, "--verify", "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["sequence"] == 2
    assert told["proved"] in (1, 2)


def test_a_mirror_takes_no_changes_of_its_own(
    origin: EmbeddedEngine, start: Start, mirror: RunMirror, tmp_path: Path
) -> None:
    origin.update(Change(agent="tests", reason="One", add=[quad(1)]))
    address = start(origin.directory.path).address()
    assert mirror(tmp_path / "copy", address).code == 0
    copy = EmbeddedEngine(open_directory(tmp_path / "copy"))
    with pytest.raises(MirrorReadOnly, match="mirrors"):
        copy.update(Change(agent="tests", reason="Own", add=[quad(2)]))
    copy.close()
    assert open_directory(tmp_path / "copy").base == BASE
    assert json.loads(mirror(tmp_path / "copy", address, "--json").out)["taken"] == 0


def test_another_origin_is_refused(
    origin: EmbeddedEngine, start: Start, mirror: RunMirror, tmp_path: Path
) -> None:
    for number in range(3):
        origin.update(Change(agent="tests", reason="One", add=[quad(number)]))
    address = start(origin.directory.path).address()
    copy = tmp_path / "copy"
    assert mirror(copy, address).code == 0

    other = make_store(tmp_path / "other")
    other.update(Change(agent="tests", reason="Another", add=[quad(7)]))
    another = start(other.directory.path).address()
    shorter = mirror(copy, another)
    assert (shorter.code, "has 1 change sets" in shorter.err) == (6, True), shorter.err
    for number in range(8, 11):
        other.update(Change(agent="tests", reason="Another", add=[quad(number)]))
    diverged = mirror(copy, another)
    assert (diverged.code, "is another one" in diverged.err) == (6, True), diverged.err
    own = mirror(other.directory.path, address)
    assert own.code == 4
    assert "cannot become a mirror" in own.err
    assert log_of(copy) == log_of(origin.directory.path)
    other.close()


def test_what_is_no_service_of_ours_is_refused(
    origin: EmbeddedEngine, start: Start, mirror: RunMirror, tmp_path: Path
) -> None:
    ended = mirror(tmp_path / "copy", f"{start(origin.directory.path).address()}queries")
    assert ended.code == 6
    assert "404" in ended.err
    assert not (tmp_path / "copy").exists()


def test_damage_on_the_way_is_noticed_and_nothing_of_it_is_taken(
    origin: EmbeddedEngine,
    in_this_process: str,
    mirror: RunMirror,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        origin.update(Change(agent="tests", reason="One", add=[quad(number)]))
    whole = Record.written

    def damaged(record: Record) -> Iterator[bytes]:
        for piece in whole(record):
            yield piece.replace(b"number 1", b"number 7")

    monkeypatch.setattr(Record, "written", damaged)
    ended = mirror(tmp_path / "copy", in_this_process)
    assert (ended.code, "Change set 2 came damaged" in ended.err) == (6, True), ended.err
    monkeypatch.undo()
    assert log_of(tmp_path / "copy") == b""
    assert mirror(tmp_path / "copy", in_this_process).code == 0
    assert log_of(tmp_path / "copy") == log_of(origin.directory.path)


def test_a_broken_connection_costs_only_what_was_not_whole(
    origin: EmbeddedEngine,
    in_this_process: str,
    mirror: RunMirror,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(4):
        origin.update(Change(agent="tests", reason="One", add=[quad(number)]))
    whole = Record.written
    breaks = iter([True])

    def broken(record: Record) -> Iterator[bytes]:
        for piece in whole(record):
            if record.sequence == 3 and next(breaks, False):
                yield piece[:40]
                raise ConnectionAbortedError
            yield piece

    monkeypatch.setattr(Record, "written", broken)
    ended = mirror(tmp_path / "copy", in_this_process)
    assert ended.code == 0, ended.err
    assert log_of(tmp_path / "copy") == log_of(origin.directory.path)
