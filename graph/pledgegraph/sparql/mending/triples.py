"""Property paths that the engine answers wrongly: alternatives, and length zero.

- ``?s (:p|:q) ?o`` is a union, which keeps duplicates (SPARQL 1.1 Query, section 18.2.2.4). The
  engine (pyoxigraph 0.5.13) drops them.
- ``:a :p* ?o`` holds for ``:a`` itself, be it in the graph or not (section 9.3; 18.4, evaluation
  of ZeroLengthPath). The engine asks for it to be in the graph.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from typing import Final

from pledgegraph.namespaces import RDF
from pledgegraph.sparql.mending.paths import MOST_BRANCHES, TooManyBranches, branches
from pledgegraph.sparql.mending.rendering import Rendering, Scope
from pledgegraph.sparql.mending.tree import Block, Node, Triple
from pledgegraph.sparql.terminals import IRI, LABELS, OPAQUE

_NEW: Final = "new variable"
"""The kind of a variable in the place of a blank node."""
_IRIS: Final = re.compile(IRI)
_MEMBER: Final = rf"(?:{IRI}|[^\s!()|^/]++)"
_MEMBERS: Final = re.compile(_MEMBER)
_NEGATED: Final = re.compile(
    rf"\(*\s*(?P<set>!\s*(?:\(\s*(?:\^?\s*{_MEMBER}\s*\|?\s*)*+\)|\^?\s*{_MEMBER}))\s*\)*"
)
"""A negated property set that is the whole of a path."""
_LITERAL: Final = re.compile("[\"'0-9+.-]|(?:true|false)$", re.IGNORECASE)
"""How a literal begins, which is no subject."""
_TYPE: Final = f"<{RDF.type.value}>"
_PLAIN: Final = frozenset({"step", "var"})
Branch = tuple[str, bool]
Risky = dict[int, tuple[list[Branch], str]]
"""What is to be written for some triples, by their places."""
_STAR: Final = re.compile(r"(?:SELECT|DESCRIBE|DISTINCT|REDUCED)\s*\*", re.IGNORECASE)
_NO_TRIPLES: Final = re.compile(rf"{OPAQUE}|(?P<other><<|\{{\||~)", re.VERBOSE | re.DOTALL)


class Triples(Rendering):
    """Puts triples right."""

    def block(self, node: Node, scope: Scope) -> str:
        """A block of triples."""
        if not isinstance(node, Block):
            raise TypeError(node.kind)
        risky = self._risky(node.triples, scope)
        if not risky:
            return self.inner(node, scope)
        if node.is_flat:
            return self._flat(node, risky, scope)
        if not _has_several(risky):
            return self.inner(node, scope)
        if any(zero for _, zero in risky.values()):
            return self._with_variables(node, scope)
        return self._repeated(node, risky, scope)

    def _flat(self, node: Block, risky: Risky, scope: Scope) -> str:
        """Nothing but triples, in which new variables may be seen by ``SELECT *``."""
        shows = not scope.in_exists and _STAR.search(self.text) is not None
        if not shows or not _has_negated(risky):
            return self._apart(node.triples, risky, scope)
        ends = [end for each in node.triples for end in (each.subject, each.object)]
        if any(end.kind == "var" for end in ends):
            return self._with_variables(node, scope)
        risky = {number: each for number, each in risky.items() if _has_several({number: each})}
        return self._apart(node.triples, risky, scope, shows_all=True)

    def _risky(self, triples: list[Triple], scope: Scope) -> Risky:
        risky: Risky = {}
        for number, triple in enumerate(triples):
            if triple.path.kind not in _PLAIN:
                found = self._branches(triple)
                zero = (
                    self._zero(triple, triples, scope) if any(empty for _, empty in found) else ""
                )
                if zero or len(found) > 1 or _NEGATED.fullmatch(found[0][0]):
                    risky[number] = (found, zero)
        return risky

    def _branches(self, triple: Triple) -> list[Branch]:
        try:
            return branches(triple.path, self.text)
        except TooManyBranches:
            raise self._too_many(triple.path) from None

    def _too_many(self, node: Node) -> Exception:
        return self.refuse(
            node,
            f"The alternatives of this path come to more than {MOST_BRANCHES} paths",
            "Write them as `UNION`, or as a list of predicates: VALUES ?p { ... } ?s ?p ?o.",
        )

    def _apart(
        self, triples: list[Triple], risky: Risky, scope: Scope, *, shows_all: bool = False
    ) -> str:
        plain, unions = [], []
        for number, triple in enumerate(triples):
            subject, path, object_ = (
                f"?{each.name}" if each.kind == _NEW else self.copy(each.start, each.end, scope)
                for each in (triple.subject, triple.path, triple.object)
            )
            if number not in risky:
                plain.append(f"{subject} {path} {object_} .")
                continue
            found, zero = risky[number]
            name = "" if shows_all else f"?property_{triple.path.start}_{number}"
            while name[1:] and name[1:] in self.text:
                name += "_"
            patterns = [_pattern(subject, each, object_, name) for each, _ in found]
            patterns += [zero.replace("\x01", each) for each, empty in found if empty and zero]
            unions.append("{ " + " UNION ".join(patterns) + " }")
        return " ".join((*plain, *unions))

    def _with_variables(self, node: Block, scope: Scope) -> str:
        """The block with variables for its blank nodes, which nobody sees outside."""
        named: dict[str | int, str] = {}

        def new(end: Node) -> Node:
            if end.kind != "blank":
                return end
            name = named.setdefault(end.name or id(end), f"blank_{len(named)}_{node.start}")
            return Node(_NEW, end.start, end.end, name=name)

        triples = [Triple(new(t.subject), t.path, new(t.object)) for t in node.triples]
        seen = {
            end.name
            for triple in triples
            for end in (triple.subject, triple.path, triple.object)
            if end.kind == "var"
        }
        labels = Counter(m["label"] for m in LABELS.finditer(self.text) if m["label"])
        is_alone = all(
            labels[label]
            == sum(m["label"] == label for m in LABELS.finditer(self.text, node.start, node.end))
            for label in named
        )
        others = any(m["other"] for m in _NO_TRIPLES.finditer(self.text, node.start, node.end))
        lists = any("list" in (t.subject.kind, t.object.kind) for t in triples)
        shows = not scope.in_exists and _STAR.search(self.text) is not None
        if others or lists or not is_alone or (shows and not seen):
            raise self.refuse(
                node,
                "A path that may have length zero stands beside a blank node",
                "Use variables in the place of the blank nodes.",
            )
        written = self._apart(triples, self._risky(triples, scope), scope)
        if not shows:
            return written
        return f"{{ SELECT {' '.join(f'?{each}' for each in sorted(seen))} {{ {written} }} }}"

    def _repeated(self, node: Block, risky: Risky, scope: Scope) -> str:
        """The whole block once for each choice, since blank nodes hold it together."""
        inside = [m["label"] for m in LABELS.finditer(self.text, node.start, node.end)]
        everywhere = Counter(m["label"] for m in LABELS.finditer(self.text))
        for label, number in Counter(each for each in inside if each).items():
            if everywhere[label] != number:
                raise self.refuse(
                    node,
                    f"The blank node {label} is beside a path with alternatives, and elsewhere",
                    f"Use a variable in its place: ?{label[2:]}.",
                )
        choices = list(product(*(found for found, _ in risky.values())))
        if len(choices) > MOST_BRANCHES:
            raise self._too_many(node)
        paths = [node.triples[number].path for number in risky]
        if len({path.start for path in paths}) < len(paths):
            raise self.refuse(
                node,
                "A path with alternatives has several objects, and stands beside a blank node",
                "Write the path anew for each object, or use a variable for the blank node.",
            )
        order = sorted(range(len(paths)), key=lambda place: paths[place].start)
        written = []
        for number, choice in enumerate(choices):
            pieces, place = [], node.start
            for each in order:
                path = paths[each]
                pieces += [self.copy(place, path.start, scope), choice[each][0]]
                place = path.end
            pieces.append(self.copy(place, node.end, scope))
            text = LABELS.sub(
                lambda m, n=number: f"{m[0]}_{n}" if m["label"] else m[0],  # type: ignore[misc]
                "".join(pieces),
            )
            written.append(f"{{ {text} }}")
        return "{ " + " UNION ".join(written) + " }"

    def _zero(self, triple: Triple, triples: list[Triple], scope: Scope) -> str:
        """What has to be added for a path of length zero, with ``\\x01`` where the path stands."""
        subject, object_ = (
            self._constant(triple.subject, scope),
            self._constant(triple.object, scope),
        )
        if not subject and not object_:
            return self._zero_between(triple, triples, scope) if scope.in_exists else ""
        if subject and object_ and self.resolved(subject) != self.resolved(object_):
            return ""
        term = subject or object_
        if not scope.graph and self.dataset.holds(self.resolved(term)):
            return ""
        absent = f"FILTER NOT EXISTS {{ {term} \x01 {term} }}"
        other = triple.object if subject else triple.subject
        if (subject and object_) or other.kind not in ("var", _NEW):
            # A blank node gets a variable in its place, and comes here again.
            return f"{{ {absent} }}"
        if scope.in_exists:
            # There BIND would take the place of the value that comes from outside.
            return f"{{ VALUES ?{other.name} {{ {term} }} {absent} }}"
        return f"{{ BIND({term} AS ?{other.name}) {absent} }}"

    def _zero_between(self, triple: Triple, triples: list[Triple], scope: Scope) -> str:
        """What has to be added in EXISTS, where variables may have their values from outside.

        One that a triple beside it binds is in the graph, and the engine finds it.
        """
        beside = {
            end.name
            for each in triples
            if each.path.kind in _PLAIN
            for end in (each.subject, each.object)
        }
        from_outside = scope.outside - beside
        one, two = triple.subject, triple.object
        is_loop = one.name == two.name
        branches = []
        for here, there in ((one, two),) if is_loop else ((one, two), (two, one)):
            if here.kind != "var" or here.name not in from_outside or there.name in beside:
                continue
            test, bind = f"BOUND(?{here.name})", ""
            if there.kind in ("var", _NEW) and not is_loop:
                test += f" && !BOUND(?{there.name})"
                bind = f"BIND(?{here.name} AS ?{there.name})"
            branches.append((f"{{ FILTER({test}) }} {bind}", here.name))
        if not is_loop and {one.name, two.name} <= from_outside:
            branches.append((f"FILTER(sameTerm(?{one.name}, ?{two.name}))", one.name))
        return " UNION ".join(
            f"{{ {found} FILTER NOT EXISTS {{ ?{name} \x01 ?{name} }} }}"
            for found, name in branches
        )

    def _constant(self, end: Node, scope: Scope) -> str:
        """The term at an end of a path; nothing where it is a variable without a value."""
        if end.kind == "var":
            return scope.replacing.get(end.name) or scope.parameters.get(end.name) or ""
        return self.text[end.start : end.end] if end.kind == "term" else ""


def _has_several(risky: Risky) -> bool:
    """Whether some path is to be written as several, or has a length of zero added."""
    return any(zero or len(found) > 1 for found, zero in risky.values())


def _has_negated(risky: Risky) -> bool:
    return any(_NEGATED.fullmatch(each) for found, _ in risky.values() for each, _ in found)


def _pattern(subject: str, path: str, object_: str, name: str) -> str:
    """One triple; a negated property set as what it is, a property that is none of these.

    The property is bound to ``name``, or stays unnamed where that is empty.

    The engine counts the properties between two terms where one of them is open, and else not.
    """
    match = _NEGATED.fullmatch(path)
    inverse = match is not None and "^" in _IRIS.sub("", path)
    if not name or match is None or (inverse and _LITERAL.match(object_)):
        return f"{{ {subject} {path} {object_} }}"
    members = [_TYPE if each == "a" else each for each in _MEMBERS.findall(match["set"])]
    one, other = (object_, subject) if inverse else (subject, object_)
    return f"{{ {one} {name} {other} FILTER({name} NOT IN ({', '.join(members)})) }}"
