"""`pledgegraph revert`: take a change set back, by another one."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from pledgegraph.cli.options import Changing, changing, named_record
from pledgegraph.history.revert import inverse, refuse_conflicts
from pledgegraph.store.changes import Change
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.log.published_log import PublishedLog


@changing
def command(
    made: Changing,
    *,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The change set's number.")],
    about: Annotated[
        list[str] | None,
        typer.Option(
            "--about",
            metavar="IRI",
            help="Take back only what it says of that record, named by its IRI or by what follows "
            "the base: id/actor/dane. May be repeated.",
        ),
    ] = None,
) -> None:
    """Remove what a change set added and bring back what it removed, as a new change set.

    The shapes must still hold, and no later change set may have touched the same statements.
    """
    engine = made.engine
    record = PublishedLog(engine.directory.path).record(number)
    records = {named_record(engine, each) for each in about or ()}
    part = " in part" if records else ""
    change = inverse(
        record,
        agent=made.agent,
        reason=made.reason or f"Reverts change set {number}{part}: {record.header().reason}",
        about=records,
    )

    def checked(snapshot: EmbeddedSnapshot) -> Change:
        refuse_conflicts(record, snapshot, ChangesLog(engine.directory.changes), about=records)
        return change

    receipt = engine.update_from(checked)
    if made.as_json:
        print(json.dumps(asdict(receipt)))
    else:
        print(
            f"Change set {number} is taken back{part}: {receipt.added:,} added, "
            f"{receipt.removed:,} removed. Snapshot {receipt.sequence}."
        )
