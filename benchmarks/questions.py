"""What each question of the catalogue costs: seconds of processor over made-up data of any size.

Usage: python -m benchmarks.questions --quads 1000000 [--folder FOLDER] [--only ID ...]

Where the answer comes in portions over HTTP, the first of these is asked for; what the list of the
records costs that it is divided by, which the service makes once of a snapshot, stands beside it.
The store holds what the release ships and the made-up data of `benchmarks/generate.py`, followed by
the rules. Each question is asked with its defaults alone and with its examples, three times; the
least counts. A folder is kept and used again.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.generate import BASE, write
from pledgegraph.catalogue.known_values import KnownValues
from pledgegraph.catalogue.portions import in_portion
from pledgegraph.catalogue.questions import Question, catalogue
from pledgegraph.media_types import CSV, N_TRIPLES
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.setup.prepare import prepare
from pledgegraph.shipped import shipped
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.rules import Rules, read_rules
from pledgegraph.writes.loading import SourceFile, change_from_files

MOST: Final = 0.3
"""Seconds of processor that a question may cost over a million quads."""
_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """What one question cost."""

    question: str
    asked: str
    seconds: float
    listing: float
    rows: int


def store(folder: Path, quads: int) -> EmbeddedEngine:
    """The shipped data and the made-up ones, with what the rules say of them."""
    settings = Settings(data_dir=folder / "data", base=BASE)
    if not settings.data_dir.exists():
        prepare(settings)
        data = folder / "made-up.nq"
        write(data, quads)
        rules = Rules(read_rules(shipped("ontology") / "rules"), BASE)
        # Without the shapes, to which the made-up data keep: validating a million takes long.
        engine = EmbeddedEngine(open_directory(settings.data_dir, base=BASE), derive=rules.derive)
        change = change_from_files([SourceFile(data)], base=BASE, agent="benchmark", reason="Costs")
        engine.update(change)
        engine.close()
    return open_engine(settings)


def costs(engine: EmbeddedEngine, only: frozenset[str] = frozenset()) -> Iterator[Cost]:
    """What each question costs."""
    with engine.snapshot() as snapshot:
        known = KnownValues(BASE)
        for question in catalogue():
            if only and question.id not in only:
                continue
            examples = {each.name: each.example for each in question.parameters if each.example}
            for asked, given in (("defaults", {}), ("examples", examples)):
                if asked == "examples" and not examples:
                    continue
                values = known.of(question, given, snapshot)
                taken = [_ask(snapshot, question, values) for _ in range(_ROUNDS)]
                seconds, listing, rows = min(taken)
                yield Cost(question.id, asked, seconds, listing, rows)


def _ask(
    snapshot: EmbeddedSnapshot, question: Question, given: Mapping[str, str]
) -> tuple[float, float, int]:
    held = io.BytesIO()
    bound = question.bind(given, base=BASE)
    text = question.query
    began = time.process_time()
    listing = 0.0
    if question.portions is not None and question.portions.divides(given):
        keys = question.portions.all_keys(snapshot, bound)
        first = question.portions.portion(keys, None)
        if first is not None:
            text = in_portion(text, first.keys)
        listing = time.process_time() - began
    form = N_TRIPLES if question.answers_with_a_graph else CSV
    snapshot.query(text, substitutions=bound).serialise(held, form)
    return time.process_time() - began - listing, listing, held.getvalue().count(b"\n")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as elsewhere:
        folder = options.folder or Path(elsewhere)
        folder.mkdir(parents=True, exist_ok=True)
        began = time.process_time()
        engine = store(folder, options.quads)
        print(f"store: {time.process_time() - began:.1f} s", file=sys.stderr, flush=True)
        found = []
        for cost in costs(engine, frozenset(options.only)):
            found.append(cost)
            print(
                f"{cost.seconds:8.3f} s {cost.listing:8.3f} s {cost.rows:8d} "
                f"{cost.question} ({cost.asked})",
                flush=True,
            )
        engine.close()
    return int(any(cost.seconds > MOST for cost in found))


if __name__ == "__main__":
    raise SystemExit(main())
