"""Everything of one kind in a snapshot, by all that it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Variable

from pledgegraph.catalogue.near import fold, near_matches
from pledgegraph.catalogue.questions import Parameter
from pledgegraph.namespaces import RDF, RDFS, SKOS
from pledgegraph.store.engine import Engine, Snapshot, Substitutions
from pledgegraph.store.per_snapshot import OnceASnapshot
from pledgegraph.store.select import solutions

_HERE: Final = Path(__file__).resolve().parent / "lookups"


@dataclass(frozen=True, slots=True)
class Domain:
    """What the values of a parameter have to be among."""

    members_of: NamedNode | None = None
    """The class that they belong to."""
    concepts_of: NamedNode | None = None
    """The scheme that they are in."""
    properties: tuple[NamedNode, ...] = ()
    """They are texts: the values of these properties of the members of the class."""

    def holds(self, snapshot: Snapshot, node: NamedNode) -> bool:
        """Whether a node is one of them."""
        if self.members_of is not None:
            kinds = {quad.object for quad in snapshot.about([node], [RDF.type], merged=True)}
            return bool(kinds and kinds & _subclasses(snapshot, self.members_of))
        if self.concepts_of is not None:
            said = snapshot.about([node], [SKOS.inScheme], merged=True)
            return any(quad.object == self.concepts_of for quad in said)
        return any(True for _ in snapshot.about([node], merged=True))

    def index(self, snapshot: Snapshot) -> NameIndex:
        """All of them with their names."""
        if self.properties:
            return _values(snapshot, self)
        if self.members_of is not None:
            return _named(snapshot, "members", {Variable("class"): self.members_of})
        if self.concepts_of is not None:
            return _named(snapshot, "concepts", {Variable("scheme"): self.concepts_of})
        return NameIndex({}, {})


def domain_of(parameter: Parameter) -> Domain | None:
    """What the values of a parameter have to be among; None where any of its type will do."""
    if parameter.choices:
        return None
    if parameter.values_of:
        return Domain(members_of=parameter.class_iri, properties=parameter.values_of)
    if parameter.type != "iri":
        return None
    if parameter.class_iri is not None:
        return Domain(members_of=parameter.class_iri)
    if parameter.namespace is not None:
        return Domain(concepts_of=NamedNode(parameter.namespace.rstrip("#/")))
    return Domain()


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Values by their folded names."""

    by_name: Mapping[str, tuple[str, ...]]
    """A name as `fold` leaves it, to the IRIs or texts that have it."""
    labels: Mapping[str, str]
    """An IRI to what it is called, in English if it can be."""

    @property
    def values(self) -> frozenset[str]:
        """All of them."""
        return frozenset(value for values in self.by_name.values() for value in values)

    def named(self, text: str) -> tuple[str, ...]:
        """The values that are called so, but for capitals, accents and signs between words."""
        return self.by_name.get(fold(text), ())

    def near(self, text: str) -> list[str]:
        """Some values with names that look like it."""
        names = near_matches(fold(last_part(text)), self.by_name)
        return list(dict.fromkeys(value for name in names for value in self.by_name[name]))


class RememberedNames:
    """The indexes of the newest snapshot, each made when it is first asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[Domain, OnceASnapshot[NameIndex]] = {}

    def __call__(self, snapshot: Snapshot, domain: Domain) -> NameIndex:
        """The index of a domain. Blocks: to be called in a thread."""
        fresh = OnceASnapshot(self._engine, domain.index)
        return self._known.setdefault(domain, fresh).of(snapshot)


def _subclasses(snapshot: Snapshot, kind: NamedNode) -> set[NamedNode]:
    """The class and those below it, however deep."""
    found, ahead = {kind}, [kind]
    while ahead:
        below = snapshot.pointing_at(ahead, [RDFS.subClassOf], merged=True)
        ahead = [s for quad in below if isinstance(s := quad.subject, NamedNode) and s not in found]
        found.update(ahead)
    return found


def _named(snapshot: Snapshot, lookup: str, substitutions: Substitutions) -> NameIndex:
    names: dict[str, set[str]] = {}
    labels: dict[str, Literal] = {}
    for row in solutions(snapshot, _lookup(lookup), substitutions):
        member, name = row["member"], row["name"]
        if not isinstance(member, NamedNode):
            continue
        names.setdefault(fold(last_part(member.value)), set()).add(member.value)
        if isinstance(name, Literal):
            names.setdefault(fold(name.value), set()).add(member.value)
            best = labels.get(member.value)
            if best is None or _rank(name) < _rank(best):
                labels[member.value] = name
    return NameIndex(
        {name: tuple(sorted(members)) for name, members in names.items() if name},
        {member: name.value for member, name in labels.items()},
    )


def _values(snapshot: Snapshot, domain: Domain) -> NameIndex:
    names: dict[str, set[str]] = {}
    for each in domain.properties:
        bound: Substitutions = {Variable("property"): each}
        if domain.members_of is not None:
            bound[Variable("class")] = domain.members_of
        for row in solutions(snapshot, _lookup("values"), bound):
            value = row["name"]
            if isinstance(value, Literal | NamedNode):
                for name in (value.value, last_part(value.value)):
                    names.setdefault(fold(name), set()).add(name)
    return NameIndex({name: tuple(sorted(values)) for name, values in names.items() if name}, {})


def last_part(iri: str) -> str:
    """What comes after the last ``/`` or ``#``."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def _rank(name: Literal) -> tuple[bool, bool, str]:
    """Sorts the best name to show first: an English one, else one in any language."""
    return (name.language != "en", name.language is None, name.value)


def _lookup(name: str) -> str:
    return (_HERE / f"{name}.rq").read_text(encoding="utf-8")
