"""`pledgegraph merge`, `split`, `retract`: records that are one or several, sources that go."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer
from pyoxigraph import NamedNode

from pledgegraph.cli.options import Changing, changing, named_record
from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.errors import InputError, ValidationFailed
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.normalisation import difference
from pledgegraph.writes.records import merged, retracted, split

Record = Annotated[
    str,
    typer.Argument(metavar="IRI", help="Whole, or what follows the base: id/actor/dane."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be added and removed; change nothing.")
]


@changing
def merge(
    made: Changing,
    *,
    gone: Record,
    kept: Record,
    prefer_kept: Annotated[
        bool,
        typer.Option(
            "--prefer-kept",
            help="Where one source says something of both under the same property, keep what it "
            "says of the second record only. Names stay.",
        ),
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Make one record of two: what is said of the first is then said of the second.

    Every statement stays in the graph of its source. The first IRI leads to the second.
    """
    engine = made.engine
    one, other = named_record(engine, gone), named_record(engine, kept)
    why = made.reason or f"{_short(engine, one)} and {_short(engine, other)} are one."

    def compute(snapshot: EmbeddedSnapshot) -> Change:
        return merged(
            snapshot,
            one,
            other,
            base=engine.base,
            agent=made.agent,
            reason=why,
            prefer_kept=prefer_kept,
        )

    try:
        _make(made, compute, dry_run=dry_run)
    except ValidationFailed as error:
        error.remedy = (
            "Where a source says two things of what is one record, decide which is right: "
            "--prefer-kept keeps what it says of the second."
        )
        raise


@changing
def split_record(
    made: Changing,
    *,
    whole: Record,
    part: Annotated[
        list[str],
        typer.Option(
            "--part",
            metavar="IRI=SOURCE,SOURCE",
            help="A record, and the sources whose statements are about it. May be repeated.",
        ),
    ],
    dry_run: DryRun = False,
) -> None:
    """Make several records of one: each part gets what its sources say.

    What other sources say stays. Where nothing stays, the old IRI leads to the parts.
    """
    engine = made.engine
    record = named_record(engine, whole)
    parts: dict[NamedNode, list[NamedNode]] = {}
    for each in part:
        name, mark, sources = each.partition("=")
        if not mark or not sources.strip():
            raise InputError(
                f"{each!r} does not say which sources speak of the part.",
                remedy="Write --part id/actor/new=first-source,second-source.",
            )
        named = [_source(engine, slug.strip()) for slug in sources.split(",")]
        parts.setdefault(named_record(engine, name.strip()), []).extend(named)
    why = made.reason or f"{_short(engine, record)} stood for several."

    def compute(snapshot: EmbeddedSnapshot) -> Change:
        return split(snapshot, record, parts, base=engine.base, agent=made.agent, reason=why)

    _make(made, compute, dry_run=dry_run)


@changing
def retract(
    made: Changing,
    *,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The source's IRI, or its slug.")],
    dry_run: DryRun = False,
) -> None:
    """Take a source away, with all that it alone supports. `revert` brings it back."""
    engine = made.engine
    named = _source(engine, source)
    why = made.reason or f"{_short(engine, named)} is retracted."

    def compute(snapshot: EmbeddedSnapshot) -> Change:
        return retracted(snapshot, named, base=engine.base, agent=made.agent, reason=why)

    try:
        _make(made, compute, dry_run=dry_run)
    except ValidationFailed as error:
        error.remedy = (
            "Other sources rest on what this one says. Mend or retract those first, then this one."
        )
        raise


COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "merge": merge,
    "split": split_record,
    "retract": retract,
}


def _make(made: Changing, compute: Callable[[EmbeddedSnapshot], Change], *, dry_run: bool) -> None:
    """Make the change, or tell what it would come to."""
    if dry_run:
        with made.engine.snapshot() as snapshot:
            found = difference(snapshot.store, compute(snapshot))
        lines: dict[str, Any] = {
            "removed": sorted(str(quad) for quad in found.removed),
            "added": sorted(str(quad) for quad in found.added),
        }
        if made.as_json:
            print(json.dumps(lines, ensure_ascii=False, indent=2))
            return
        for name, sign in (("removed", "-"), ("added", "+")):
            for line in lines[name]:
                print(harmless(f"{sign} {line}"))
        return
    receipt = made.engine.update_from(compute)
    if made.as_json:
        print(json.dumps(asdict(receipt)))
    else:
        print(
            f"{receipt.added:,} statements added, {receipt.removed:,} removed. "
            f"Snapshot {receipt.sequence}; `pledgegraph revert` takes it back."
        )


def _source(engine: EmbeddedEngine, text: str) -> NamedNode:
    is_slug = ":" not in text and "/" not in text
    return named_record(engine, f"id/source/{text}" if is_slug else text)


def _short(engine: EmbeddedEngine, node: NamedNode) -> str:
    return node.value.removeprefix(f"{engine.base}/")
