"""Workers forked from one process that has what they need, for whatever tests do in their process.

A write takes a process of its own, which takes 0.15 s of processor time to import what it needs:
half of what most tests of writes took. One that checks a workbook takes 0.8 s to do that and to
read the shapes, two thirds of what it takes in all. Services that tests start as programs of their
own begin their workers as they always do.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import pytest

from pledgegraph.namespaces import RDF
from pledgegraph.setup.engine_choice import Gatekeeper
from pledgegraph.workers.child import ChildProcess
from pledgegraph.workers.confinement import end_with_parent

MODULES: Final = ("pledgegraph.workers.write_process", "pledgegraph.tabular.process")
"""What such a worker may run: each has a `main`, and is started in a thread, by `open`."""
_WORD: Final = 8
"""Bytes of what is told of a worker: its number, then how it ended (see `os.waitpid`)."""
_LONGEST: Final = 1 << 16


class Forked(subprocess.Popen[bytes]):
    """A worker; to whoever has it, it is like one that was started."""

    def __init__(self, template: Template, arguments: Sequence[str]) -> None:
        self._template = template
        self._hearing = threading.Lock()
        pipe = subprocess.PIPE
        super().__init__(arguments, stdin=pipe, stdout=pipe, stderr=pipe)

    def _execute_child(self, args: Sequence[str], *given: Any) -> None:
        """Have it forked; ``given`` is what `subprocess` hands to its own method of this name."""
        # p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite
        source, _, _, output, _, shouts = given[9:15]
        told, tells = os.pipe()
        try:
            self._template.order(args, (source, output, shouts, tells))
        finally:
            for each in (source, output, shouts, tells):
                os.close(each)
            self._closed_child_pipe_fds = True
        self._told = os.fdopen(told, "rb", buffering=0)
        self.pid = _number(self._told.read(_WORD))
        self._child_created = True

    def _internal_poll(self, *_given: Any, **_named: Any) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self._hear()
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self._hear()
        return self.returncode

    def _hear(self) -> None:
        with self._hearing:
            if not self._told.closed:
                said = self._told.read(_WORD)
                # Without a word it has ended with the template.
                status = _number(said) if said else signal.SIGKILL
                self.returncode = os.waitstatus_to_exitcode(status)
                self._told.close()


class Template:
    """The process that is forked; to be started in a thread that lives on."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = ChildProcess.worker(__name__).open(stdin=theirs.fileno())

    def order(self, arguments: Sequence[str], descriptors: Sequence[int]) -> None:
        """Have a worker forked with those arguments, and with these for it to use.

        They are its three standard streams, and where it is told of.
        """
        socket.send_fds(self._control, [json.dumps(arguments).encode()], descriptors)

    def end(self) -> None:
        """End it, and all workers that it has forked."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Within the block, whatever this process starts that can be forked is forked."""
        start = ChildProcess.open

        def open_or_fork(child: ChildProcess, **options: Any) -> subprocess.Popen[bytes]:
            are_pipes = [options.get(each) for each in ("stdin", "stdout", "stderr")]
            if child.arguments[0] in MODULES and are_pipes == [subprocess.PIPE] * 3:
                return Forked(self, child.arguments)
            return start(child, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ChildProcess, "open", open_or_fork)
            yield


def _number(word: bytes | None) -> int:
    return int.from_bytes(word or b"", "little")


def _serve(control: socket.socket) -> None:
    """Fork a worker for each order, until there is nobody to give one."""
    here = os.getpid()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _LONGEST, 4)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _keep(json.loads(message), descriptors, here)
        for each in descriptors:
            os.close(each)


def _keep(arguments: Sequence[str], descriptors: Sequence[int], template: int) -> NoReturn:
    """Be what stands between: fork the worker, wait for it, tell how it ended."""
    status = 1
    try:
        end_with_parent(template)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        here = os.getpid()
        *streams, tells = descriptors
        worker = os.fork()
        if worker == 0:
            _work(arguments, streams, tells, here)
        for each in streams:
            os.close(each)
        _, ended = os.waitpid(worker, 0)
        os.write(tells, ended.to_bytes(_WORD, "little"))
        status = 0
    finally:
        os._exit(status)


def _work(arguments: Sequence[str], streams: Sequence[int], tells: int, keeper: int) -> NoReturn:
    """Tell its number, and be the worker, as ``python -m`` with those arguments would be."""
    status = 1
    try:
        end_with_parent(keeper)
        os.setsid()
        for number, each in enumerate(streams):
            os.dup2(each, number)
            os.close(each)
        os.write(tells, os.getpid().to_bytes(_WORD, "little"))
        os.close(tells)
        sys.argv = list(arguments)
        sys.modules[arguments[0]].main()
        sys.stdout.flush()
        status = 0
    except BaseException:  # noqa: BLE001 -- it must not go on as the template
        traceback.print_exc()
    finally:
        os._exit(status)


def main() -> None:
    """Get what workers need, then fork them."""
    for module in MODULES:
        importlib.import_module(module)
    # It reads the shapes, and brings the modules that judge by them.
    Gatekeeper("turbo", "https://data.example.org").reads(RDF.type)
    # What a worker collects is its own: to look at all this would copy it.
    gc.collect()
    gc.freeze()
    # Nobody waits for those that wait for the workers.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _serve(socket.socket(fileno=os.dup(0)))


if __name__ == "__main__":
    main()
