"""The process that reads and writes workbooks; it is killed at need.

Begun as by ``python -m pledgegraph.tabular.process {bytes of memory}``. A file that somebody sends
can be made to need any amount of time and memory: nothing of it is read where requests are
answered. By the standard input come a line of JSON and the file; by the standard output go a line
of JSON and what it announces; by the standard error, lines that tell how far it is.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from pyoxigraph import RdfFormat, Store, serialize

from pledgegraph.errors import InputError, PledgegraphError, StorageFull
from pledgegraph.tabular.checking import Against, check
from pledgegraph.tabular.copies.since import mark_of
from pledgegraph.tabular.faults import Fault
from pledgegraph.tabular.lists import Lists
from pledgegraph.tabular.reading import Sent, read
from pledgegraph.tabular.register import register_named
from pledgegraph.tabular.state import State
from pledgegraph.tabular.writing import marked, workbook_of
from pledgegraph.workers.confinement import forbid_network, limit_memory
from pledgegraph.workers.failures import card_of

_BEHIND: Final = 5
"""Added to the niceness of who asks: whoever waits for a page is served before."""
PROGRESS: Final = "done "
"""Begins the lines that tell how far it is."""


def work(asked: Mapping[str, Any], body: bytes, memory: int) -> tuple[dict[str, Any], list[bytes]]:
    """What comes of a task: a head, and the pieces that follow it."""
    sent = Sent(body, asked["name"], asked["rows"])
    if asked["task"] == "mark":
        limit_memory(memory)
        faults, notes = (
            [Fault.from_json(each) for each in asked[key]] for key in ("faults", "notes")
        )
        return {"kind": "workbook"}, [marked(read(sent), faults, notes)]
    store = Store.read_only(asked["snapshot"])
    limit_memory(memory)
    if asked["task"] == "export":
        return {"kind": "workbook"}, [_exported(store, asked)]
    against = Against(
        store,
        asked["base"],
        asked["sequence"],
        asked["validator"],
        Path(asked["changes"]),
        Path(asked["folder"]),
        date.fromisoformat(asked["day"]),
    )
    checked = check(sent, asked["register"], against, language=asked["language"], progress=_tell)
    report = json.dumps(checked.report.as_json()).encode()
    if not asked["statements"]:
        return {"kind": "checked", "report": len(report), "removed": 0, "added": 0}, [report]
    removed, added = (
        serialize(quads, format=RdfFormat.N_QUADS) or b""
        for quads in (checked.removed, checked.added)
    )
    sizes = {"report": len(report), "removed": len(removed), "added": len(added)}
    return {"kind": "checked", **sizes}, [report, removed, added]


def _tell(done: int, total: int) -> None:
    print(f"{PROGRESS}{done} {total}", file=sys.stderr, flush=True)


def _exported(store: Store, asked: Mapping[str, Any]) -> bytes:
    lists = Lists(store)
    language, slug = asked["language"] or "en", asked["register"]
    day = date.fromisoformat(asked["day"])
    state, facts = None, {"register": "", "name": ""}
    if slug is not None:
        register = register_named(store, asked["base"], slug)
        if register is None:
            raise InputError(
                f"There is no register {slug!r}.",
                remedy="The part of its address after /id/register/ names it.",
            )
        state = State(store, register, lists, language)
        facts = {"register": slug, "name": register.label(language)}
    facts |= {"language": language}
    return workbook_of(
        state,
        lists,
        language=language,
        sheets=asked["sheets"],
        facts=facts,
        copied="" if state is None else mark_of(Path(asked["changes"]), asked["sequence"]),
        day=datetime(day.year, day.month, day.day),  # noqa: DTZ001 -- a day, not a moment
    )


def answer(source: BinaryIO, output: BinaryIO, memory: int) -> None:
    """Do the task that comes by ``source``."""
    asked = json.loads(source.readline())
    body = source.read()
    pieces: list[bytes] = []
    try:
        head, pieces = work(asked, body, memory)
    except (PledgegraphError, MemoryError) as error:
        head = card_of(error)
    except OSError as error:
        if "No space left" not in str(error):
            raise
        head = card_of(StorageFull("The disk is full: the workbook could not be checked."))
    output.write(json.dumps(head).encode() + b"\n")
    for piece in pieces:
        output.write(piece)
    output.flush()


def main() -> None:
    """Confine this process, then do one task."""
    # The answer goes by a copy; whatever else writes to the standard output must not get into it.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    forbid_network()
    answer(sys.stdin.buffer, cast(BinaryIO, output), int(sys.argv[1]))


if __name__ == "__main__":
    main()
