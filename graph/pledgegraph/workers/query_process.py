"""The worker process: opens a snapshot, answers one query after the other, is killed at need.

Begun as by ``python -m pledgegraph.workers.query_process {bytes of memory}``, with ``network``
behind it where a remote engine answers; frames come and go by the socket that is its standard
input.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Variable, parse

from pledgegraph.errors import Limit, QueryError
from pledgegraph.media_types import Format, format_named
from pledgegraph.results.encoding import (
    IDENTITY,
    SMALLEST,
    Encoder,
    SteadyEncoder,
    encoder,
)
from pledgegraph.results.truncation import Bounds, head_with_link, held_back, refuse_unsaid
from pledgegraph.store.engine import QueryResult
from pledgegraph.store.query_evaluation import evaluate
from pledgegraph.workers.confinement import QueryMemory, forbid_network
from pledgegraph.workers.deep_stack import DeepThreads
from pledgegraph.workers.failures import card_of
from pledgegraph.workers.frames import Frame, packed, read_frame
from pledgegraph.workers.memory_store import MemoryStore

NETWORK: Final = "network"
"""The argument of a worker that asks a remote engine."""
_PIECE: Final = 64 * 1024
_PATIENCE: Final = 0.02
"""Seconds after which a piece is sent however small it is."""
_FIRST_PATIENCE: Final = 0.25
"""The same for the first piece of a compressed answer: what begins sooner is the same each time."""

_AT_ONCE: Final = 2000
"""Quads that a query waits for to be taken in; beyond it the files answer it."""
_NOTHING: Final = object()


class _Sender:
    """Frames to the pool, kept until there is a message's worth of them."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._held: list[bytes] = []

    def keep(self, letter: bytes, payload: bytes = b"") -> None:
        """Send it with what comes next."""
        self._held.append(packed(letter, payload))

    def send(self, letter: bytes, payload: bytes = b"") -> None:
        """Send it and all that was kept; waits while the other side takes nothing."""
        self.keep(letter, payload)
        message = memoryview(b"".join(self._held) if len(self._held) > 1 else self._held[0])
        self._held.clear()
        while message:
            message = message[os.write(self._descriptor, message) :]

    def forget(self) -> None:
        """Leave out what was kept."""
        self._held.clear()


class _Pieces:
    """A file to the serialiser, D frames to the pool: compressed, unless the answer is small.

    An answer that comes quickly is compressed in blocks, so that it has the same bytes each time.
    Of one that comes slowly each piece is sent when it is there, and its bytes hang on the clock.
    """

    def __init__(
        self, sender: _Sender, card: dict[str, Any], coding: str, *, held_back: int
    ) -> None:
        self._sender = sender
        self._card = card
        self._coding = coding
        self._held_back = held_back
        self._encoder: Encoder | None = None
        self._begun = False
        self._held = bytearray()
        self._since = time.monotonic()

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) < self._held_back and not self._begun:
            return len(data)
        is_first = not self._begun and self._coding != IDENTITY
        patience = _FIRST_PATIENCE if is_first else _PATIENCE
        is_late = time.monotonic() - self._since > patience
        if len(self._held) >= _PIECE or (self._held and is_late):
            self._begin(self._coding, steady=len(self._held) >= _PIECE)
            if piece := self._taken(last=False):
                self._sender.send(b"D", piece)
            self._since = time.monotonic()
        return len(data)

    def flush(self) -> None:
        """Nothing: a serialiser that has nothing more to say is not asked for it sooner."""

    def has_not_begun(self) -> bool:
        """True while nothing has been sent."""
        return not self._begun

    def cut(self, met: Limit, form: Format, link: str) -> None:
        """Say that the answer was cut: in its head, if that is here still.

        Raises:
            AnswerTooLong: it is not, and the format has no other place.
        """
        if self._begun:
            refuse_unsaid(form, met)
        else:
            self._card["cut"] = [met.name, met.value, met.unit]
            self._held = bytearray(head_with_link(bytes(self._held), form, link))

    def end(self) -> None:
        """Send the rest, and that it was the last."""
        self._begin(self._coding if len(self._held) >= SMALLEST else IDENTITY)
        rest = self._taken(last=True)
        if rest:
            self._sender.keep(b"D", rest)
        self._sender.send(b"E")

    def _begin(self, coding: str, *, steady: bool = True) -> None:
        """Tell of the answer what is known only when its size is."""
        if not self._begun:
            self._begun = True
            if coding != IDENTITY:
                self._encoder = SteadyEncoder(coding) if steady else encoder(coding)
            told = {**self._card, "coding": coding, "steady": steady or coding == IDENTITY}
            self._sender.keep(b"K", json.dumps(told).encode())

    def _taken(self, *, last: bool) -> bytes:
        data = bytes(self._held)
        self._held.clear()
        if self._encoder is None:
            return data
        return self._encoder.last(data) if last else self._encoder.piece(data)


class Sources:
    """What queries are answered from: the files of a snapshot, or the copy of the data in memory.

    A query names the snapshot that it is to be answered from. The copy answers it if it is of that
    one, or has little to take in until it is.
    """

    def __init__(self, memory: int, copy: MemoryStore | None = None) -> None:
        self._copy = copy
        self._memory = QueryMemory(memory)
        self._folder = ("", 0)
        self._files: Store | None = None
        self._scan = None if copy is None else copy.scan()
        if copy is not None:
            with self._memory.apart():
                pass

    def of(self, asked: Mapping[str, Any]) -> Store:
        """Where to look for the answer."""
        copy = self._copy
        if copy is not None and asked["inMemory"]:
            sequence, version = asked["sequence"], asked["version"]
            if copy.is_of(version):
                return copy.store
            with self._memory.apart():
                if copy.reaches(sequence, version, at_once=_AT_ONCE):
                    return copy.store
        return self._opened(asked["path"])

    def told(self, store: Store) -> dict[str, Any]:
        """What the pool should know of what was answered from."""
        if self._copy is None:
            return {}
        return {
            "memory": store is self._copy.store,
            "stale": self._copy.is_stale,
            "grown": self._copy.is_grown,
        }

    def rest(self) -> bool:
        """Do a little of what can be done while nothing is asked; False when there is nothing."""
        if self._copy is None:
            return False
        if self._copy.is_behind:
            with self._memory.apart():
                return self._copy.step() or self._scan is not None
        if self._scan is not None and next(self._scan, _NOTHING) is _NOTHING:
            self._scan = None
        return self._scan is not None

    def _opened(self, path: str) -> Store:
        # A snapshot that was made again from the changes log has the path of the one before.
        folder = path, Path(path).stat().st_ino
        if self._files is None:
            # The engine starts its threads with its first store; their stacks are no query's.
            with self._memory.apart():
                self._files = Store.read_only(path)
        elif folder != self._folder:
            self._files = Store.read_only(path)
        self._folder = folder
        return self._files


def serve_queries(source: BinaryIO, descriptor: int, sources: Sources) -> None:
    """Answer what comes by ``source``, to ``descriptor``, until the pool closes it."""
    sender = _Sender(descriptor)
    sender.send(b"R")
    while (frame := _next_frame(source, descriptor, sources)) is not None:
        try:
            _answer(json.loads(frame[1]), sources, sender)
        except QueryError as error:
            sender.forget()
            sender.send(b"X", json.dumps(card_of(error)).encode())
        except OSError as error:
            if isinstance(error, BrokenPipeError | ConnectionResetError):
                return
            sender.forget()
            card = card_of(QueryError("The snapshot could not be read."))
            sender.send(b"X", json.dumps(card).encode())
        except MemoryError as error:
            sender.forget()
            sender.send(b"X", json.dumps(card_of(error)).encode())


def _next_frame(source: BinaryIO, descriptor: int, sources: Sources) -> Frame | None:
    """The next frame; until it comes, what can be done ahead of it is done.

    The pool asks one query at a time, so none is held back in the buffer of ``source``.
    """
    while sources.rest():
        if select.select([descriptor], [], [], 0)[0]:
            break
    return read_frame(source)


def _answer(asked: dict[str, Any], sources: Sources, sender: _Sender) -> None:
    default_graphs = [NamedNode(iri) for iri in asked["defaultGraphs"]]
    named_graphs = [NamedNode(iri) for iri in asked["namedGraphs"]]
    substitutions = {Variable(name): _term(text) for name, text in asked["substitutions"].items()}
    answer: QueryResult
    if "remote" in asked:
        from pledgegraph.store.remote_engine.asking import answer_for  # noqa: PLC0415 -- few need it

        answer, told = answer_for(
            asked,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            substitutions=substitutions,
        )
    else:
        store = sources.of(asked)
        answer = evaluate(
            store,
            asked["query"],
            base=asked["base"],
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            substitutions=substitutions,
        )
        told = sources.told(store)
    card = {"kind": answer.kind.value, "variables": answer.variables, **told}
    bounds = Bounds(rows=Limit(*asked["rows"]), size=Limit(*asked["size"]))
    pieces = _Pieces(sender, card, asked["coding"], held_back=held_back(bounds))
    name = asked["formats"].get(answer.kind.value)
    if name is not None:
        form = format_named(name)
        met = answer.serialise(
            cast(BinaryIO, pieces), form, bounds=bounds, head_is_open=pieces.has_not_begun
        )
        if met is not None:
            pieces.cut(met, form, f"{asked['base']}/problems/answer-cut")
    pieces.end()


def _term(text: str) -> NamedNode | Literal:
    """The term that N-Triples writes so."""
    (quad,) = parse(f"<urn:s> <urn:p> {text} .", format=RdfFormat.N_TRIPLES)
    if not isinstance(quad.object, NamedNode | Literal):
        raise TypeError("a parameter is an IRI or a literal")
    return quad.object


def main() -> None:
    """Confine this process, then answer queries."""
    # Questions and answers go by a copy of the socket, out of the way of whatever else would
    # read the standard input.
    descriptor = os.dup(0)
    if NETWORK not in sys.argv:
        forbid_network()
    work(descriptor, lambda: Sources(int(sys.argv[1])))


def work(descriptor: int, sources: Callable[[], Sources]) -> None:
    """Answer queries that come by the socket, in a thread with a deep stack, until it is closed."""
    with os.fdopen(descriptor, "rb", closefd=False) as source:

        def serve() -> None:
            serve_queries(source, descriptor, sources())

        DeepThreads().start(serve, "pledgegraph-query").join()


if __name__ == "__main__":
    main()
