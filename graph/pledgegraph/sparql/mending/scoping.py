"""OPTIONAL and MINUS where values come in from outside that must not.

OPTIONAL and MINUS are of what stands before them in their group, and each side is evaluated for
itself (SPARQL 1.1 Query, sections 18.2.2.6, 18.5 and 18.6). The engine (pyoxigraph 0.5.13) hands
the solutions of a pattern to what it is joined with, and looks before whether that minds. It does
not look into an OPTIONAL of what it is joined with. So a filter in braces there sees what is
outside, LIMIT cuts the rows of one solution, and MINUS compares values that neither side has.

A subquery in the place of that OPTIONAL and what stands before it keeps the values out: to
a subquery the engine hands nothing unless it stands in EXISTS, where it must.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pledgegraph.sparql.mending.bindings import Bindings
from pledgegraph.sparql.mending.rendering import Rendering, Scope
from pledgegraph.sparql.mending.tree import Block, Node, Select

_JOINED: Final = frozenset({"block", "graph", "group", "service", "union", "values"})
"""What is joined with what stands before it, in any order."""


class Scoping(Rendering):
    """Keeps patterns from what does not come into them."""

    bindings: Bindings

    def group(self, node: Node, scope: Scope) -> str:
        """A group of patterns."""
        if len(node.children) == 1 and isinstance(node.children[0], Select):
            return self.inner(node, scope)
        kept = _without_idle_minus(node.children, self.bindings)
        if scope.in_exists:
            self._require_shared(kept, scope)
        if len(kept) == len(node.children) and self._last_minding(kept, scope.entry) is None:
            return self._as_it_is(node, scope)
        return f"{{ {self._parts(kept, scope)} }}"

    def _as_it_is(self, node: Node, scope: Scope) -> str:
        pieces, place = [], node.start
        for number, child in enumerate(node.children):
            inside = self._inside(node.children, number, scope)
            pieces += [self.copy(place, child.start, scope), self._part(child, inside)]
            place = child.end
        pieces.append(self.copy(place, node.end, scope))
        return "".join(pieces)

    def _part(self, part: Node, scope: Scope) -> str:
        """A part of a group, kept from what the engine would let an EXISTS in its filters see."""
        written = self.render(part, scope)
        groups = [part] if part.kind == "group" else part.children
        if part.kind not in ("graph", "group", "union") or not any(
            self.bindings.shows_to_exists(each, scope.entry) for each in groups
        ):
            return written
        return self.apart(self._handed_on([part], (), scope), written)

    def _inside(self, parts: Sequence[Node], number: int, scope: Scope) -> Scope:
        """The scope of one of the parts of a group: the others may hand their values to it."""
        part = parts[number]
        if part.kind not in ("graph", "group", "lateral", "optional", "union"):
            return scope
        others = self.bindings.possible(each for each in parts if each is not part)
        return replace(scope, entry=scope.entry | others) if others else scope

    def _last_minding(self, parts: Sequence[Node], entry: frozenset[str]) -> int | None:
        """The last OPTIONAL that would be handed what changes it, though none asks it before."""
        later = entry
        for number in range(len(parts) - 1, -1, -1):
            part = parts[number]
            if part.kind == "optional" and later:
                sure = self.bindings.certain(parts[:number])
                if self.bindings.minds(part.children[0], later, sure):
                    return number
            if part.kind in _JOINED:
                later |= self.bindings.possible([part])
        return None

    def _require_shared(self, parts: Sequence[Node], scope: Scope) -> None:
        """Below EXISTS the engine takes what comes from outside for common to both sides.

        So it has to be sure that something else is, or that it is that which is meant.
        """
        for number, part in enumerate(parts):
            if part.kind != "minus":
                continue
            right, left = part.children[0].children, parts[:number]
            shared = self.bindings.possible(right) & self.bindings.possible(left)
            surely = self.bindings.certain(right) & self.bindings.certain(left)
            if not shared & (surely | scope.outside):
                names = ", ".join(f"?{name}" for name in sorted(shared))
                raise self.refuse(
                    part,
                    f"Below EXISTS, MINUS asks for {names}, which may be without a value there",
                    "Write FILTER NOT EXISTS { ... } in the place of MINUS { ... }, or give it a "
                    "value before.",
                )

    def _parts(self, parts: Sequence[Node], scope: Scope) -> str:
        last = self._last_minding(parts, scope.entry)
        head = ""
        if last is not None:
            before = [each for each in parts[: last + 1] if each.kind != "filter"]
            names = self._handed_on(before, parts, scope)
            inside = self._parts(before, replace(scope, entry=frozenset()))
            head = f"{self.apart(names, inside)} "
            parts = [
                each for number, each in enumerate(parts) if number > last or each.kind == "filter"
            ]
        written = [
            self._part(each, self._inside(parts, number, scope))
            + (" ." if isinstance(each, Block) else "")
            for number, each in enumerate(parts)
        ]
        return head + " ".join(written)

    def _handed_on(self, before: Sequence[Node], parts: Sequence[Node], scope: Scope) -> str:
        """What the subquery asks for: in EXISTS also what comes into it with a value."""
        if not scope.in_exists and not scope.parameters:
            return "*"
        bound_here = {each.name for each in parts if each.kind == "bind" and each not in before}
        names = frozenset[str]().union(*(self.bindings.mentioned(each) for each in before))
        found = sorted(names - bound_here - set(scope.replacing))
        return " ".join(f"?{name}" for name in found) or "*"


def _without_idle_minus(parts: Sequence[Node], bindings: Bindings) -> list[Node]:
    """The parts of a group without each MINUS that has no variable in common with what is before.

    Such a one takes nothing away (section 18.5, Minus).
    """
    return [
        each
        for number, each in enumerate(parts)
        if each.kind != "minus"
        or bindings.possible(each.children[0].children) & bindings.possible(parts[:number])
    ]
