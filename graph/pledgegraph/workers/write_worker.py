"""Has a write worked out in a process of its own: confined, killed at need, and never believed.

What comes back are quads, which pass the gate like anybody's.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, RdfFormat, parse

from pledgegraph import errors
from pledgegraph.media_types import Format
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.update_evaluation import Difference, Update
from pledgegraph.workers.child import ChildProcess
from pledgegraph.workers.failures import WRITE


@dataclass(frozen=True, slots=True)
class WriteLimits:
    """What one write may use, and what it may come to."""

    memory: int
    """Bytes of address space beyond what its process has at the start."""
    most: int
    """Quads that it may add and remove."""


class WriteWorker:
    """Starts a process for each write; the caller's thread waits for it."""

    def __init__(self, limits: WriteLimits) -> None:
        self._limits = limits

    def read(
        self, body: bytes, form: Format, *, base: str, renamed: bool, permit: Permit
    ) -> Difference:
        """What a body says, as quads to add; see `pledgegraph.rdf.parsing.read_body`."""
        asked = {"task": "read", "format": form.name, "base": base, "renamed": renamed}
        found = self._run(asked, body, permit)
        if found is None:
            raise AssertionError("a body is read without a snapshot")
        return found

    def update(
        self,
        update: Update,
        *,
        permit: Permit,
        snapshot: object = None,
        folder: str | None = None,
    ) -> Difference | None:
        """What an update comes to; without a ``snapshot`` None where it needs one."""
        asked = {"task": "update", "snapshot": snapshot, "folder": folder, **_card(update)}
        return self._run(asked, update.text.encode(), permit)

    def patch(
        self, update: Update, graph: NamedNode | None, *, permit: Permit, snapshot: object
    ) -> Difference:
        """What an update of one graph comes to; None for the default graph."""
        asked = {
            "task": "patch",
            "snapshot": snapshot,
            "graph": None if graph is None else graph.value,
            **_card(update),
        }
        found = self._run(asked, update.text.encode(), permit)
        if found is None:
            raise AssertionError("a patch is given its snapshot")
        return found

    def _run(self, asked: Mapping[str, object], body: bytes, permit: Permit) -> Difference | None:
        """What the process says.

        Raises:
            Withdrawn: the permit was; the process is dead.
            PledgegraphError: what went wrong there.
        """
        head = json.dumps({**asked, "most": self._limits.most}).encode() + b"\n"
        memory = errors.Limit("write_memory", self._limits.memory, "bytes")
        child = ChildProcess.worker("pledgegraph.workers.write_process", str(self._limits.memory))
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with child.open(**pipes) as process:
            try:
                permit.employ(process)
                said, shouted = process.communicate(head + body)
            finally:
                process.kill()
        permit.employ(None)
        if process.returncode != 0 or not said:
            raise WRITE.of_exit(process.returncode, shouted, memory)
        line, _, quads = said.partition(b"\n")
        card = json.loads(line)
        if card["kind"] == "snapshot":
            return None
        if card["kind"] != "difference":
            failure = WRITE.reported(card, memory)
            if isinstance(failure, errors.ChangeTooLarge):
                failure.limit = errors.Limit("max_change_quads", self._limits.most, "quads")
            raise failure
        return Difference(
            removed=tuple(parse(quads[: card["removed"]], format=RdfFormat.N_QUADS)),
            added=tuple(parse(quads[card["removed"] :], format=RdfFormat.N_QUADS)),
            named=frozenset(NamedNode(iri) for iri in card["named"]),
        )


def _card(update: Update) -> dict[str, object]:
    return {
        "base": update.base,
        "gated": update.gated,
        "defaultGraphs": [graph.value for graph in update.default_graphs],
        "namedGraphs": [graph.value for graph in update.named_graphs],
    }
