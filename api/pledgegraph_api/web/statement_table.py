"""A graph as a page shows it that knows nothing of its vocabulary: subject by subject."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Triple

from pledgegraph.rdf import Node
from pledgegraph_api.web.prefixed_names import link_to, short_name
from pledgegraph_api.web.result_table import direction_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A term: its text, its language, and where it leads."""

    text: str
    language: str = ""
    address: str = ""
    """Empty for what leads nowhere."""
    is_outside: bool = False
    """True where the address is another host's."""
    direction: str = ""
    """``ltr`` or ``rtl``, where the text says so."""


@dataclass(frozen=True, slots=True)
class Row:
    """A property of a subject with its values."""

    name: Shown
    values: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A node and what is said of it."""

    anchor: str
    name: Shown
    rows: tuple[Row, ...]


def subjects_of(
    triples: Iterable[Triple], base: str, *, taken: Collection[str] = ()
) -> tuple[Subject, ...]:
    """The graph by subject and property, in the order of their names.

    ``taken`` are the anchors that other parts of the page have.
    """
    ordered = sorted(triples, key=lambda each: (str(each.subject), str(each.predicate)))
    found = []
    for place, (subject, said) in enumerate(groupby(ordered, key=lambda each: each.subject)):
        rows = tuple(
            Row(shown(predicate, base), tuple(shown(each.object, base) for each in same))
            for predicate, same in groupby(said, key=lambda each: each.predicate)
        )
        anchor = _anchor(subject, place)
        if anchor in taken:
            anchor += "-further"
        found.append(Subject(anchor, shown(subject, base), rows))
    return tuple(found)


def shown(node: Node, base: str) -> Shown:
    """The term as a page shows it."""
    if isinstance(node, Literal):
        return Shown(node.value, node.language or "", direction=direction_of(node))
    if isinstance(node, NamedNode):
        address = link_to(node.value, base) or ""
        return Shown(short_name(node.value, base), "", address, not address.startswith("/"))
    # What has no name leads to its own place on the page.
    return Shown(str(node), "", f"#{_local(str(node))}")


def _anchor(subject: Node, place: int) -> str:
    if isinstance(subject, NamedNode):
        return subject.value.rpartition("#")[2].rpartition("/")[2] or f"s{place}"
    return _local(str(subject))


def _local(text: str) -> str:
    return text.removeprefix("_:")
