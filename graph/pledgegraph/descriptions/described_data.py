"""The data with the graphs that describe them, for queries that ask for these.

`{base}/.well-known/void` holds the VoID description and `{base}/queries` the catalogue. Editors
that learn from an endpoint ask its default graph for both, so a query that does so sees them
there, too. No other query does: what is counted there are the data. The statements are made of
the snapshot that is asked, in a copy of hard links, when somebody asks for the first time.

See https://www.w3.org/TR/void/#class-property-partitions and, for what such an editor asks,
https://github.com/sib-swiss/sparql-editor.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode, Quad, Store

from pledgegraph.catalogue.rdf import catalogue_graph
from pledgegraph.descriptions.statistics import Statistics
from pledgegraph.descriptions.void import void_graph
from pledgegraph.errors import DirectoryReadOnly, StorageFull
from pledgegraph.namespaces import SH, VOID, VOID_EXT
from pledgegraph.sparql.codepoint_escapes import plain_text
from pledgegraph.sparql.names_used import names_in
from pledgegraph.store.engine import AddressedSnapshot, Engine
from pledgegraph.store.log.changes_log import DISK_REFUSES
from pledgegraph.store.per_snapshot import OnceASnapshot

_MAYBE: Final = re.compile(r"void|shacl|queries|\\u", re.IGNORECASE)
"""What a query has in it that asks for a description, and few others have."""
_TERMS: Final = frozenset(
    SH[name].value
    for name in (
        "SPARQLExecutable",
        "SPARQLSelectExecutable",
        "SPARQLConstructExecutable",
        "SPARQLAskExecutable",
        "SPARQLDescribeExecutable",
        "Parameter",
        "parameter",
        "declare",
        "prefix",
        "namespace",
    )
)
"""Of SHACL, what the catalogue is told with. The shapes among the data have others."""
_VOCABULARIES: Final = (VOID.iri, VOID_EXT.iri)


def description_graphs(base: str) -> tuple[NamedNode, NamedNode]:
    """The graphs of the VoID description and of the catalogue, named by their addresses."""
    return NamedNode(f"{base}/.well-known/void"), NamedNode(f"{base}/queries")


def asks_for_description(text: str, base: str, graphs: Iterable[NamedNode] = ()) -> bool:
    """Whether a query, or the request that names its ``graphs``, asks for a description.

    >>> asks_for_description("SELECT * { ?s <http://rdfs.org/ns/void#property> ?o }", "http://x")
    True
    >>> asks_for_description("PREFIX void: <http://rdfs.org/ns/void#> ASK { ?s ?p ?o }", "http://x")
    False
    """
    ours = {each.value for each in description_graphs(base)}
    if any(each.value in ours for each in graphs):
        return True
    if not _MAYBE.search(text):
        return False
    names = {each.iri for each in names_in(plain_text(text), base)}
    return bool(names & (ours | _TERMS)) or any(name.startswith(_VOCABULARIES) for name in names)


@dataclass(frozen=True, slots=True)
class _Address:
    """Where the copy is; see `pledgegraph.store.engine.Addressed`."""

    sequence: int
    version: str
    address: Mapping[str, object]


class _Copy:
    """A copy on the disk, until nobody needs it any more."""

    def __init__(self, at: _Address, stack: ExitStack) -> None:
        self.at = at
        self.users = 0
        self._stack = stack

    def remove(self) -> None:
        """Clear it away."""
        self._stack.close()


class DescribedData:
    """The newest snapshot with its description. It is a source of `QueryPool.run`."""

    def __init__(self, engine: Engine, numbers: OnceASnapshot[Statistics]) -> None:
        self._engine = engine
        self._numbers = numbers
        self._making = threading.Lock()
        self._guard = threading.Lock()
        """Over the counts; held for moments only."""
        self._newest: _Copy | None = None

    def opened_snapshot(self) -> AbstractContextManager[_Address] | None:
        """None: whether the copy is that of the newest snapshot, a thread has to look."""
        return None

    @contextmanager
    def snapshot(self) -> Iterator[_Address]:
        """The copy, held until the block is left.

        Raises:
            StorageFull: there is no room for it.
            DirectoryReadOnly: this process may not write in the data directory.
        """
        copy = self._take()
        try:
            yield copy.at
        finally:
            with self._guard:
                copy.users -= 1
                unneeded = copy.users == 0 and copy is not self._newest
            if unneeded:
                copy.remove()

    def close(self) -> None:
        """Clear the copy away, at the end of the service."""
        with self._guard:
            copy, self._newest = self._newest, None
            unneeded = copy is not None and copy.users == 0
        if copy is not None and unneeded:
            copy.remove()

    def _take(self) -> _Copy:
        with self._making, self._engine.snapshot() as snapshot:
            with self._guard:
                known = self._newest
                if known is not None and known.at.version == snapshot.version:
                    known.users += 1
                    return known
            made = self._made(snapshot)
            with self._guard:
                made.users += 1
                self._newest = made
                unneeded = known is not None and known.users == 0
            if known is not None and unneeded:
                known.remove()
            return made

    def _made(self, snapshot: AddressedSnapshot) -> _Copy:
        base = self._engine.base
        numbers = self._numbers.of(snapshot)
        stack = ExitStack()
        try:
            folder = stack.enter_context(self._engine.workspace()) / "described"
            Store.read_only(str(snapshot.address["path"])).backup(folder)
            store = Store(folder)
            graphs = (void_graph(base, numbers), catalogue_graph(base))
            for name, triples in zip(description_graphs(base), graphs, strict=True):
                held = list(triples)
                store.bulk_extend(Quad(s, p, o, name) for s, p, o in held)
                store.bulk_extend(Quad(s, p, o) for s, p, o in held)
            store.flush()
        except (OSError, RuntimeError) as error:
            stack.close()
            full = isinstance(error, OSError) and error.errno in DISK_REFUSES
            if full or "No space left" in str(error):
                raise StorageFull("The disk is full: the data cannot be described.") from error
            raise DirectoryReadOnly(
                "The description of the data needs a copy of them, which cannot be made here."
            ) from error
        except BaseException:
            stack.close()
            raise
        where = {**snapshot.address, "path": str(folder)}
        return _Copy(_Address(snapshot.sequence, snapshot.version, where), stack)
