"""A worker that is forked is like one that is started: the tests of writes rest on that."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable

import pytest

from pledgegraph.errors import PledgegraphError
from pledgegraph.media_types import format_named
from pledgegraph.store.commit_permit import Permit
from pledgegraph.store.update_evaluation import Update
from pledgegraph.workers.child import ChildProcess
from pledgegraph.workers.write_worker import WriteLimits, WriteWorker
from tests.api.conftest import BASE
from tests.forked_workers import Forked, Template

TURTLE = b'<a> <p> "1" , _:b .'
LONG = b'<a> <p> "' + b"x" * 20_000_000 + b'" .'


class _Killer(Permit):
    """Ends every process that it is told of, as the kernel does where memory is short."""

    def employ(self, process: subprocess.Popen[bytes] | None) -> None:  # type: ignore[override]
        if process is not None:
            process.kill()


def _read(body: bytes, permit: Permit, memory: int = 500_000_000) -> str:
    worker = WriteWorker(WriteLimits(memory=memory, most=3))
    form = format_named("turtle")
    return str(worker.read(body, form, base=f"{BASE}/", renamed=False, permit=permit))


def _update(text: str) -> str:
    worker = WriteWorker(WriteLimits(memory=500_000_000, most=3))
    return str(worker.update(Update(text, f"{BASE}/", gated=False), permit=Permit()))


def _said(task: Callable[[], str]) -> str:
    try:
        return task()
    except PledgegraphError as error:
        return f"{type(error).__name__}: {error} {error.remedy}"


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (lambda: _read(TURTLE, Permit()), "Difference("),
        (lambda: _read(b"<a> <p> 1, 2, 3, 4 .", Permit()), "ChangeTooLarge"),
        (lambda: _read(b"<a> <p>", Permit()), "ReadError"),
        (lambda: _read(LONG, Permit(), memory=1_000_000), "WriteOutOfMemory"),
        (lambda: _read(TURTLE, _Killer()), "WorkerLost"),
        (lambda: _update("INSERT DATA { <a> <p> 'x' }"), "Difference("),
        (lambda: _update("DELETE WHERE { ?s ?p ?o }"), "None"),
        (lambda: _update("INSERT DATA { <a> }"), "UpdateSyntaxError"),
        (lambda: _update("INSERT DATA { " + "<a> <p> " + "(" * 500_000), "UpdateRefused"),
    ],
    ids=[
        "read",
        "many",
        "unreadable",
        "memory",
        "killed",
        "update",
        "snapshot",
        "mistake",
        "nested",
    ],
)
def test_it_says_what_a_started_one_says(
    monkeypatch: pytest.MonkeyPatch, task: Callable[[], str], expected: str
) -> None:
    forked = _said(task)
    assert forked.startswith(expected)
    # The fixture of this folder has put another method there, which keeps this one.
    monkeypatch.setattr(ChildProcess, "open", STARTED)
    assert _said(task) == forked


STARTED = ChildProcess.open
"""As the program has it: this is read before any fixture."""


def test_what_cannot_be_forked_is_started() -> None:
    with ChildProcess.worker("pledgegraph.workers.write_process", "1").open(
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as begun:
        assert not isinstance(begun, Forked)
        begun.kill()


def test_it_has_nothing_of_the_process_that_wants_it() -> None:
    """No descriptor but its streams, no secret, no network; a session of its own."""
    child = ChildProcess.worker("pledgegraph.workers.write_process", "1")
    with child.open(**dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)) as forked:
        assert isinstance(forked, Forked)
        assert forked.poll() is None
        assert os.getsid(forked.pid) == forked.pid
        with pytest.raises(subprocess.TimeoutExpired):
            forked.wait(0.01)
        forked.kill()
        assert forked.wait() == -signal.SIGKILL
        assert forked.poll() == -signal.SIGKILL
        forked.kill()  # nothing happens, to nobody


def test_workers_end_with_their_template() -> None:
    own = Template()
    forked = Forked(own, ["pledgegraph.workers.write_process", "1"])
    own.end()
    assert forked.wait() == -signal.SIGKILL
    # It would tell of its missing task if it had lived until its standard input is closed.
    for each in (forked.stdout, forked.stderr, forked.stdin):
        assert each is not None
        assert each is forked.stdin or each.read() == b""
        each.close()
