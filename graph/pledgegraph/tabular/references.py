"""Which records the cells of a workbook name: known ones, and those that it brings itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from pyoxigraph import NamedNode, Quad, Store

from pledgegraph.namespaces import PG, RDF
from pledgegraph.reconcile import Matcher
from pledgegraph.search import fold
from pledgegraph.tabular.cells import NEW, Unreadable, named_in
from pledgegraph.tabular.columns import Column, Kind
from pledgegraph.tabular.faults import Offer, sentence
from pledgegraph.tabular.state import State

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,118}[a-z0-9])?")
_LONGEST_SLUG: Final = 60
_OFFERS: Final = 4
_ACTORS: Final = Column("actor", Kind.RECORD, of=("actor",))


class References:
    """Finds the records that cells name."""

    def __init__(self, store: Store, state: State, matcher: Callable[[], Matcher]) -> None:
        """``matcher`` is asked for when a name has to be looked up."""
        self._store = store
        self._state = state
        self._matcher = matcher
        self._new: dict[str, set[NamedNode]] = {}
        """By each name of it, what the workbook brings."""
        self._taken: set[NamedNode] = set()
        self._announced: dict[str, str] = {}
        """By folded name, the organisations that a cell somewhere names as new."""
        self._made: dict[str, NamedNode] = {}
        self._made_names: dict[NamedNode, str] = {}
        self._remembered: dict[tuple[tuple[str, ...], bool, str], NamedNode | Unreadable] = {}

    def bring(self, node: NamedNode, names: Iterable[str]) -> None:
        """Let a record that the workbook brings be found by its names."""
        self._taken.add(node)
        for name in names:
            if name.strip():
                self._new.setdefault(fold(name), set()).add(node)

    def announce(self, text: str) -> None:
        """Let an organisation that a part of a cell names as new be found by its bare name."""
        named = named_in(text)
        if named.bracketed == NEW and named.name:
            self._announced.setdefault(fold(named.name), named.name)

    def is_taken(self, node: NamedNode) -> bool:
        """Whether a record has that IRI, in the store or in the workbook."""
        if node in self._taken:
            return True
        return next(iter(self._store.quads_for_pattern(node, None, None)), None) is not None

    def free(self, folder: str, name: str) -> NamedNode:
        """An IRI that no record has, made of a name."""
        bare = slug_of(name) or folder
        node, number = self._node(folder, bare), 2
        while self.is_taken(node):
            node, number = self._node(folder, f"{bare}-{number}"), number + 1
        self._taken.add(node)
        return node

    def _node(self, folder: str, slug: str) -> NamedNode:
        return NamedNode(f"{self._state.base}/id/{folder}/{slug}")

    def identified(self, text: str, folders: tuple[str, ...]) -> NamedNode | None:
        """The IRI that an identifier stands for: an IRI, a path under /id/, or its last part."""
        prefix = f"{self._state.base}/id/"
        path = text.strip().removeprefix(prefix)
        if "/" not in path and len(folders) == 1:
            path = f"{folders[0]}/{path}"
        folder, slash, slug = path.partition("/")
        if not slash or folder not in folders or not _SLUG.fullmatch(slug):
            return None
        return NamedNode(prefix + path)

    def new_actors(self) -> Mapping[NamedNode, str]:
        """The organisations that cells have named as new, with their names."""
        return self._made_names

    def find(self, column: Column, text: str) -> NamedNode:
        """The record that a part of a cell names.

        Raises:
            Unreadable: it cannot be told, or is none that the cell may name.
        """
        key = (column.of, column.own, text)
        if key not in self._remembered:
            try:
                self._remembered[key] = self._find(column, text)
            except Unreadable as error:
                self._remembered[key] = error.with_traceback(None)
        found = self._remembered[key]
        if isinstance(found, Unreadable):
            raise Unreadable(found.kind, str(found), found.remedy, found.offers)
        return found

    def _find(self, column: Column, text: str) -> NamedNode:
        named = named_in(text)
        if named.bracketed == NEW and column.of == ("actor",):
            return self._new_actor(named.name)
        if named.bracketed:
            return self._by_identifier(column, named.name, named.bracketed)
        if (node := self.identified(text, column.of)) and self._is_known(node):
            return self._own(column, node, text)
        brought = {n for n in self._new.get(fold(text), ()) if self._folder(n) in column.of}
        if len(brought) == 1:
            return next(iter(brought))
        matched = self._matcher().match(text, column.of)
        candidates = list(matched.candidates)
        exact = [matched.exact] if matched.exact is not None else []
        if column.own:
            candidates = [c for c in candidates if c.entry.thing in self._state.promises]
            exact = [c for c in candidates if c.score == 100]  # noqa: PLR2004 -- called just so
        if len(exact) == 1 and not brought:
            return exact[0].entry.thing
        if column.of == ("actor",) and not brought and fold(text) in self._announced:
            return self._new_actor(text)
        offers = [
            Offer(
                self._state.cells.reference(each.entry.thing, column),
                each.entry.thing.value,
                each.score,
            )
            for each in candidates[:_OFFERS]
        ]
        offers += [
            Offer(f"{text} [{self._state.path(node)}]", node.value)
            for node in sorted(brought, key=str)
        ]
        remedy = f"Write {sentence(offer.write for offer in offers)}" if offers else ""
        if column.of == ("actor",):
            new = Offer(f"{text} [{NEW}]")
            offers.append(new)
            begin = f"{remedy}; or, if it" if remedy else "If it"
            remedy = f"{begin} is none that there is, “{new.write}”"
        remedy = f"{remedy}." if remedy else f"Name one of the register's {_kinds(column)}."
        raise Unreadable("name", f"“{text}”: which one?", remedy, offers)

    def _by_identifier(self, column: Column, name: str, identifier: str) -> NamedNode:
        node = self.identified(identifier, column.of) or self._of_any_kind(identifier, column.of)
        if node is None or not self._is_known(node):
            raise Unreadable(
                "identifier",
                f"There is no {_kinds(column)} with the identifier “{identifier}”.",
                "Take the identifier away, and write the name alone.",
            )
        node = self._own(column, node, identifier)
        shown = self._state.label(node)
        if name and fold(name) != fold(shown) and node not in self._new.get(fold(name), ()):
            exact = self._matcher().match(name, column.of).exact
            if exact is not None and exact.entry.thing != node:
                offers = [
                    Offer(self._state.cells.reference(each, column), each.value)
                    for each in (exact.entry.thing, node)
                ]
                raise Unreadable(
                    "name",
                    f"The name “{name}” and the identifier “{identifier}” are of two records.",
                    f"Write {sentence(offer.write for offer in offers)}.",
                    offers,
                )
        return node

    def _of_any_kind(self, slug: str, folders: tuple[str, ...]) -> NamedNode | None:
        """The record whose identifier was written without its kind, where there is just one."""
        if not _SLUG.fullmatch(slug):
            return None
        nodes = [self._node(folder, slug) for folder in folders]
        known = [each for each in nodes if self._is_known(each)]
        return known[0] if len(known) == 1 else None

    def _own(self, column: Column, node: NamedNode, text: str) -> NamedNode:
        if column.own and node not in self._state.promises and node not in self._taken:
            raise Unreadable(
                "foreign",
                f"“{text}” is of another register.",
                "Name a commitment of this register, or a part of one.",
            )
        return node

    def _new_actor(self, name: str) -> NamedNode:
        known = self._matcher().called(name, ("actor",))
        mine = [each for each in known if self._made_here(each.entry.thing)]
        if len(mine) == 1:
            return mine[0].entry.thing  # The workbook is sent again.
        if known:
            offers = [
                Offer(
                    self._state.cells.reference(each.entry.thing, _ACTORS),
                    each.entry.thing.value,
                )
                for each in known
            ]
            raise Unreadable(
                "name",
                f"“{name}” is not new: there is one of that name.",
                f"Write {sentence(offer.write for offer in offers)}.",
                offers,
            )
        if not name:
            raise Unreadable("name", "The new organisation has no name.", "Write its name.")
        key = fold(name)
        rows = [each for each in self._new.get(key, ()) if self._folder(each) == "actor"]
        if len(rows) == 1:
            return rows[0]  # It has a row of its own on the sheet of organisations.
        if key not in self._made:
            name = self._announced.get(key, name)
            self._made[key] = self.free("actor", name)
            self._made_names[self._made[key]] = name
        return self._made[key]

    def _made_here(self, node: NamedNode) -> bool:
        """Whether an organisation has come by a workbook of this register."""
        home = self._state.register.home
        return Quad(node, RDF.type, PG.Actor, home) in self._store

    def _is_known(self, node: NamedNode) -> bool:
        if node in self._taken:
            return True
        return next(iter(self._store.quads_for_pattern(node, RDF.type, None)), None) is not None

    def _folder(self, node: NamedNode) -> str:
        return self._state.path(node).partition("/")[0]


def _kinds(column: Column) -> str:
    *most, last = column.of
    return f"{', '.join(most)} or {last}" if most else last


def slug_of(text: str) -> str:
    """The part of an IRI that a name becomes: small letters, digits and hyphens."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = re.sub(r"[^a-z0-9]+", "-", apart.encode("ascii", "ignore").decode()).strip("-")
    if len(bare) > _LONGEST_SLUG:
        bare = bare[:_LONGEST_SLUG].rpartition("-")[0] or bare[:_LONGEST_SLUG]
    return bare
