"""The process in which a write is worked out; it is killed at need.

Begun as by ``python -m pledgegraph.workers.write_process {bytes of memory}``. By the standard
input come a line of JSON and the text of an update or the body of a request; by the standard
output go a line of JSON and, when all went well, the quads removed and those added, as N-Quads.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, serialize

from pledgegraph.errors import (
    ChangeTooLarge,
    PledgegraphError,
    QueryError,
    StorageFull,
)
from pledgegraph.media_types import format_named
from pledgegraph.rdf.parsing import read_body
from pledgegraph.store.update_evaluation import (
    Difference,
    Update,
    WorkingCopy,
    data_difference,
    evaluated_difference,
    patched_difference,
    read_update,
)
from pledgegraph.workers.confinement import forbid_network, limit_memory
from pledgegraph.workers.deep_stack import DeepThreads
from pledgegraph.workers.failures import card_of


def work(asked: dict[str, Any], body: bytes, confine: Callable[[], None]) -> Difference | None:
    """The difference that a write comes to; None when it takes a snapshot and there is none."""
    if asked["task"] == "read":
        Store()
        confine()
        form = format_named(asked["format"])
        quads = read_body(body, form, base=asked["base"], renamed=asked["renamed"])
        return Difference(added=tuple(_bounded(quads, asked["most"])))
    update = Update(
        body.decode(),
        asked["base"],
        asked["gated"],
        tuple(NamedNode(iri) for iri in asked["defaultGraphs"]),
        tuple(NamedNode(iri) for iri in asked["namedGraphs"]),
    )
    if asked["snapshot"] is None:
        Store()
        confine()
        return data_difference(update, read_update(update), most=asked["most"])
    snapshot = Store.read_only(asked["snapshot"])
    if asked["task"] == "patch":
        confine()
        graph = DefaultGraph() if asked["graph"] is None else NamedNode(asked["graph"])
        found = read_update(update)
        return patched_difference(update, found, snapshot, graph, most=asked["most"])
    # The engine starts threads with a store that it can write; their stacks are no client's.
    copy = WorkingCopy(snapshot, Path(asked["folder"]))
    confine()
    return evaluated_difference(update, read_update(update), snapshot, copy, most=asked["most"])


def _bounded(quads: Iterable[Quad], most: int) -> list[Quad]:
    found: list[Quad] = []
    for quad in quads:
        found.append(quad)
        if len(found) > most:
            raise ChangeTooLarge(f"The body has more statements than the {most:,} that it may.")
    return found


def answer(source: BinaryIO, output: BinaryIO, memory: int) -> None:
    """Read what is asked, and write what it comes to."""
    asked = json.loads(source.readline())
    body = source.read()
    pieces: list[bytes] = []
    try:
        found = work(asked, body, lambda: limit_memory(memory))
        head: dict[str, Any] = {"kind": "snapshot"}
        if found is not None:
            parts = (found.removed, found.added)
            pieces = [serialize(part, format=RdfFormat.N_QUADS) or b"" for part in parts]
            names = sorted(graph.value for graph in found.named)
            head = {"kind": "difference", "removed": len(pieces[0]), "named": names}
    except (PledgegraphError, MemoryError) as error:
        head = card_of(error)
    except OSError as error:
        is_full = "No space left" in str(error)
        fault = StorageFull if is_full else QueryError
        head = card_of(fault("The write could not be worked out."))
    output.write(json.dumps(head).encode() + b"\n")
    for piece in pieces:
        output.write(piece)
    output.flush()


def main() -> None:
    """Confine this process, then work one write out."""
    # The answer goes by a copy; whatever else writes to the standard output must not get into it.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    forbid_network()

    def work_out() -> None:
        answer(sys.stdin.buffer, cast(BinaryIO, output), int(sys.argv[1]))

    DeepThreads().start(work_out, "pledgegraph-write").join()


if __name__ == "__main__":
    main()
