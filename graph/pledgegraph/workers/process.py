"""The worker process: opens a snapshot, answers one query after the other, is killed at need.

Started as ``python -m pledgegraph.workers.process {bytes of memory}``; frames come by the
standard input and go by the standard output.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, BinaryIO, Final, cast

from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Variable, parse

from pledgegraph.deep_thread import DeepThreads
from pledgegraph.errors import QueryError, QuerySyntaxError
from pledgegraph.evaluation import evaluate
from pledgegraph.media_types import format_named
from pledgegraph.workers.confinement import end_with_parent, forbid_network, limit_memory
from pledgegraph.workers.frames import read_frame, write_frame

_PIECE: Final = 64 * 1024


class _Pieces:
    """A file to the serialiser, D frames to the pool."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= _PIECE:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._held:
            write_frame(self._output, b"D", bytes(self._held))
            self._held.clear()


class _Opened:
    """The snapshot that is open, to be used again for the next query."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._path = ""
        self._store: Store | None = None

    def at(self, path: str) -> Store:
        if self._store is None:
            self._store = Store.read_only(path)
            # The engine starts its threads with its first store; their stacks are no query's.
            limit_memory(self._memory)
        elif path != self._path:
            self._store = Store.read_only(path)
        self._path = path
        return self._store


def serve_queries(source: BinaryIO, output: BinaryIO, memory: int) -> None:
    """Answer what comes by ``source`` until the pool closes it."""
    opened = _Opened(memory)
    write_frame(output, b"E")
    while (frame := read_frame(source)) is not None:
        try:
            _answer(json.loads(frame[1]), opened, source, output)
        except QueryError as error:
            write_frame(output, b"X", _card(error))
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                return
            write_frame(output, b"X", _card(QueryError("The snapshot could not be read.")))
        except MemoryError:
            write_frame(output, b"X", json.dumps({"kind": "memory"}).encode())


def _answer(asked: dict[str, Any], opened: _Opened, source: BinaryIO, output: BinaryIO) -> None:
    answer = evaluate(
        opened.at(asked["path"]),
        asked["query"],
        base=asked["base"],
        union=asked["union"],
        default_graphs=[NamedNode(iri) for iri in asked["defaultGraphs"]],
        named_graphs=[NamedNode(iri) for iri in asked["namedGraphs"]],
        substitutions={
            Variable(name): _term(text) for name, text in asked["substitutions"].items()
        },
    )
    card = {"kind": answer.kind.value, "variables": answer.variables}
    write_frame(output, b"K", json.dumps(card).encode())
    chosen = read_frame(source)
    if chosen is None:
        raise BrokenPipeError("the pool has gone")
    if chosen[1]:
        pieces = _Pieces(output)
        answer.serialise(cast(BinaryIO, pieces), format_named(chosen[1].decode()))
        pieces.flush()
    write_frame(output, b"E")


def _term(text: str) -> NamedNode | Literal:
    """The term that N-Triples writes so."""
    (quad,) = parse(f"<urn:s> <urn:p> {text} .", format=RdfFormat.N_TRIPLES)
    if not isinstance(quad.object, NamedNode | Literal):
        raise TypeError("a parameter is an IRI or a literal")
    return quad.object


def _card(error: QueryError) -> bytes:
    card: dict[str, Any] = {
        "kind": type(error).__name__,
        "message": str(error),
        "remedy": error.remedy,
    }
    if isinstance(error, QuerySyntaxError):
        card |= {"line": error.line, "column": error.column}
    return json.dumps(card).encode()


def main() -> None:
    """Confine this process, then answer queries."""
    end_with_parent()
    # Answers go by a copy; whatever else writes to the standard output must not get among them.
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    forbid_network()

    def serve() -> None:
        serve_queries(sys.stdin.buffer, cast(BinaryIO, output), int(sys.argv[1]))

    DeepThreads().start(serve, "pledgegraph-query").join()


if __name__ == "__main__":
    main()
