"""A process to be killed: it forks a writer for each line that it reads, and tells its number.

`loads N` loads the files of a folder, from the N-th on, one after the other, as `pledgegraph
load` does, without end. `step N` makes one small change and dies by itself at the N-th event
in the store's code. Forking spares the second that it takes to import everything.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import FrameType

from pyoxigraph import Dataset, Literal, Quad, Store

from pledgegraph.cli import main
from pledgegraph.store import atomic_files as durable
from pledgegraph.store import directory, snapshots, writer
from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.log import changes_log
from pledgegraph.store.log import rdf_patch as patch
from tests.graph.building import BASE, change, node, quad

WATCHED = {
    str(each.__file__) for each in (changes_log, directory, durable, patch, snapshots, writer)
}
COMPUTED = node("id/graph/computed/test")


def count_quads(store: Store, _: ChangeSet | None) -> Iterator[ChangeSet]:
    """A rule: how many quads the first source has."""
    number = sum(1 for _ in store.quads_for_pattern(None, None, None, node("id/source/one")))
    wanted = Quad(node("it"), node("counts"), Literal(number), COMPUTED)
    found = list(store.quads_for_pattern(None, None, None, COMPUTED))
    if found != [wanted]:
        yield ChangeSet(added=Dataset([wanted]), removed=Dataset(found))


def load_for_ever(path: Path, files: list[Path], first: int) -> None:
    """Load one file after the other; each prints what was acknowledged."""
    for number in count(first):
        file = files[number % len(files)]
        sys.argv = ["pledgegraph", "load", str(file), "--reason", file.stem, "--json"]
        sys.argv += ["--data-dir", str(path), "--base", BASE, "--agent", "victim"]
        try:
            main()
        except SystemExit as ending:
            if ending.code:
                raise


def die_on_the_way(path: Path, last: int) -> None:
    """Make one change, and be dead before its end if it has more events than ``last``."""
    engine = EmbeddedEngine(open_directory(path, base=BASE), derive=count_quads)
    with engine.snapshot() as snapshot:
        ours = snapshot.store.quads_for_pattern(None, None, None, node("id/source/one"))
        known = sum(1 for _ in ours)
    engine.close()
    events = 0

    def watch(frame: FrameType, _event: str, _: object) -> None:
        nonlocal events
        if frame.f_code.co_filename in WATCHED:
            events += 1
            if events == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)
    receipt = engine.update(change([quad(known)]))
    sys.setprofile(None)
    print(f"acknowledged {receipt.sequence} after {events}", flush=True)


def serve(path: Path, files: list[Path]) -> None:
    """Fork a writer for each line of the input."""
    for line in sys.stdin:
        word, _, argument = line.strip().partition(" ")
        child = os.fork()
        if child == 0:
            if word == "loads":
                load_for_ever(path, files, int(argument))
            else:
                die_on_the_way(path, int(argument))
            os._exit(0)
        print(f"begun {child}", flush=True)
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    serve(Path(sys.argv[1]), sorted(Path(sys.argv[2]).iterdir()))
