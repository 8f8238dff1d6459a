"""One organisation under two IRIs: the same name or acronym, written another way."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from pledgegraph.namespaces import DCTERMS, PG, RDF, RDFS, SKOS
from pledgegraph.validation.beyond_shapes.after import After
from pledgegraph.validation.beyond_shapes.finding import finding
from pledgegraph.validation.report import Violation
from pledgegraph.validation.shapes import Shapes

_TWIN: Final[Mapping[str, str]] = {
    "en": "Another actor is called {name} too. Did you mean {other}? Use that one, or say that "
    "they differ by dcterms:spatial, or link them with pg:possiblySameAs.",
    "es": "Otro actor se llama también {name}. ¿Quiso decir {other}? Use ese, o diga con "
    "dcterms:spatial que son distintos, o enlácelos con pg:possiblySameAs.",
    "fr": "Un autre acteur s'appelle aussi {name}. Vouliez-vous dire {other} ? Employez celui-ci, "
    "ou dites par dcterms:spatial qu'ils diffèrent, ou liez-les par pg:possiblySameAs.",
}
_LABELS: Final = frozenset({RDFS.label, SKOS.prefLabel})
_NAMES: Final = frozenset({*_LABELS, SKOS.altLabel, PG.acronym})
_TOLD: Final = 3
"""Of so many others one name is told: where many are called alike, each would name all others."""


def twin_actors(after: After, shapes: Shapes) -> Iterator[Violation]:
    """A warning for each actor whose name, as it is added, another actor has in other letters.

    Names that are the very same literals are for the shapes to find.
    """
    kinds = shapes.subclasses(PG.Actor)
    asked: dict[str, dict[NamedNode, Quad]] = defaultdict(dict)
    for quad in after.change.added:
        if quad.predicate in _NAMES and isinstance(quad.subject, NamedNode):
            asked[_key(quad.object)].setdefault(quad.subject, quad)
    are_actors = {
        subject: _is_actor(subject, after, kinds) for named in asked.values() for subject in named
    }
    if not any(are_actors.values()):
        return
    twins: dict[Quad, list[NamedNode]] = defaultdict(list)
    for actor in sorted(_actors(after, kinds), key=str):
        seen: set[NamedNode] = set()
        for predicate in sorted(_NAMES, key=str):
            for quad in sorted(after.of_subject(actor, predicate), key=str):
                for subject, named in asked.get(_key(quad.object), {}).items():
                    if subject == actor or subject in seen or not are_actors[subject]:
                        continue
                    seen.add(subject)
                    if len(twins[named]) < _TOLD and not _told_apart(
                        subject, actor, named, quad, after
                    ):
                        twins[named].append(actor)
    for named, others in sorted(twins.items(), key=str):
        if others:
            yield finding(
                "TwinName",
                named.subject,
                named.predicate,
                named.object,
                _TWIN,
                warning=True,
                name=named.object,
                other=" / ".join(map(str, others)),
            )


def _actors(after: After, kinds: Collection[NamedNode]) -> set[NamedNode]:
    return {
        quad.subject
        for kind in kinds
        for quad in after.with_value(RDF.type, kind)
        if isinstance(quad.subject, NamedNode)
    }


def _is_actor(node: NamedNode, after: After, kinds: Collection[NamedNode]) -> bool:
    return any(quad.object in kinds for quad in after.of_subject(node, RDF.type))


def _told_apart(one: NamedNode, other: NamedNode, named: Quad, quad: Quad, after: After) -> bool:
    """Whether a shape has it already, a statement links the two, or their countries differ."""
    same_kind = {named.predicate, quad.predicate} <= _LABELS or named.predicate == quad.predicate
    if same_kind and named.object == quad.object and named.predicate != SKOS.altLabel:
        return True
    for left, right in ((one, other), (other, one)):
        if any(q.object == right for q in after.of_subject(left, PG.possiblySameAs)):
            return True
    here, there = (
        {q.object for q in after.of_subject(each, DCTERMS.spatial)} for each in (one, other)
    )
    return bool(here and there) and here != there


def _key(name: object) -> str:
    """A name without what people write in different ways: case, accents, spaces, points."""
    text = name.value if isinstance(name, Literal) else str(name)
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(each for each in plain if not unicodedata.combining(each)).casefold()
    return " ".join(re.sub(r"[^\w]+", " ", plain).split()) or text
