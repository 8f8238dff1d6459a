"""Measures validation and computed facts, and says which of the goals are met.

Usage: benchmarks/run-goals [--whole 100000] [--compared 100000] [--small 10000]
    [--large 1000000] [--rounds 5] [--changes 40] [--seed 1]
    [--only whole|facts] [--page]

All sides of a comparison take turns within one run. pySHACL may take minutes for 100,000
triples; with ``--compared`` both engines are compared on fewer.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, Store, parse

from benchmarks.asking import STATUS, measure_status
from benchmarks.changing import KINDS, follow, measure_changes
from benchmarks.generate import BASE
from benchmarks.generate import write as generate
from benchmarks.measure import machine
from benchmarks.page import write_on_page
from benchmarks.times import Times, median, shown, timed
from benchmarks.validating import measure_whole, triples_of
from pledgegraph.shipped import shipped
from pledgegraph.store.rules import Rules, read_rules
from pledgegraph.store.union_graph import merged

MARK: Final = "### What was found"

_MOST_SECONDS: Final = 5.0
_TIMES_PYSHACL: Final = 20.0
_TIMES_MAXIMUM: Final = 30.0
_TIMES_SMALL: Final = 2.0

Row = Sequence[str]


def table(head: Row, rows: Iterable[Row]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def goal(
    title: str, found: float, limit: float, unit: str, *, at_least: bool, digits: int = 1
) -> Row:
    """A row that says whether a goal is met."""
    met = found >= limit if at_least else found <= limit
    asked = f"{'at least' if at_least else 'at most'} {limit:g} {unit}"
    return (title, asked, f"{found:.{digits}f} {unit}", "yes" if met else "no")


def whole(options: argparse.Namespace, scratch: Path) -> tuple[str, list[Row]]:
    """The section on the validation of everything."""
    full = triples_of(options.whole, options.seed, scratch)
    compared = triples_of(options.compared, options.seed, scratch)
    found = measure_whole(full, compared, options.rounds)
    ratio = median(found["pyshacl"].wall) / median(found["turbo"].wall)
    rows = [
        (
            f"{len(data):,} triples, {title}",
            *_three(found[name].wall),
            shown(median(found[name].busy)),
        )
        for name, title, data in (
            ("full", "default engine", full),
            ("turbo", "default engine", compared),
            ("pyshacl", "pySHACL", compared),
        )
    ]
    head = ("what", "median", "best", "worst", "processor busy")
    return f"#### All data validated\n\n{table(head, rows)}", [
        goal(f"{len(full):,} triples validated", median(found["full"].wall), _MOST_SECONDS, "s",
             at_least=False),
        goal(f"faster than pySHACL, {len(compared):,} triples", ratio, _TIMES_PYSHACL, "times",
             at_least=True),
    ]  # fmt: skip


def filled(quads: int, seed: int, scratch: Path) -> tuple[Store, float, int]:
    """A store on disk with made-up data and all that rules compute from them.

    With it come the seconds that the rules took, and how many quads they gave.
    """
    data = scratch / f"store-{quads}.nq"
    generate(data, quads, seed)
    store = Store(scratch / f"store-{quads}")
    store.bulk_load(path=data, format=RdfFormat.N_QUADS)
    store.bulk_extend(merged(parse(path=data, format=RdfFormat.N_QUADS)))
    data.unlink()
    taken: Times = []
    rules = Rules(read_rules(shipped("ontology") / "rules"), BASE)
    computed = timed(lambda: follow(store, None, rules), taken)
    store.flush()
    return store, taken[0], computed


def facts(options: argparse.Namespace, scratch: Path) -> tuple[str, list[Row]]:
    """The sections on one change, on what rules cost, and on what they save."""
    sizes = (options.small, options.large)
    made = {size: filled(size, options.seed, scratch) for size in sizes}
    stores = {size: store for size, (store, _, _) in made.items()}
    large = stores[options.large]
    status, answers = measure_status(large, options.rounds * 3)
    titles = {
        name: path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        for name, path in STATUS.items()
    }
    asked = [
        (titles[name], *_three(times), f"{median(times) / median(status['computed']):.1f}")
        for name, times in status.items()
    ]
    costs = measure_changes(stores, options.changes, options.seed)
    head = (
        "what",
        *(f"{size:,} quads" for size in sizes),
        "ratio",
        *(f"worst at {size:,}" for size in sizes),
    )
    rows = [
        (f"{title} {kind}", *_two([getattr(costs[size, kind], part) for size in sizes]))
        for kind in KINDS
        for part, title in (("judged", "validate a"), ("followed", "compute what follows from a"))
    ]
    derived = [
        (f"{len(stores[size]):,} quads in the end", f"{made[size][2]:,}", shown(made[size][1]))
        for size in sizes
    ]
    judged = {s: median([t for k in KINDS for t in costs[s, k].judged]) for s in sizes}
    text = (
        f"#### Current status of a register, {len(large):,} quads, {answers:,} commitments\n\n"
        f"{table(('asked', 'median', 'best', 'worst', 'times the first'), asked)}\n\n"
        f"#### One change\n\n{table(head, rows)}\n\n"
        "#### Everything computed anew\n\n"
        f"{table(('store', 'computed', 'seconds'), derived)}"
    )
    return text, [
        goal("current status, faster than with MAX",
             median(status["latest-of-all"]) / median(status["computed"]), _TIMES_MAXIMUM, "times",
             at_least=True),
        goal("one change validated, large store against small",
             judged[options.large] / judged[options.small], _TIMES_SMALL, "times", at_least=False),
    ]  # fmt: skip


PARTS: Final = {"whole": whole, "facts": facts}


def _three(times: Times) -> Row:
    return (shown(median(times)), shown(min(times)), shown(max(times)))


def _two(pair: Sequence[Times]) -> Row:
    small, large = pair
    return (
        shown(median(small)),
        shown(median(large)),
        f"{median(large) / median(small):.2f}",
        shown(max(small)),
        shown(max(large)),
    )


def main() -> int:
    """Measure, print the tables, and put them on the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--whole", type=int, default=100_000, help="validated in full")
    parser.add_argument("--compared", type=int, default=100_000, help="validated by both engines")
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--changes", type=int, default=40, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=PARTS, help="one part; it does not go on the page")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md anew")
    options = parser.parse_args()
    results, goals = machine(), list[Row]()
    print(results, flush=True)
    for name, measured in PARTS.items():
        if options.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory(prefix="pledgegraph-") as folder:
            text, rows = measured(options, Path(folder))
        print(f"\n{text}", flush=True)
        results += f"\n\n{text}"
        goals += rows
    verdict = f"#### Goals\n\n{table(('goal', 'asked for', 'found', 'met'), goals)}"
    print(f"\n{verdict}", flush=True)
    if options.page and not options.only:
        write_on_page(MARK, f"{results}\n\n{verdict}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
