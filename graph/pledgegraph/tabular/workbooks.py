"""Registers as workbooks, for whoever has an engine: written, checked and loaded."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final

from pyoxigraph import Quad, RdfFormat, Store, parse

from pledgegraph import errors
from pledgegraph.errors import InputError, Limit, ReceiptMissing, StaleReceipt, WorkbookRefused
from pledgegraph.settings import Settings
from pledgegraph.store.changes import Change, Receipt
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.engine import AddressedSnapshot, Engine
from pledgegraph.store.system_graphs import graph_of_sources
from pledgegraph.tabular.reading import Sent, refuse_size
from pledgegraph.tabular.register import new_register
from pledgegraph.tabular.report import WorkbookReport
from pledgegraph.workers.child import ChildProcess
from pledgegraph.workers.failures import Failures
from pledgegraph.writes.operations import Attribution

_FAILURES: Final = Failures(
    errors.WriteOutOfMemory(
        "The workbook needs more memory than reading one may use.",
        remedy="Send it in parts: rows that a workbook does not have stay as they are. "
        "An operator may allow more by write_memory.",
    ),
    errors.UpdateRefused(
        "The workbook nests too deep to be read.", remedy="Save it anew in a spreadsheet program."
    ),
    "The process that read the workbook was ended from outside; nothing was changed.",
    "The workbook could not be read; the process that tried has ended. Nothing was changed.",
)
_PROGRESS: Final = b"done "

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a workbook that was loaded."""

    receipt: Receipt
    report: WorkbookReport


class _Checked:
    """A report, and the statements of which it tells, as N-Quads.

    They are read anew by everybody who goes through them: a large register's take ten times as
    much memory as objects.
    """

    def __init__(self, report: WorkbookReport, added: bytes, removed: bytes) -> None:
        self.report = report
        self._added = added
        self._removed = removed

    def added(self) -> Iterator[Quad]:
        """What comes."""
        return iter(parse(self._added, format=RdfFormat.N_QUADS))

    def removed(self) -> Iterator[Quad]:
        """What goes."""
        return iter(parse(self._removed, format=RdfFormat.N_QUADS))

    def __iter__(self) -> Iterator[Quad]:
        yield from self.added()
        yield from self.removed()


class Workbooks:
    """Every method waits until it is done: they are to be called in threads."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings

    def export(
        self, register: str | None, *, language: str = "en", sheets: Sequence[str] = ()
    ) -> bytes:
        """A register as a workbook; an empty one for None.

        Raises:
            InputError: there is no such register.
        """
        with self._engine.snapshot() as snapshot:
            asked = {"register": register, "sheets": list(sheets), "language": language}
            _, rest = self._run("export", Sent(b""), snapshot, asked)
        return rest

    def check(
        self,
        sent: Sent,
        register: str,
        *,
        language: str | None = None,
        permit: Permit | None = None,
        progress: Progress | None = None,
    ) -> WorkbookReport:
        """What is amiss with a workbook, and what it would come to. Nothing is changed.

        Raises:
            InputError: it is nothing that can be read.
        """
        told = self.check_told(sent, register, language=language, permit=permit, progress=progress)
        return WorkbookReport.from_json(json.loads(told))

    def check_told(
        self,
        sent: Sent,
        register: str,
        *,
        language: str | None = None,
        permit: Permit | None = None,
        progress: Progress | None = None,
    ) -> bytes:
        """What `check` returns, as JSON.

        The report on a large register has 20 MB: who only hands it on need not read it, which
        would keep all other threads waiting meanwhile.

        Raises:
            InputError: it is nothing that can be read.
        """
        with self._engine.snapshot() as snapshot:
            _, told = self._asked_to_check(
                sent,
                register,
                snapshot,
                language=language,
                permit=permit,
                progress=progress,
                statements=False,
            )
        return told

    def change(
        self, sent: Sent, register: str, snapshot: AddressedSnapshot, permit: Permit
    ) -> Change:
        """What a workbook would change in a snapshot; nothing where something stops it."""
        checked = self._checked(
            sent, register, snapshot, language=None, permit=permit, progress=None
        )
        return Change(agent="", reason="", add=checked.added(), remove=checked.removed())

    def apply(
        self,
        sent: Sent,
        register: str,
        by: Attribution,
        permit: Permit,
        *,
        receipt: str | None = None,
        language: str | None = None,
        progress: Progress | None = None,
    ) -> Applied:
        """Load a workbook as one change: all of it, or nothing.

        With the ``receipt`` of a report only what that report tells of is done.

        Raises:
            InputError: it is nothing that can be read.
            WorkbookRefused: there are faults in it.
        ReceiptMissing: there is no receipt, and nobody can tell whether others have changed the
            same rows since they were copied.
            StaleReceipt: it would come to something else than the receipt was given for.
            ValidationFailed: the changed data would break a shape.
        """
        reports: list[WorkbookReport] = []

        def compute(snapshot: AddressedSnapshot) -> Change:
            checked = self._checked(
                sent, register, snapshot, language=language, permit=permit, progress=progress
            )
            report = checked.report
            reports.append(report)
            if report.stops:
                raise WorkbookRefused(report)
            if receipt is None and report.unguarded:
                raise ReceiptMissing(report)
            if receipt is not None and receipt != report.receipt:
                raise StaleReceipt(report)
            _refuse_strangers(snapshot, register, checked, self._engine.base)
            graphs = {str(graph): graph for graph in self._sources(checked)}
            return Change(
                agent=by.agent,
                reason=by.reason,
                add=checked.added(),
                remove=checked.removed(),
                sources=tuple(graphs[name] for name in sorted(graphs)),  # type: ignore[misc]
            )

        made = self._engine.update_from(compute, permit=permit)
        return Applied(made, reports[-1])

    def _sources(self, quads: Iterable[Quad]) -> Iterator[object]:
        """Whose statements they are; what describes a source counts as that source's."""
        described = graph_of_sources(self._engine.base)
        for quad in quads:
            yield quad.subject if quad.graph_name == described else quad.graph_name

    def marked(self, sent: Sent, report: WorkbookReport) -> bytes:
        """The workbook that was sent, with the cells marked that the report names."""
        told = report.as_json()
        asked = {"faults": told["faults"], "notes": told["notes"]}
        _, rest = self._run("mark", sent, None, asked)
        return rest

    def _checked(
        self,
        sent: Sent,
        register: str,
        snapshot: AddressedSnapshot,
        *,
        language: str | None,
        permit: Permit | None,
        progress: Progress | None,
    ) -> _Checked:
        head, rest = self._asked_to_check(
            sent,
            register,
            snapshot,
            language=language,
            permit=permit,
            progress=progress,
            statements=True,
        )
        with memoryview(rest) as told:
            size, removed = head["report"], head["removed"]
            return _Checked(
                WorkbookReport.from_json(json.loads(bytes(told[:size]))),
                bytes(told[size + removed :]),
                bytes(told[size : size + removed]),
            )

    def _asked_to_check(
        self,
        sent: Sent,
        register: str,
        snapshot: AddressedSnapshot,
        *,
        language: str | None,
        permit: Permit | None,
        progress: Progress | None,
        statements: bool,
    ) -> tuple[Mapping[str, Any], bytes]:
        """What the process says of a workbook; the statements only where they are asked for."""
        with self._engine.workspace() as folder:
            asked = {
                "register": register,
                "language": language,
                "folder": str(folder),
                "validator": self._settings.validator,
                "statements": statements,
            }
            return self._run("check", sent, snapshot, asked, permit=permit, progress=progress)

    def _run(
        self,
        task: str,
        sent: Sent,
        snapshot: AddressedSnapshot | None,
        asked: Mapping[str, object],
        *,
        permit: Permit | None = None,
        progress: Progress | None = None,
    ) -> tuple[Mapping[str, Any], bytes]:
        """What the process says of a task.

        Raises:
            Withdrawn: the permit was; the process is dead.
            PledgegraphError: what went wrong there.
        """
        refuse_size(len(sent.body))
        memory = Limit("write_memory", self._settings.write_memory, "bytes")
        card = {
            "task": task,
            "name": sent.name,
            "rows": sent.rows,
            "base": self._engine.base,
            "snapshot": None if snapshot is None else snapshot.address["path"],
            "sequence": 0 if snapshot is None else snapshot.sequence,
            "changes": str(self._settings.data_dir / "changes"),
            "day": datetime.now(UTC).date().isoformat(),
            **asked,
        }
        child = ChildProcess.worker("pledgegraph.tabular.process", str(int(memory.value)))
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        shouted: list[bytes] = []
        with child.open(**pipes) as process:
            try:
                if permit is not None:
                    permit.employ(process)
                listener = threading.Thread(
                    target=_listen, args=(process.stderr, shouted, progress), daemon=True
                )
                listener.start()
                line, rest = _talk(process, json.dumps(card).encode() + b"\n" + sent.body)
                listener.join()
            finally:
                process.kill()
        if permit is not None:
            permit.employ(None)
        if process.returncode != 0 or not line:
            raise _FAILURES.of_exit(process.returncode, b"".join(shouted), memory)
        head = json.loads(line)
        if head["kind"] not in ("workbook", "checked"):
            if head["kind"] == InputError.__name__:
                raise InputError(head["message"], remedy=head["remedy"])
            raise _FAILURES.reported(head, memory)
        return head, rest


def _talk(process: subprocess.Popen[bytes], asked: bytes) -> tuple[bytes, bytes]:
    """Hand a process its task, and hear it out: its first line, and what follows."""
    if process.stdin is None or process.stdout is None:
        raise TypeError("the process has pipes")
    try:
        process.stdin.write(asked)
        process.stdin.close()
    except BrokenPipeError:
        pass  # It has ended; its exit code says why.
    line, rest = process.stdout.readline(), process.stdout.read()
    process.wait()
    return line, rest


def _listen(stream: IO[bytes], shouted: list[bytes], progress: Progress | None) -> None:
    for line in stream:
        if line.startswith(_PROGRESS):
            done, total = line[len(_PROGRESS) :].split()
            if progress is not None:
                progress(int(done), int(total))
        else:
            shouted.append(line)


def _refuse_strangers(
    snapshot: AddressedSnapshot, register: str, quads: Iterable[Quad], base: str
) -> None:
    """Refuse what touches graphs that are not the register's: a process is not believed."""
    store = Store.read_only(str(snapshot.address["path"]))
    # What a register owns does not depend on whether it is described yet.
    owner = new_register(store, base, register, register, "en")
    brought: set[object] = {quad.subject for quad in quads}
    for quad in quads:
        if not owner.owns(quad) and not _describes_new_source(quad, store, brought):
            raise errors.GraphClosed(
                f"The graph {quad.graph_name} is not the register's.",
                remedy="Change your own register only.",
            )


def _describes_new_source(quad: Quad, store: Store, brought: set[object]) -> bool:
    """Whether a quad is of a source that the workbook itself brings."""
    source = (
        quad.subject if str(quad.graph_name).endswith("/id/graph/sources>") else quad.graph_name
    )
    known = next(iter(store.quads_for_pattern(source, None, None)), None)  # type: ignore[arg-type]
    return known is None and source in brought
