"""SPARQL by the letter: patterns made at random, and what clause 18 says that they come to.

A pattern is a tree; `text_of` writes it, and `Clause18` evaluates it bottom-up, slowly and with
nothing left out. All terms are IRIs, so that no comparison has a value of its own.

Not asked, since the letter is not what anybody means there:

- *minus-of-outside*: below EXISTS, sides of MINUS that have only variables in common that have
  values from outside, or none. Substitution takes them away (18.6), and MINUS would do nothing.
- *bound-outside*: BIND and SELECT expressions below EXISTS that name a variable from outside.

See https://www.w3.org/TR/sparql11-query/#sparqlAlgebra
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

Row = dict[str, str]
Tree = tuple[Any, ...]
Statement = tuple[str, str, str]

GRAPHS: Final[dict[str, list[Statement]]] = {
    ":x": [
        (":x", ":p", ":y"), (":x", ":p", ":z"), (":x", ":q", ":y"), (":y", ":p", ":z"),
        (":z", ":q", ":x"),
    ],
    ":y": [(":x", ":p", ":y"), (":x", ":q", ":z"), (":y", ":q", ":y"), (":w", ":p", ":x")],
    ":z": [(":y", ":p", ":z"), (":z", ":p", ":x"), (":w", ":q", ":w")],
    ":w": [(":x", ":r", ":x"), (":u", ":r", ":w")],
}  # fmt: skip
DEFAULT: Final = sorted({each for graph in GRAPHS.values() for each in graph})
NAMES: Final = ("?a", "?b", "?c")
_TERMS: Final = (":x", ":y", ":z", ":w")
_PREDICATES: Final = (":p", ":p", ":p", ":q", ":q", ":r")

_LARGE: Final = {
    3: ["optional"] * 5 + ["exists"] * 3 + ["group"],
    2: ["optional"] * 5 + ["group", "union", "graph", "select", "minus"],
    1: ["minus"] * 4 + ["group"] * 3 + ["union", "select", "exists", "optional"],
}
"""What stands in a group, by how many groups may stand in it."""


class Maker:
    """Makes one pattern, from a number."""

    def __init__(self, number: int) -> None:
        self._random = Random(number)  # noqa: S311 -- not for secrets
        self._fresh = 0

    def pattern(self) -> Tree:
        """The group of a whole query; of some all is in GRAPH with a variable."""
        group = self._group(3)
        if self._random.random() < 0.3:
            return ("group", [("graph", self._random.choice(NAMES), group)])
        return group

    def _group(self, depth: int) -> Tree:
        random = self._random
        parts = [self._triple()] if random.random() < 0.9 else []
        small = ["triple", "filter", "filter", "values", "bind"]
        if depth:
            parts.append(self._part(random.choice(_LARGE[depth]), depth - 1))
        if not depth or random.random() < 0.4:
            parts.append(self._part(random.choice(small), depth - 1))
        random.shuffle(parts)
        return ("group", [self._bound_anew(part, parts[:at]) for at, part in enumerate(parts)])

    def _bound_anew(self, part: Tree, before: list[Tree]) -> Tree:
        """A BIND, some with a name that stands elsewhere, though not before (18.2.1)."""
        free = sorted({*NAMES} - set().union(*map(names_in, before)))
        if part[0] != "bind" or part[1] not in names_in(("group", before)) or not free:
            return part
        return ("bind", part[1], self._random.choice((*free, part[2])))

    def _part(self, kind: str, depth: int) -> Tree:  # noqa: PLR0911
        random = self._random
        if kind == "triple":
            return self._triple()
        if kind == "filter":
            return ("filter", self._condition())
        if kind == "values":
            return ("values", random.choice(NAMES), random.sample(_TERMS, 2))
        if kind == "bind":
            self._fresh += 1
            return ("bind", random.choice(NAMES), f"?x{self._fresh}")
        if kind == "exists":
            return ("filter", ("exists", random.random() < 0.5, self._group(depth)))
        if kind == "union":
            return ("union", [self._group(depth), self._group(depth)])
        if kind == "graph":
            return ("graph", random.choice((*GRAPHS, *NAMES)), self._group(depth))
        if kind == "select":
            names = sorted(random.sample(NAMES, 2))
            cut = random.random() < 0.3
            return ("select", names, self._group(depth), cut)
        return self._group(depth) if kind == "group" else (kind, self._group(depth))

    def _triple(self) -> Tree:
        random = self._random
        ends = [random.choice((*NAMES * 9, *_TERMS)) for _ in range(2)]
        return ("triple", ends[0], random.choice(_PREDICATES), ends[1])

    def _condition(self) -> Tree:
        random = self._random
        one, other = random.sample((*NAMES, *_TERMS[:2]), 2)
        if random.random() < 0.3:
            return ("bound", random.random() < 0.5, random.choice(NAMES))
        return (random.choice(("=", "!=")), one, other)


def text_of(tree: Tree) -> str:  # noqa: PLR0911
    """A tree as SPARQL."""
    kind, *rest = tree
    if kind == "group":
        return "{ " + " ".join(text_of(each) for each in rest[0]) + " }"
    if kind == "triple":
        return f"{' '.join(rest)} ."
    if kind == "filter":
        return f"FILTER({text_of(rest[0])})"
    if kind == "values":
        return f"VALUES {rest[0]} {{ {' '.join(rest[1])} }}"
    if kind == "bind":
        return f"BIND({rest[0]} AS {rest[1]})"
    if kind == "exists":
        return f"{'NOT ' * rest[0]}EXISTS {text_of(rest[1])}"
    if kind == "bound":
        return f"{'!' * rest[0]}BOUND({rest[1]})"
    if kind == "union":
        return " UNION ".join(text_of(each) for each in rest[0])
    if kind == "graph":
        return f"GRAPH {rest[0]} {text_of(rest[1])}"
    if kind == "select":
        order = f" ORDER BY {' '.join(rest[0])} LIMIT 1" * rest[2]
        return f"{{ SELECT {' '.join(rest[0])} {text_of(rest[1])}{order} }}"
    if kind in ("=", "!="):
        return f"{rest[0]} {kind} {rest[1]}"
    return f"{kind.upper()} {text_of(rest[0])}"


def names_in(tree: Tree) -> set[str]:
    """The variables that a pattern binds (18.2.1)."""
    kind, *rest = tree
    if kind in ("triple", "select"):
        given = rest if kind == "triple" else rest[0]
        return {each for each in given if each[0] == "?"}
    if kind in ("filter", "minus"):
        return set()
    if kind == "values":
        return {rest[0]}
    if kind == "bind":
        return {rest[1]}
    inner = rest[0] if kind in ("group", "union") else [rest[-1]]
    own = {rest[0]} if kind == "graph" and rest[0][0] == "?" else set()
    return own.union(*(names_in(each) for each in inner))


def certain_in(tree: Tree) -> set[str]:
    """The variables that have a value in each solution of a pattern."""
    kind, *rest = tree
    if kind in ("filter", "minus", "optional", "bind"):
        return set()
    if kind == "union":
        return set.intersection(*(certain_in(each) for each in rest[0]))
    if kind == "select":
        return certain_in(rest[1]) & set(rest[0])
    if kind in ("group", "graph"):
        return set().union(
            *(certain_in(each) for each in (rest[0] if kind == "group" else rest[1:]))
        )
    return names_in(tree)


def is_asked(tree: Tree, outside: set[str] | None = None) -> bool:
    """Whether the letter is what is meant; ``outside`` has values where EXISTS is evaluated."""
    kind, *rest = tree
    if kind == "group":
        before: set[str] = set()
        certain: set[str] = set()
        everything = names_in(tree)
        for part in rest[0]:
            if part[0] == "minus" and outside is not None:
                surely = certain_in(part[1]) & certain - outside
                if names_in(part[1]) & before and not surely:
                    return False
            if part[0] == "bind" and outside is not None and part[2] in outside:
                return False
            seen = outside
            if part[0] == "filter" and part[1][0] == "exists":
                seen = everything | (outside or set())
                part = part[1][2]  # noqa: PLW2901
            if not is_asked(part, seen):
                return False
            before |= names_in(part)
            certain |= certain_in(part)
        return True
    if kind == "select" and outside is not None:
        return is_asked(rest[1], outside & set(rest[0]))
    inner = [each for each in rest if isinstance(each, tuple)]
    inner += [each for part in rest if isinstance(part, list) for each in part]
    return all(is_asked(each, outside) for each in inner if isinstance(each, tuple))


class Clause18:
    """Evaluates patterns over the graphs; ``given`` is what EXISTS substitutes (18.6)."""

    def __init__(self, given: Row | None = None, graph: list[Statement] = DEFAULT) -> None:
        self._given = given or {}
        self._statements = graph

    def rows(self, tree: Tree) -> list[Row]:
        """The solutions of a pattern."""
        kind, *rest = tree
        return list(getattr(self, f"_{kind}")(*rest))

    def _group(self, parts: list[Tree]) -> list[Row]:
        """18.2.2.6: the parts one after the other, and the filters of all at the end."""
        found: list[Row] = [{}]
        for part in parts:
            kind, *rest = part
            if kind == "optional":
                found = self._left_join(found, rest[0])
            elif kind == "minus":
                found = self._difference(found, self.rows(rest[0]))
            elif kind == "bind":
                found = [self._extended(each, *rest) for each in found]
            elif kind != "filter":
                found = list(_joined(found, self.rows(part)))
        filters = [part[1] for part in parts if part[0] == "filter"]
        return [row for row in found if all(self._is_true(each, row) for each in filters)]

    def _left_join(self, left: list[Row], group: Tree) -> list[Row]:
        """18.5, LeftJoin: the filters of the group itself are conditions of it."""
        filters = [part[1] for part in group[1] if part[0] == "filter"]
        right = self._group([part for part in group[1] if part[0] != "filter"])
        found: list[Row] = []
        for one in left:
            rows = [
                row
                for row in _joined([one], right)
                if all(self._is_true(each, row) for each in filters)
            ]
            found += rows or [one]
        return found

    @staticmethod
    def _difference(left: list[Row], right: list[Row]) -> list[Row]:
        """18.5, Minus."""
        return [
            one
            for one in left
            if not any(one.keys() & two.keys() and _is_compatible(one, two) for two in right)
        ]

    def _triple(self, *pattern: str) -> Iterator[Row]:
        wanted = [self._given.get(each, each) for each in pattern]
        for statement in self._statements:
            row: Row = {}
            for one, two in zip(wanted, statement, strict=True):
                if one[0] != "?":
                    if one != two:
                        break
                elif row.setdefault(one, two) != two:
                    break
            else:
                yield row

    def _values(self, name: str, terms: list[str]) -> list[Row]:
        if name in self._given:
            return [{} for each in terms if each == self._given[name]]
        return [{name: each} for each in terms]

    def _extended(self, row: Row, source: str, name: str) -> Row:
        value = {**self._given, **row}.get(source)
        return row if value is None else {**row, name: value}

    def _union(self, groups: list[Tree]) -> list[Row]:
        return [row for each in groups for row in self.rows(each)]

    def _graph(self, name: str, group: Tree) -> list[Row]:
        """18.6, evaluation of Graph; a variable is joined with the name of each."""
        term = self._given.get(name, name)
        if term[0] != "?":
            return Clause18(self._given, GRAPHS[term]).rows(group) if term in GRAPHS else []
        return [
            row
            for graph, statements in GRAPHS.items()
            for row in _joined(Clause18(self._given, statements).rows(group), [{name: graph}])
        ]

    def _select(self, names: list[str], group: Tree, cut: bool) -> list[Row]:  # noqa: FBT001
        """Nothing that it does not name is seen in it or out of it (18.2.4)."""
        given = {name: term for name, term in self._given.items() if name in names}
        rows = [
            {name: row[name] for name in names if name in row}
            for row in Clause18(given, self._statements).rows(group)
        ]
        if cut:
            rows.sort(key=lambda row: [row.get(name, "") for name in names])
        return rows[:1] if cut else rows

    def _is_true(self, condition: Tree, row: Row) -> bool:
        kind, *rest = condition
        seen = {**self._given, **row}
        if kind == "exists":
            return bool(Clause18(seen, self._statements).rows(rest[1])) != bool(rest[0])
        if kind == "bound":
            return (rest[1] in seen) != bool(rest[0])
        one, two = (seen.get(each) if each[0] == "?" else each for each in rest)
        return one is not None and two is not None and (one == two) == (kind == "=")


def _is_compatible(one: Row, two: Row) -> bool:
    return all(one[name] == two[name] for name in one.keys() & two.keys())


def _joined(left: list[Row], right: list[Row]) -> Iterator[Row]:
    """18.5, Join."""
    for one in left:
        for two in right:
            if _is_compatible(one, two):
                yield {**one, **two}
