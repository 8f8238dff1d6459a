"""How long validation takes: of all data with either engine, and of one change."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, Triple, parse

from benchmarks.generate import write as generate
from benchmarks.times import Times, timed
from pledgegraph.shipped import shipped
from pledgegraph.validation import Validator, validator_named

ENGINES: Final = ("turbo", "pyshacl")


class FaultsFound(Exception):
    """An engine finds fault with data that have none."""


def triples_of(quads: int, seed: int, scratch: Path) -> list[Triple]:
    """Made-up data as a load hands them to validation."""
    path = scratch / f"{quads}.nq"
    generate(path, quads, seed)
    return list(dict.fromkeys(q.triple for q in parse(path=path, format=RdfFormat.N_QUADS)))


@dataclass
class Spent:
    """Seconds, as the clock on the wall counts them and as the processor does."""

    wall: Times = field(default_factory=list)
    busy: Times = field(default_factory=list)


def measure_whole(
    full: Collection[Triple], compared: Collection[Triple], rounds: int
) -> dict[str, Spent]:
    """What validation took, with the shapes read before.

    Under "full" stands the default engine with all ``full`` triples, under the name of each
    engine that one with the ``compared`` triples.

    Raises:
        FaultsFound: see there.
    """
    found = {name: Spent() for name in ("full", *ENGINES)}
    engines = {name: validator_named(name, shipped("ontology")) for name in ENGINES}
    for turn in range(rounds):
        _validate(engines["turbo"], full, found["full"])
        for name in ENGINES if turn % 2 == 0 else reversed(ENGINES):
            _validate(engines[name], compared, found[name])
    return found


def _validate(engine: Validator, data: Collection[Triple], spent: Spent) -> None:
    begin = time.process_time()
    report = timed(partial(engine.validate, data), spent.wall)
    spent.busy.append(time.process_time() - begin)
    if report.results:
        raise FaultsFound(f"{len(report.results)} findings in data that keep to the shapes")
