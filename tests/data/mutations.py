"""For each constraint of the shapes, a change to a good record that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, ORG, SKOS
from rdflib.term import Node

Triples = set[tuple[Node, Node, Node]]
Special = tuple[str, set[Node], list[tuple[Node | None, Node, Node | None]]]
"""The record, the predicates to take away, and what to add; None is the copy itself."""

PG: Final = Namespace("https://w3id.org/pledgegraph/def#")
SCHEMA: Final = Namespace("https://schema.org/")
BASE: Final = "http://localhost:8000/"
NOT_REPORTED: Final = URIRef("https://w3id.org/pledgegraph/scheme/status#not-reported")
TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf)


@dataclass(frozen=True)
class Constraint:
    """One thing that one shape asks for."""

    shape: URIRef
    parameter: URIRef
    """`sh:minCount` and the like: the predicate that states it."""
    value: Node
    path: Node | None
    """For a property shape, where it looks."""
    targeted: URIRef
    """The node shape whose targets it applies to; the shape itself for a node shape."""

    def __str__(self) -> str:
        return f"{self.shape.fragment} {self.parameter.fragment}"


@dataclass(frozen=True)
class Mutation:
    """A copy of a good record with something wrong in it."""

    record: URIRef | BNode
    triples: frozenset[tuple[Node, Node, Node]]


COMPONENTS: Final = {
    SH.minCount: "MinCountConstraintComponent",
    SH.maxCount: "MaxCountConstraintComponent",
    SH["class"]: "ClassConstraintComponent",
    SH.datatype: "DatatypeConstraintComponent",
    SH.nodeKind: "NodeKindConstraintComponent",
    SH["in"]: "InConstraintComponent",
    SH.pattern: "PatternConstraintComponent",
    SH.minLength: "MinLengthConstraintComponent",
    SH.minInclusive: "MinInclusiveConstraintComponent",
    SH.hasValue: "HasValueConstraintComponent",
    SH.uniqueLang: "UniqueLangConstraintComponent",
    SH["or"]: "OrConstraintComponent",
    SH.sparql: "SPARQLConstraintComponent",
}
NAMES: Final = (RDFS.label, SKOS.prefLabel, PG.acronym, PG.registerIdentifier)
"""By which two records are taken for twins."""
NOT_CONSTRAINTS: Final = {
    RDF.type, RDFS.label, SH.path, SH.message, SH.name, SH.severity, SH.property, *TARGETS,
}  # fmt: skip


def iris(nodes: Iterable[Node | None]) -> list[URIRef]:
    """Those of the nodes that are IRIs, each once, sorted."""
    return sorted({node for node in nodes if isinstance(node, URIRef)})


def constraints(shapes: Graph) -> Iterator[Constraint]:
    """Every constraint that applies to a target, itself or through `sh:property`.

    Shapes that stand only within `sh:or` or `sh:not` are part of that constraint.
    """
    for target in iris(s for p in TARGETS for s in shapes.subjects(p)):
        for shape in (target, *iris(shapes.objects(target, SH.property))):
            path = shapes.value(shape, SH.path)
            for parameter in iris(shapes.predicates(shape)):
                if parameter in NOT_CONSTRAINTS:
                    continue
                for value in shapes.objects(shape, parameter):
                    yield Constraint(shape, parameter, value, path, target)


class Mutator:
    """Makes mutations of the records of an example."""

    def __init__(self, shapes: Graph, ontology: Graph, example: Graph) -> None:
        self.shapes = shapes
        self.ontology = ontology
        self.example = example
        self._count = 0

    def __call__(self, constraint: Constraint) -> Mutation:
        """A record that breaks the constraint.

        Raises:
            LookupError: the example or the recipes lack what is needed.
        """
        if constraint.parameter == SH.sparql and constraint.shape.fragment in QUERIED:
            return self._special(QUERIED[constraint.shape.fragment])
        if constraint.shape.fragment in SPECIAL:
            return self._special(SPECIAL[constraint.shape.fragment])
        if constraint.path is None:
            return self._renamed(constraint)
        record = self._record(constraint)
        inverse = self.example.value(record, constraint.path) is None
        copy, triples = self._copy(record, with_parts=inverse)
        recipe = RECIPES[constraint.parameter]
        recipe(self, constraint, copy, triples)
        return Mutation(copy, frozenset(triples))

    def targets(self, shape: URIRef) -> list[URIRef]:
        """The records of the example that a node shape is about."""
        classes = iris(
            below
            for wanted in self.shapes.objects(shape, SH.targetClass)
            for below in self.ontology.transitive_subjects(RDFS.subClassOf, wanted)
        )
        found = [s for c in classes for s in self.example.subjects(RDF.type, c)]
        for predicate in iris(self.shapes.objects(shape, SH.targetSubjectsOf)):
            found.extend(self.example.subjects(predicate))
        return iris(found)

    def path(self, constraint: Constraint) -> tuple[URIRef, bool]:
        """The predicate that a property shape looks along, and whether backwards."""
        inverse = self.shapes.value(constraint.path, SH.inversePath)
        (found,) = iris([constraint.path if inverse is None else inverse])
        return found, inverse is not None

    def _record(self, constraint: Constraint) -> URIRef:
        predicate, backwards = self.path(constraint)
        for each in self.targets(constraint.targeted):
            pattern = (None, predicate, each) if backwards else (each, predicate, None)
            if pattern in self.example:
                return each
        raise LookupError(f"the example has no record for {constraint}")

    def _copy(self, record: URIRef, *, with_parts: bool = False) -> tuple[URIRef, Triples]:
        """The record under another name; with the parts that make it whole, renamed as well."""
        self._count += 1
        names: dict[Node, URIRef] = {record: URIRef(f"{record}-{self._count}")}
        if with_parts:
            for part in iris(self.example.subjects(PG.partOf, record)):
                names[part] = URIRef(f"{part}-{self._count}")
        return names[record], {
            (new, p, names.get(o) or self._own(p, o))
            for old, new in names.items()
            for p, o in self.example.predicate_objects(old)
        }

    def _own(self, predicate: Node, value: Node) -> Node:
        """The value, or another one where the copy would be taken for a twin of the record."""
        if predicate in NAMES and isinstance(value, Literal):
            return Literal(f"{value} {self._count}", lang=value.language)
        return URIRef(f"{value}?{self._count}") if predicate == SCHEMA.url else value

    def _renamed(self, constraint: Constraint) -> Mutation:
        """A record whose own name is wrong."""
        record = self.targets(constraint.targeted)[0]
        names: dict[URIRef, URIRef | BNode] = {
            SH.pattern: URIRef(f"{record}--Unreadable"),
            SH.nodeKind: BNode("nameless"),
        }
        copy = names[constraint.parameter]
        self._count += 1
        return Mutation(
            copy,
            frozenset(
                (copy, p, self._own(p, o)) for p, o in self.example.predicate_objects(record)
            ),
        )

    def _special(self, recipe: Special) -> Mutation:
        slug, remove, add = recipe
        copy, triples = self._copy(URIRef(BASE + "id/" + slug))
        assert not remove or any(p in remove for _, p, _ in triples)
        triples = {(s, p, o) for s, p, o in triples if p not in remove}
        triples |= {(copy if s is None else s, p, copy if o is None else o) for s, p, o in add}
        return Mutation(copy, frozenset(triples))


def _set(
    mutator: Mutator, constraint: Constraint, copy: URIRef, triples: Triples, *values: Node
) -> None:
    """Let the record have these values and no other."""
    predicate, _ = mutator.path(constraint)
    triples -= {t for t in triples if t[:2] == (copy, predicate)}
    triples |= {(copy, predicate, value) for value in values}


def _number(constraint: Constraint) -> int:
    return int(str(constraint.value))


def _too_few(mutator: Mutator, constraint: Constraint, copy: URIRef, triples: Triples) -> None:
    predicate, backwards = mutator.path(constraint)
    there = sorted(t for t in triples if t[1] == predicate and t[2 if backwards else 0] == copy)
    keep = _number(constraint) - 1
    triples -= set(there[keep:])


def _too_many(mutator: Mutator, constraint: Constraint, copy: URIRef, triples: Triples) -> None:
    predicate, _ = mutator.path(constraint)
    value = next(o for s, p, o in triples if (s, p) == (copy, predicate))
    other: Node = URIRef(f"{BASE}id/another/one")
    if isinstance(value, Literal):
        other = Literal("2020-01-01", datatype=XSD.date)
    triples.add((copy, predicate, other))


def _wrong_class(mutator: Mutator, constraint: Constraint, copy: URIRef, triples: Triples) -> None:
    _, backwards = mutator.path(constraint)
    if backwards:
        triples -= {t for t in triples if t[1] == RDF.type and t[0] != copy}
    else:
        _set(mutator, constraint, copy, triples, URIRef(f"{BASE}id/nothing/known"))


WRONG: Final[dict[Node | None, Literal]] = {
    XSD.date: Literal("2025", datatype=XSD.gYear),
    XSD.string: Literal("texte", lang="fr"),
    RDF.langString: Literal("text"),
    XSD.decimal: Literal("10", datatype=XSD.integer),
    XSD.integer: Literal("1.5", datatype=XSD.decimal),
    XSD.boolean: Literal("no"),
}
EMPTY: Final[dict[Node | None, Literal]] = {
    XSD.string: Literal("", datatype=XSD.string),
    RDF.langString: Literal("", lang="en"),
}


def _to(choose: Callable[[Mutator, Constraint], tuple[Node, ...]]) -> Recipe:
    def recipe(mutator: Mutator, constraint: Constraint, copy: URIRef, triples: Triples) -> None:
        _set(mutator, constraint, copy, triples, *choose(mutator, constraint))

    return recipe


def _datatype(mutator: Mutator, constraint: Constraint) -> URIRef | None:
    return next(iter(iris(mutator.shapes.objects(constraint.shape, SH.datatype))), None)


def _off_pattern(mutator: Mutator, constraint: Constraint) -> Node:
    if _datatype(mutator, constraint) == XSD.date:
        return Literal("2025-02-12Z", datatype=XSD.date, normalize=False)
    return URIRef("https://example.org/elsewhere")


Recipe = Callable[[Mutator, Constraint, URIRef, Triples], None]
RECIPES: Final[dict[URIRef, Recipe]] = {
    SH.minCount: _too_few,
    SH.maxCount: _too_many,
    SH["class"]: _wrong_class,
    SH.datatype: _to(lambda _, c: (WRONG[c.value],)),
    SH.nodeKind: _to(lambda *_: (Literal("a text"),)),
    SH["in"]: _to(lambda *_: (NOT_REPORTED,)),
    SH.pattern: _to(lambda m, c: (_off_pattern(m, c),)),
    SH.minLength: _to(lambda m, c: (EMPTY[_datatype(m, c)],)),
    SH.minInclusive: _to(lambda _, c: (Literal(_number(c) - 1),)),
    SH.sparql: _to(lambda *_: (Literal("9999-12-31", datatype=XSD.date),)),
    SH.hasValue: _to(lambda *_: (NOT_REPORTED,)),
    SH.uniqueLang: _to(lambda *_: (Literal("one", lang="en"), Literal("two", lang="en"))),
}

_ELSE: Final = URIRef(f"{BASE}id/actor/somebody-else")
_KEY: Final = URIRef("http://www.wikidata.org/entity/Q0")
_EXPECTED: Final = URIRef("https://w3id.org/pledgegraph/scheme/stage#expected")
_SUPERSEDED: Final = URIRef("https://w3id.org/pledgegraph/scheme/status#superseded")
_RATING: Final = Namespace("https://w3id.org/pledgegraph/scheme/ogp-rating#")
_NAME: Final = Literal("One name", lang="en")
_SHORT: Final = Literal("ON")
_LATER: Final = URIRef(f"{BASE}id/commitment/later")


def _day(text: str) -> Literal:
    return Literal(text, datatype=XSD.date)


_CONCEPTS: Final = [URIRef(f"{BASE}id/group/{name}") for name in ("first", "second")]

QUERIED: Final[dict[str, Special]] = {
    "PublishedCount-share": (
        "count/example",
        {PG.share},
        [(None, PG.share, Literal(Decimal(101)))],
    ),
}
"""For the queries of shapes whose other constraints are broken as usual."""
SPECIAL: Final[dict[str, Special]] = {
    "ProgressNote": ("note/example", {PG.text}, []),
    "StatusReportDated": ("report/example", {PG.asOf}, []),
    "StatusReportStated": ("report/example", {PG.status, PG.outlook}, []),
    "AssessmentDated": ("assessment/example", {PG.asOf}, []),
    "CommitmentMade": ("commitment/example", {PG.madeBy, PG.expectedFrom}, []),
    "PublishedCountStated": ("count/example", {PG["count"], PG.share}, []),
    "DeadlineChangeTo": (
        "deadline/example",
        {PG.newDueAsPublished, PG.newDueEarliest, PG.newDueLatest},
        [],
    ),
    "RatingStated": ("rating/example", {PG.ratingValue, PG.ratingAsPublished}, []),
    "RatingOnAxis": (
        "rating/example",
        {PG.ratingValue},
        [(None, PG.ratingValue, _RATING["potential-impact-minor"])],
    ),
    "DueAfterAnnounced": (
        "commitment/example",
        {PG.dueDate, PG.dueEarliest, PG.dueLatest},
        [(None, PG.dueDate, _day("2023-12-31"))],
    ),
    "PartDueAfterAnnounced": (
        "milestone/example",
        set(),
        [(None, PG.dueDate, _day("2023-12-31"))],
    ),
    "PartDueWithinWhole": (
        "target/example",
        set(),
        [(None, PG.dueDate, _day("2028-01-01"))],
    ),
    "OutcomeAfterCause": (
        "outcome/example",
        set(),
        [(None, PG.earliest, _day("2025-01-01")), (None, PG.latest, _day("2025-01-31"))],
    ),
    "AccountAfterAnnounced": ("report/example", {PG.asOf}, [(None, PG.asOf, _day("2024-10-31"))]),
    "MeasuredWhen": ("measurement/example", {PG.asOf}, []),
    "OneKind": ("commitment/example", set(), [(None, RDF.type, PG.Event)]),
    "OneKindOfAccount": ("assessment/example", set(), [(None, RDF.type, PG.ProgressNote)]),
    "NotItsOwnAssessor": (
        "assessment/example",
        {PG.assessor},
        [(None, PG.assessor, URIRef(f"{BASE}id/actor/maker"))],
    ),
    "ReplyByMaker": (
        "note/example",
        {PG.reporter},
        [(None, PG.reporter, URIRef(f"{BASE}id/actor/office"))],
    ),
    "ReplyIsToldByNote": ("note/example", {RDF.type}, [(None, RDF.type, PG.Delivery)]),
    "ReplyOnSameCommitment": (
        "note/example",
        {PG.reportsOn},
        [(None, PG.reportsOn, URIRef(f"{BASE}id/commitment/earlier"))],
    ),
    "ExpectedOnly": ("commitment/example", {PG.stage}, [(None, PG.stage, _EXPECTED)]),
    "SupersededBy": ("report/example", {PG.status}, [(None, PG.status, _SUPERSEDED)]),
    "KnownLanguage": ("actor/office", set(), [(None, PG.note, Literal("A note", lang="qxy"))]),
    "NotBlank": ("actor/office", set(), [(None, PG.note, Literal(" \u00a0\n", lang="en"))]),
    "NoPhoneNumber": (
        "actor/office",
        set(),
        [(None, PG.note, Literal("Call +57 1 597 83 00", lang="en"))],
    ),
    "KnownCurrency": (
        "amount/example",
        {PG.currency},
        [(None, PG.currency, Literal("USDD"))],
    ),
    "MoneyAsCode": ("target/example", {PG.unit}, [(None, PG.unit, Literal("US dollars"))]),
    "CapitalUnit": ("target/example", {PG.unit}, [(None, PG.unit, Literal("USDD"))]),
    "UnitOfTarget": ("measurement/example", {PG.unit}, [(None, PG.unit, Literal("GBP"))]),
    "TargetSaysWhat": ("target/example", {PG.indicator}, []),
    "CurrencyInCapitals": ("target/example", {PG.unit}, [(None, PG.unit, Literal("usd"))]),
    "UnitOnBothSides": ("measurement/example", {PG.unit}, []),
    "ScriptOfLanguage": (
        "actor/office",
        set(),
        [(None, PG.note, Literal("Национальный комитет", lang="en"))],
    ),
    "NotItself": ("actor/maker", set(), [(None, PG.possiblySameAs, None)]),
    "TwoEnds": (
        "membership/example",
        {ORG.organization},
        [(None, ORG.organization, URIRef(f"{BASE}id/actor/maker"))],
    ),
    "NoCycle-partOf": ("actor/maker", set(), [(None, PG.partOf, None)]),
    "NoCycle-superEvent": ("event/workshop", set(), [(None, PG.superEvent, None)]),
    "NoCycle-replaces": ("commitment/example", set(), [(None, PG.replaces, None)]),
    "NoCycle-continues": ("commitment/example", set(), [(None, PG.continues, None)]),
    "NoCycle-resultedFrom": ("outcome/example", set(), [(None, PG.resultedFrom, None)]),
    "NoCycle-establishedBy": ("actor/maker", set(), [(None, PG.establishedBy, None)]),
    "NoCycle-unitOf": ("actor/maker", set(), [(None, ORG.unitOf, None)]),
    "TwinActor": (
        "actor/maker",
        set(),
        [
            t
            for each in (None, _ELSE)
            for t in ((each, RDF.type, PG.Actor), (each, RDFS.label, _NAME))
        ],
    ),
    "TwinAcronym": (
        "actor/office",
        set(),
        [
            t
            for each in (None, _ELSE)
            for t in ((each, RDF.type, PG.Actor), (each, PG.acronym, _SHORT))
        ],
    ),
    "TwinCommitment": (
        "commitment/example",
        set(),
        [
            t
            for each in (None, _LATER)
            for t in ((each, RDFS.label, _NAME), (each, PG.madeBy, _ELSE))
        ],
    ),
    "TwinEvent": (
        "event/workshop",
        set(),
        [
            t
            for each in (None, _LATER)
            for t in ((each, RDFS.label, _NAME), (each, PG.earliest, _day("2025-02-11")))
        ],
    ),
    "TwinIdentifier": (
        "commitment/example",
        set(),
        [
            t
            for each in (None, _LATER)
            for t in (
                (each, PG.registerIdentifier, _SHORT),
                (each, PG.inRegister, URIRef(f"{BASE}id/register/example")),
            )
        ],
    ),
    "TwinSource": (
        "source/example",
        set(),
        [
            t
            for each in (None, _LATER)
            for t in (
                (each, RDF.type, PG.Source),
                (each, SCHEMA.url, URIRef("https://example.org/same")),
            )
        ],
    ),
    "SourceFound": ("source/example", {SCHEMA.url}, []),
    "SourceRead": ("source/example", {PG.retrieved}, []),
    "SourceTerms": (
        "source/example",
        {PG.redistributable, DCTERMS.license, PG.licenceAsStated},
        [
            (
                None,
                PG.redistributable,
                URIRef("https://w3id.org/pledgegraph/scheme/redistributable#yes"),
            )
        ],
    ),
    "KnownClass-type": ("commitment/example", set(), [(None, RDF.type, PG.Comitment)]),
    "KnownProperty": ("commitment/example", set(), [(None, PG.dueDat, Literal("2027"))]),
    "NoMailAddress": (
        "actor/maker",
        {DCTERMS.description},
        [(None, DCTERMS.description, Literal("Write to jo.doe@example.org!", lang="en"))],
    ),
    "UniqueIdentifier": (
        "actor/maker",
        set(),
        [(None, SCHEMA.sameAs, _KEY), (_ELSE, SCHEMA.sameAs, _KEY)],
    ),
    "UniqueNotation": (
        "scheme/example",
        set(),
        [
            t
            for c in _CONCEPTS
            for t in ((c, SKOS.inScheme, None), (c, SKOS.notation, Literal("1")))
        ],
    ),
}
