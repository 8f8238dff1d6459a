"""The template process: holds the data in memory, and makes workers by forking itself.

Begun as by ``python -m pledgegraph.workers.template_process {bytes of memory of a query}``; what
it is told and what it says go by the socket that is its standard input (see `frames`). It has one
thread, since no other is there after a fork, and no network. So the engine's files, which
need threads, are read by a process of their own, whose quads come by a pipe.

A worker is forked twice: what stands between ends at once, and the worker becomes a child of the
process that asked for it, which has to be one that adopts (see `confinement.adopt_orphans`). So it
lives on when the template is replaced, and is waited for like any other.
"""

from __future__ import annotations

import gc
import json
import os
import select
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

from pyoxigraph import RdfFormat, Store

from pledgegraph.errors import PledgegraphError
from pledgegraph.workers.confinement import end_with_parent, forbid_network
from pledgegraph.workers.frames import HEAD, Frame, packed
from pledgegraph.workers.memory_store import MemoryStore
from pledgegraph.workers.query_process import Sources, work

_AT_ONCE: Final = 2000
"""Quads that are taken in before a fork; with more outstanding, the worker takes them in itself."""
_ADOPTION: Final = 10.0
"""Seconds after which a worker that nobody has adopted gives up."""
_LONGEST: Final = 1 << 16


class CannotLoad(Exception):
    """The data are not in memory, and why; ``quads`` are too many where that is the reason."""

    def __init__(self, why: str, quads: int | None = None) -> None:
        super().__init__(why)
        self.quads = quads


def loaded(asked: dict[str, Any], tell: Callable[[int], None]) -> MemoryStore:
    """The data of a snapshot; ``tell`` is told the number of the process that reads its files.

    Raises:
        CannotLoad: it cannot be read, or is larger than allowed.
    """
    ours, theirs = os.pipe()
    here = os.getpid()
    reader = os.fork()
    if reader == 0:
        os.close(ours)
        _read_files(asked, theirs, here)
    os.close(theirs)
    tell(reader)
    copy = MemoryStore(Path(asked["changes"]), merge=asked["merge"])
    try:
        with os.fdopen(ours, "rb") as pipe:
            head = json.loads(pipe.readline() or b"{}")
            if "graphs" not in head:
                raise CannotLoad(
                    head.get("why", "the snapshot could not be read"), head.get("quads")
                )
            found = copy.load(
                pipe, head["graphs"], sequence=asked["sequence"], version=asked["version"]
            )
    except (OSError, ValueError, SyntaxError, PledgegraphError) as error:
        raise CannotLoad(str(error)) from error
    finally:
        _, status = os.waitpid(reader, 0)
    if status != 0 or found != head["quads"]:
        raise CannotLoad("the snapshot could not be read to its end")
    return copy


def _read_files(asked: dict[str, Any], output: int, parent: int) -> NoReturn:
    """Be the process that reads the snapshot: write its quads to the pipe, and end."""
    status = 1
    try:
        end_with_parent(parent)
        with os.fdopen(output, "wb") as pipe:
            store = Store.read_only(asked["path"])
            quads = len(store)
            if quads > asked["most"]:
                head: dict[str, Any] = {"why": "the store is too large", "quads": quads}
            else:
                head = {"quads": quads, "graphs": [each.value for each in store.named_graphs()]}
            pipe.write(json.dumps(head).encode() + b"\n")
            if "graphs" in head:
                store.dump(pipe, RdfFormat.N_QUADS)
        status = 0
    except BaseException:  # noqa: BLE001 -- whatever it is, this process ends here
        traceback.print_exc()
    finally:
        os._exit(status)


class Template:
    """The process as its own code sees it: the socket to the pool, and the copy to be forked."""

    def __init__(self, control: socket.socket, memory: int) -> None:
        self._control = control
        self._memory = memory
        self._copy: MemoryStore | None = None

    def serve(self) -> None:
        """Do what comes by the socket until the other side closes it."""
        while (told := self._told()) is not None:
            (letter, payload), descriptors = told
            asked = json.loads(payload)
            if letter == b"L":
                self._say(*self._load(asked))
            elif letter == b"F":
                self._say(*self._fork(asked, descriptors))
                for each in descriptors:
                    os.close(each)

    def _told(self) -> tuple[Frame, list[int]] | None:
        """The next order, with the descriptors that came along; None at the end.

        What is outstanding is taken in meanwhile.
        """
        while self._copy is not None and self._copy.step():
            if select.select([self._control], [], [], 0)[0]:
                break
        # The pool sends the next order only when it has the answer to this one.
        message, descriptors, _, _ = socket.recv_fds(self._control, _LONGEST, 2)
        if len(message) < HEAD.size:
            return None
        letter, length = HEAD.unpack_from(message)
        while len(message) < HEAD.size + length:
            piece = self._control.recv(_LONGEST)
            if not piece:
                return None
            message += piece
        return (letter, message[HEAD.size :]), descriptors

    def _say(self, letter: bytes, card: dict[str, Any]) -> None:
        self._control.sendall(packed(letter, json.dumps(card).encode()))

    def _load(self, asked: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
        try:
            self._copy = loaded(asked, lambda number: self._say(b"P", {"process": number}))
        except CannotLoad as error:
            return b"X", {"why": str(error), "quads": error.quads}
        # A collection would write to every page of what is forked.
        gc.collect()
        gc.freeze()
        return b"L", {"quads": len(self._copy.store)}

    def _fork(self, asked: dict[str, Any], descriptors: list[int]) -> tuple[bytes, dict[str, Any]]:
        """Make a worker; its socket and its standard error are the descriptors."""
        copy = self._copy
        if copy is None or len(descriptors) != 2:  # noqa: PLR2004 -- the two
            return b"X", {"why": "there is nothing to fork"}
        if asked["version"] is not None:
            copy.reaches(asked["sequence"], asked["version"], at_once=_AT_ONCE)
        ours, theirs = os.pipe()
        try:
            between = os.fork()
        except OSError as error:
            os.close(ours)
            os.close(theirs)
            return b"X", {"why": f"the system refuses another process: {error.strerror}"}
        if between == 0:
            os.close(ours)
            self._fork_again(copy, asked["parent"], descriptors, theirs)
        os.close(theirs)
        with os.fdopen(ours, "rb") as pipe:
            number = pipe.read()
        os.waitpid(between, 0)
        if not number:
            return b"X", {"why": "the system refuses another process"}
        return b"F", {"process": int(number), "stale": copy.is_stale}

    def _fork_again(
        self, copy: MemoryStore, parent: int, descriptors: list[int], told: int
    ) -> NoReturn:
        """Be what stands between: start the worker, tell its number, and end."""
        try:
            worker = os.fork()
            if worker == 0:
                os.close(told)
                self._be_worker(copy, parent, descriptors)
            os.write(told, str(worker).encode())
        finally:
            os._exit(0)

    def _be_worker(self, copy: MemoryStore, parent: int, descriptors: list[int]) -> NoReturn:
        """Be a worker, of which ``parent`` is to be the parent, until it has no more to do."""
        status = 1
        try:
            talk, shouts = descriptors
            os.dup2(talk, 0)
            os.dup2(shouts, 2)
            os.close(shouts)
            os.close(self._control.detach())
            deadline = time.monotonic() + _ADOPTION
            while os.getppid() != parent and time.monotonic() < deadline:
                time.sleep(0.001)
            end_with_parent(parent)
            work(talk, lambda: Sources(self._memory, copy))
            status = 0
        except BaseException:  # noqa: BLE001 -- it must not go on as the template
            traceback.print_exc()
        finally:
            os._exit(status)


def main() -> None:
    """Confine this process, then do as the pool says."""
    control = socket.socket(fileno=os.dup(0))
    forbid_network()
    Template(control, int(sys.argv[1])).serve()


if __name__ == "__main__":
    main()
