"""kill -9 at any moment of a load, a workbook that is handed in, a revert and a backup.

What was acknowledged is there, nothing is there by half, and `verify` finds nothing amiss.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import NamedNode
from xlsxwriter import Workbook

from pledgegraph.backup import whole_backups
from pledgegraph.namespaces import DCTERMS, RDFS
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.writer import COMPUTED_BY
from pledgegraph.writes import RegisterScope, Tokens
from tests.depth import THOROUGH
from tests.graph.building import source_text
from tests.running_service import ROOT
from tests.shipped_store import copy_shipped
from tests.threats.conftest import BASE

ROUNDS: Final = 25 if THOROUGH else 1
"""Each is four deaths: of a load, a submission, a revert and a backup."""
THINGS: Final = 20
REGISTER: Final = "survivors"
State = tuple[int, int]
"""The number of the file that is loaded, and that of the workbook."""


@dataclass
class Victims:
    """The process that forks those who are killed, and the moments at which they are."""

    process: subprocess.Popen[str]
    path: Path
    chance: random.Random
    durations: dict[str, float] = field(default_factory=dict)
    deaths: int = 0

    def do(self, kind: str, /, **task: object) -> None:
        """Have something done whole, and note how long it takes."""
        begun = time.monotonic()
        self._begin(kind, task)
        assert self._last_words() == (["acknowledged"], 0), kind
        self.durations[kind] = time.monotonic() - begun

    def kill(self, kind: str, /, **task: object) -> bool:
        """Have something begun, and kill it; whether it was acknowledged before.

        Every other one dies about when its change comes into the log.
        """
        log = self.path / "changes"
        before = _size(log)
        begun = time.monotonic()
        child = self._begin(kind, task)
        if self.chance.random() < 0.5 and kind != "backup":
            while _size(log) == before and time.monotonic() < begun + 60:
                time.sleep(0.0005)
            time.sleep(self.chance.uniform(0, 0.03))
        else:
            time.sleep(self.chance.uniform(0, 1.1) * self.durations[kind])
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
            os.kill(child, signal.SIGKILL)
        words, status = self._last_words()
        self.deaths += status == signal.SIGKILL
        return words == ["acknowledged"]

    def _begin(self, kind: str, task: dict[str, object]) -> int:
        told = {"do": kind, "path": str(self.path), "base": BASE, **task}
        assert self.process.stdin
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        return int(self._line().removeprefix("begun "))

    def _line(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the process that is to fork the stewards is gone"
        return line.strip()

    def _last_words(self) -> tuple[list[str], int]:
        said = []
        while not (line := self._line()).startswith("dead "):
            said.append(line)
        words = [each for each in said if each == "acknowledged"]
        return words, int(line.removeprefix("dead "))


def _size(log: Path) -> int:
    return sum(each.stat().st_size for each in log.iterdir())


@contextmanager
def victims(path: Path, chance: random.Random) -> Iterator[Victims]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "graph", ROOT / "api"))),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.threats.desk_victim"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Victims(process, path, chance)
        finally:
            process.kill()


def turtle(number: int) -> str:
    """A source whose actors all tell the same number."""
    names = [f"survivor-{each}" for each in range(THINGS)]
    return source_text("survivor", *names) + "\n".join(
        f"<id/actor/{each}> rdfs:comment 'of {number}'@en ." for each in names
    )


def workbook(number: int, *, first: bool) -> bytes:
    """A register whose commitments all tell the same number; they are named by identifier."""
    out = BytesIO()
    with Workbook(out) as book:
        page = book.add_worksheet("About")
        page.write_row(0, 0, ("Register", REGISTER))
        page.write_row(1, 0, ("Name of the register", "A register"))
        page = book.add_worksheet("Commitments")
        page.write_row(0, 0, ("Identifier", "Organisation", "Objective@en", "Description@en"))
        for each in range(THINGS):
            name = "" if first else f"{REGISTER}-promise-{each}"
            told = (name, "United Nations Statistics Division", f"Promise {each}", f"of {number}")
            page.write_row(each + 1, 0, told)
    return out.getvalue()


def state_of(path: Path) -> tuple[State, int]:
    """What the data say when what a dead writer left is settled, and the last change set."""
    engine = open_engine(Settings(data_dir=path, base=BASE))
    shown = engine.settle()
    with engine.snapshot() as snapshot:
        told: list[int] = []
        for folder, name, predicate in (
            ("actor", "survivor-{}", RDFS.comment),
            ("commitment", f"{REGISTER}-promise-{{}}", DCTERMS.description),
        ):
            nodes = [NamedNode(f"{BASE}/id/{folder}/{name.format(each)}") for each in range(THINGS)]
            quads = list(snapshot.about(nodes, [predicate], merged=True))
            numbers = {int(str(quad.object.value).rpartition(" ")[2]) for quad in quads}  # type: ignore[union-attr]
            assert (len(quads), len(numbers)) == (THINGS, 1), "it is there by half"
            told += numbers
        assert shown == snapshot.sequence == ChangesLog(path / "changes").last()
    engine.close()
    return (told[0], told[1]), changes_after(path, 0)[-1]


def changes_after(path: Path, sequence: int) -> list[int]:
    """The change sets that are there from that one on, those of rules left out."""
    return [
        record.sequence
        for record in ChangesLog(path / "changes").after(sequence)
        if record.header().agent != COMPUTED_BY
    ]


def test_41_kill_9_of_a_load_a_submission_a_revert_and_a_backup(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(20_261_130)  # noqa: S311 - not for secrets
    path = copy_shipped(tmp_path_factory, tmp_path / "store", BASE)
    token = Tokens(path).create(scopes=(RegisterScope(REGISTER),), label="The keeper")[1]
    file, book, backups = tmp_path / "survivor.ttl", tmp_path / "book.xlsx", tmp_path / "backups"
    sent = {"register": REGISTER, "token": token, "book": str(book)}
    unheard = 0
    with victims(path, chance) as them:
        file.write_text(turtle(0), encoding="utf-8")
        them.do("load", arguments=[str(file)])
        book.write_bytes(workbook(0, first=True))
        them.do("submit", **sent)
        state, last = state_of(path)
        assert state == (0, 0)
        before: dict[int, State] = {}
        them.do("backup", arguments=[str(backups), "--keep", "1"])
        for number in range(1, ROUNDS + 1):
            for kind in ("load", "submit", "revert"):
                old = state
                if kind == "load":
                    file.write_text(turtle(number), encoding="utf-8")
                    new = (number, old[1])
                    told = them.kill("load", arguments=[str(file)])
                elif kind == "submit":
                    book.write_bytes(workbook(number, first=False))
                    new = (old[0], number)
                    told = them.kill("submit", **sent)
                elif last in before:
                    new = before[last]
                    them.durations.setdefault("revert", them.durations["load"])
                    told = them.kill("revert", arguments=[str(last)])
                else:
                    continue
                state, newest = state_of(path)
                assert state == (new if told or newest > last else old), (number, kind, told)
                assert len(changes_after(path, last)) == (newest > last)
                unheard += newest > last and not told
                if newest > last:
                    before[newest] = old
                last = newest
            told = them.kill("backup", arguments=[str(backups), "--keep", "1"])
            kept = whole_backups(backups)
            assert kept, "the backup that there was is gone"
            assert not told or max(each.sequence for each in kept) >= last
            if number % 10 == 0:
                them.do("verify", arguments=[])
        them.do("backup", arguments=[str(backups), "--keep", "1"])
        them.do("verify", arguments=[])
    print(f"{them.deaths} deaths, {unheard} of them between accepting a change and telling of it")
    assert them.deaths >= 2 * ROUNDS
