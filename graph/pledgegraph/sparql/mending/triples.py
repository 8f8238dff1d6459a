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
from pledgegraph.sparql.mending.paths import MOST_BRANCHES, Branch, Step, TooManyBranches, branches
from pledgegraph.sparql.mending.rendering import Rendering, Scope
from pledgegraph.sparql.mending.tree import Block, Node, Triple
from pledgegraph.sparql.terminals import LABELS, OPAQUE

_NEW: Final = "new variable"
"""The kind of a variable in the place of a blank node."""
_LITERAL: Final = re.compile("[\"'0-9+.-]|(?:true|false)$", re.IGNORECASE)
"""How a literal begins, which is no subject."""
_TYPE: Final = f"<{RDF.type.value}>"
_PLAIN: Final = frozenset({"step", "var"})
Risky = dict[int, tuple[list[Branch], str]]
"""What is to be written for some triples, by their places."""
_STAR: Final = re.compile(r"(?:SELECT|DESCRIBE|DISTINCT|REDUCED)\s*\*", re.IGNORECASE)
_NO_TRIPLES: Final = re.compile(rf"{OPAQUE}|(?P<other><<|\{{\||~)", re.VERBOSE | re.DOTALL)


class Triples(Rendering):
    """Puts triples right."""

    needs_names: Node | None = None
    """Triples with a new variable that the ``*`` of a SELECT around them must not show."""

    def block(self, node: Node, scope: Scope) -> str:
        """A block of triples."""
        if not isinstance(node, Block):
            raise TypeError(node.kind)
        risky = self._risky(node.triples, scope)
        if not risky:
            return self.inner(node, scope)
        if node.is_flat:
            return self._flat(node, risky, scope)
        if _has_negated(risky) or any(zero for _, zero in risky.values()):
            return self._with_variables(node, scope)
        return self._repeated(node, risky, scope)

    def _flat(self, node: Block, risky: Risky, scope: Scope) -> str:
        """Nothing but triples, in which new variables may be seen by ``SELECT *``."""
        if _has_negated(risky) and self._shows_all(scope):
            ends = [end for each in node.triples for end in (each.subject, each.object)]
            if any(end.kind == "var" for end in ends):
                return self._with_variables(node, scope)
            self.needs_names = node
        return self._apart(node.triples, risky, scope)

    def _shows_all(self, scope: Scope) -> bool:
        """Whether a new variable may be seen where the text has ``*``."""
        return not scope.in_exists and _STAR.search(self.text) is not None

    def _risky(self, triples: list[Triple], scope: Scope) -> Risky:
        risky: Risky = {}
        for number, triple in enumerate(triples):
            if triple.path.kind not in _PLAIN:
                found = self._branches(triple)
                may_be_empty = any(each.may_be_empty for each in found)
                zero = self._zero(triple, triples, scope) if may_be_empty else ""
                if zero or len(found) > 1 or found[0].is_negated:
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

    def _apart(self, triples: list[Triple], risky: Risky, scope: Scope) -> str:
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
            name = f"property_{triple.path.start}_{number}"
            while name in self.text:
                name += "_"
            patterns = [
                _pattern(subject, each, object_, f"?{name}_{place}")
                for place, each in enumerate(found)
            ]
            patterns += [
                zero.replace("\x01", each.text) for each in found if each.may_be_empty and zero
            ]
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
        shows = self._shows_all(scope)
        if others or lists or not is_alone or (shows and not seen):
            raise self.refuse(
                node,
                "A path that may have length zero, or a property that is negated with `!`, stands "
                "beside a blank node, a list or an annotation",
                "Use variables in the place of the blank nodes, and triples in that of the list.",
            )
        written = self._apart(triples, self._risky(triples, scope), scope)
        if not shows:
            return written
        return self.apart(" ".join(f"?{each}" for each in sorted(seen)), written)

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
                pieces += [self.copy(place, path.start, scope), choice[each].text]
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


def _has_negated(risky: Risky) -> bool:
    return any(each.is_negated for found, _ in risky.values() for each in found)


def _pattern(subject: str, branch: Branch, object_: str, name: str) -> str:
    """One branch; a negated property set in it as what it is, a property that is none of these.

    The new variables begin with ``name``. The engine counts the properties between two terms
    where one of them is open, and else not.
    """
    if not branch.is_negated:
        return f"{{ {subject} {branch.text} {object_} }}"
    runs: list[Branch] = []
    for step in branch.steps:
        if runs and step.members is None and not runs[-1].is_negated:
            runs[-1] = Branch((*runs[-1].steps, step), may_be_empty=False)
        else:
            runs.append(Branch((step,), may_be_empty=False))
    ends = [subject, *(f"{name}_{number}" for number in range(1, len(runs))), object_]
    pieces = [
        _step(ends[number], run.steps[0], ends[number + 1], f"{name}_is{number}")
        if run.is_negated
        else f"{ends[number]} {run.text} {ends[number + 1]} ."
        for number, run in enumerate(runs)
    ]
    return f"{{ {' '.join(pieces)} }}"


def _step(subject: str, step: Step, object_: str, name: str) -> str:
    """A negated property set."""
    one, other = (object_, subject) if step.is_back else (subject, object_)
    if _LITERAL.match(one):
        return "FILTER(false)"
    members = [_TYPE if each == "a" else each for each in step.members or ()]
    test = f" FILTER({name} NOT IN ({', '.join(members)}))" if members else ""
    return f"{one} {name} {other} .{test}"
