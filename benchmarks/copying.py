"""Measures dumps, mirrors and the past, and says which of the goals are met.

Usage: benchmarks/run-copies [--quads 1000000] [--changes 1000] [--records 10000] [--seed 1]
    [--page]

The bare engine writes the same data in the same three formats, compressed the same way.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from benchmarks.generate import BASE
from benchmarks.generate import write as generate
from benchmarks.goals import Row, goal, table
from benchmarks.measure import machine
from benchmarks.page import write_on_page
from benchmarks.times import Times, shown, timed
from pledgegraph.history.canonical import canonical_hash
from pledgegraph.history.make_dump import make_dump
from pledgegraph.history.mirror import open_mirror
from pledgegraph.history.mirror_client import Origin
from pledgegraph.history.past_versions import Past
from pledgegraph.store.changes import Change, ChangeSet
from pledgegraph.store.directory import new_directory, open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.published_log import PublishedLog

MARK: Final = "### What copies took"

_MOST_TIMES_BARE: Final = 1.3
_MOST_SECONDS: Final = 10.0
_FORMATS: Final = (RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.JSON_LD)
_LEVEL: Final = 6
_PROGRAM: Final = "from pledgegraph.cli import main; main()"


class Differs(Exception):
    """Two copies that should be the same are not."""


def _engine(path: Path) -> EmbeddedEngine:
    """A data directory without shapes and rules."""
    with new_directory(path, base=BASE) as directory:
        EmbeddedEngine(directory).settle()
    return EmbeddedEngine(open_directory(path))


def _dump_bare(store: Store, folder: Path) -> None:
    folder.mkdir()
    for form in _FORMATS:
        with gzip.open(folder / f"dump.{form.file_extension}.gz", "wb", _LEVEL) as output:
            store.dump(cast("BinaryIO", output), form)


def measure_dumps(data: Path, scratch: Path) -> tuple[list[Row], float]:
    """Rows on a dump of everything, and how many times the bare engine's time it takes."""
    bare = Store(scratch / "bare")
    bare.bulk_load(path=data, format=RdfFormat.N_QUADS)
    bare.flush()
    engine = _engine(scratch / "ours")
    quads = parse(path=data, format=RdfFormat.N_QUADS)
    engine.update(Change(agent="benchmark", reason="All at once", add=quads))
    ours: Times = []
    theirs: Times = []
    hashing: Times = []
    timed(lambda: _dump_bare(bare, scratch / "bare-dump"), theirs)
    made = timed(lambda: make_dump(engine, keep=1), ours)
    with engine.snapshot() as snapshot:
        found = timed(lambda: canonical_hash(snapshot), hashing)
    if made is None or made.hash != found:
        raise Differs("The dump has another hash than the snapshot.")
    rows: list[Row] = [
        ("dump in three formats, with checksums and hash", shown(ours[0])),
        ("the bare engine: the three formats", shown(theirs[0])),
        ("canonical hash alone", shown(hashing[0])),
    ]
    return rows, ours[0] / theirs[0]


@contextmanager
def _served(path: Path) -> Iterator[str]:
    """The address of a service over the data directory, in a process of its own."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PLEDGEGRAPH_")},
        "PLEDGEGRAPH_DATA_DIR": str(path),
        "PLEDGEGRAPH_PORT": "0",
        "PLEDGEGRAPH_DUMP_INTERVAL": "0",
    }
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, "serve"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://\S+/", line)
            if found is None:
                raise Differs("The service did not start.")
            yield found[0]
        finally:
            process.terminate()


def _some(chance: random.Random) -> list[Quad]:
    graph = NamedNode(f"{BASE}/id/source/bench-changes")
    about = NamedNode(f"{BASE}/about")
    return [
        Quad(NamedNode(f"{BASE}/id/thing/{chance.randrange(500)}"), about, Literal(text), graph)
        for text in ("counted", "reported", "promised", "forgotten")
    ]


def measure_mirror(number: int, seed: int, scratch: Path) -> tuple[list[Row], float]:
    """Rows on a mirror that catches up, and the seconds that it took."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    engine = _engine(scratch / "origin")
    while (sequence := _newest(engine)) < number:
        engine.update(
            Change(agent="benchmark", reason="More", add=_some(chance), remove=_some(chance))
        )
    caught_up: Times = []
    travelled: Times = []
    with _served(scratch / "origin") as address, Origin(address) as origin:
        mirror = open_mirror(scratch / "copy", origin, lock_wait=60)
        timed(mirror.catch_up, caught_up)
    with engine.snapshot() as snapshot:
        if mirror.hash() != (sequence, canonical_hash(snapshot)):
            raise Differs("The mirror holds something else.")
    past = Past(engine.directory, kept=2)

    def travel() -> None:
        with past.at(number // 2).snapshot():
            pass

    timed(travel, travelled)
    return [
        (f"a mirror takes {sequence:,} change sets", shown(caught_up[0])),
        (f"the version {number - number // 2:,} change sets ago is made", shown(travelled[0])),
    ], caught_up[0]


def _newest(engine: EmbeddedEngine) -> int:
    with engine.snapshot() as snapshot:
        return snapshot.sequence


def measure_log(number: int, seed: int, scratch: Path) -> list[Row]:
    """Rows on finding one record among many."""
    directory = _engine(scratch / "log").directory
    log = ChangesLog(directory.changes)
    chance = random.Random(seed)  # noqa: S311 -- no secret
    for sequence in range(1, number + 1):
        log.append(ChangeSet(), sequence=sequence, agent="benchmark", reason="One of many")
    directory.current.write_text(f"{number}\n", encoding="ascii")
    published = PublishedLog(directory.path)
    first: Times = []
    later: Times = []
    timed(lambda: published.record(number // 2).header(), first)
    for _ in range(100):
        timed(lambda: published.record(chance.randint(1, number)).header(), later)
    later.sort()
    return [
        (f"the first record asked for among {number:,}", shown(first[0])),
        ("each later one", shown(later[len(later) // 2])),
    ]


def main() -> None:
    """Measure all, and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--changes", type=int, default=1_000)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="write docs/performance.md anew")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        data = scratch / "data.nq"
        quads = generate(data, options.quads, options.seed)
        dumps, times_bare = measure_dumps(data, scratch)
        mirror, seconds = measure_mirror(options.changes, options.seed, scratch)
        log = measure_log(options.records, options.seed, scratch)
    goals = [
        goal(
            "dump, against the bare engine", times_bare, _MOST_TIMES_BARE, "times", at_least=False
        ),
        goal(f"{options.changes:,} change sets taken", seconds, _MOST_SECONDS, "s", at_least=False),
    ]
    results = (
        f"{machine()} {quads:,} quads in the dump."
        f"\n\n{table(('what', 'time'), [*dumps, *mirror, *log])}"
        f"\n\n{table(('goal', 'asked for', 'found', 'met'), goals)}"
    )
    print(results)
    if options.page:
        write_on_page(MARK, results)


if __name__ == "__main__":
    main()
