"""What one change costs those who judge it and those who compute from it, at each size."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Dataset, Literal, NamedNode, Quad, Store

from benchmarks.generate import BASE
from benchmarks.times import Times, timed
from pledgegraph.namespaces import PG, RDF, RDFS, SCHEME, XSD
from pledgegraph.shipped import shipped
from pledgegraph.store.changes import ChangeSet
from pledgegraph.store.log.applying import apply
from pledgegraph.store.rules import Rules, read_rules
from pledgegraph.store.union_graph import named_quads
from pledgegraph.validation import ChangeValidator, validator_named

_WARM: Final = 3


class ChangeRefused(Exception):
    """A change that keeps to the shapes was found to break one."""


@dataclass
class Cost:
    """Seconds for one kind of change in one store."""

    judged: Times = field(default_factory=list)
    """To validate it."""
    followed: Times = field(default_factory=list)
    """To compute what follows from it and to store that."""


def _iri(kind: str, slug: str) -> NamedNode:
    return NamedNode(f"{BASE}/id/{kind}/{slug}")


def _concept(scheme: str, name: str) -> NamedNode:
    return NamedNode(f"{SCHEME}{scheme}#{name}")


def _day(text: str) -> Literal:
    return Literal(text, datatype=XSD.date)


def changed_commitment(store: Store, number: int) -> ChangeSet:
    """Another name and another due date for the commitment of that number."""
    commitment, graph = _iri("commitment", f"bench-{number}"), _iri("source", f"bench-{number}")
    new = {
        RDFS.label: Literal(f"To count what was promised, {number}", language="en"),
        PG.dueEarliest: _day("2031-01-01"),
        PG.dueLatest: _day("2031-12-31"),
        PG.dueAsPublished: Literal("2031"),
    }
    removed = Dataset(
        quad for prop in new for quad in store.quads_for_pattern(commitment, prop, None, graph)
    )
    added = Dataset(Quad(commitment, prop, value, graph) for prop, value in new.items())
    return ChangeSet(added=added, removed=removed)


def new_report(store: Store, number: int) -> ChangeSet:
    """A status report of the maker on the commitment of that number, later than all others."""
    commitment, graph = _iri("commitment", f"bench-{number}"), _iri("source", f"bench-{number}")
    report = _iri("report", f"bench-{number}-new")
    (maker,) = (q.object for q in store.quads_for_pattern(commitment, PG.madeBy, None, graph))
    said = {
        RDF.type: PG.StatusReport,
        PG.reportsOn: commitment,
        PG.reporter: maker,
        PG.status: _concept("status", "in-progress"),
        PG.asOf: _day("2040-06-30"),
        PG.text: Literal("It goes on.", language="en"),
        PG.grade: _concept("grade", "high"),
        PG.earliest: _day("2040-06-30"),
        PG.latest: _day("2040-06-30"),
        PG.dateAsPublished: Literal("30/06/2040"),
    }
    return ChangeSet(added=Dataset(Quad(report, prop, said[prop], graph) for prop in said))


KINDS: Final = {"changed commitment": changed_commitment, "new status report": new_report}


def measure_changes(
    stores: Mapping[int, Store], count: int, seed: int
) -> dict[tuple[int, str], Cost]:
    """The cost of ``count`` changes of each kind, by the number of quads and the kind.

    The stores take turns. Each holds already what rules compute, and afterwards the changes.

    Raises:
        ChangeRefused: see there.
    """
    judge = ChangeValidator(validator_named("turbo", shipped("ontology")))
    rules = Rules(read_rules(shipped("ontology") / "rules"), BASE)
    dice = random.Random(seed)  # noqa: S311 -- made-up data, not a secret
    chosen = {
        size: dice.sample(range(_commitments(store)), count + _WARM)
        for size, store in stores.items()
    }
    sizes = list(stores)
    costs = {(size, kind): Cost() for size in sizes for kind in KINDS}
    for turn in range(count + _WARM):
        for size in sizes if turn % 2 == 0 else reversed(sizes):
            for kind, make in KINDS.items():
                change = make(stores[size], chosen[size][turn])
                cost = costs[size, kind] if turn >= _WARM else Cost()
                _make(stores[size], change, judge, rules, cost)
    return costs


def _make(
    store: Store, change: ChangeSet, judge: ChangeValidator, rules: Rules, cost: Cost
) -> None:
    report = timed(lambda: judge.check(change, store), cost.judged)
    if report.results:
        raise ChangeRefused(str(report.results[0]))
    apply(store, change, merge=True)
    timed(lambda: follow(store, change, rules), cost.followed)


def follow(store: Store, change: ChangeSet | None, rules: Rules) -> int:
    """Compute and store what follows from a change, or from all data; say how many quads.

    What is computed no more counts too.
    """
    count = 0
    for difference in rules.derive(store, change):
        apply(store, difference, merge=True)
        count += len(difference.added) + len(difference.removed)
    return count


def _commitments(store: Store) -> int:
    return sum(1 for _ in named_quads(store, None, RDF.type, PG.Commitment))
