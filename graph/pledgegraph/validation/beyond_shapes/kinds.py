"""Every record says what it is: without a type no list and no question finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pyoxigraph import Dataset, NamedNode, Quad

from pledgegraph.namespaces import DCTERMS, RDF
from pledgegraph.store.system_graphs import is_computed
from pledgegraph.validation.beyond_shapes.after import After
from pledgegraph.validation.beyond_shapes.finding import finding
from pledgegraph.validation.beyond_shapes.words import Words
from pledgegraph.validation.report import Violation
from pledgegraph.validation.shapes import Shapes

_UNTYPED: Final[Mapping[str, str]] = {
    "en": "The record does not say what it is, so that no list and no question finds it. "
    "Give it a type of the ontology, such as `a {kind}`.",
    "es": "El registro no dice qué es, de modo que ninguna lista ni pregunta lo encuentra. "
    "Dele un tipo de la ontología, como `a {kind}`.",
    "fr": "L'enregistrement ne dit pas ce qu'il est, si bien qu'aucune liste ni question ne "
    "le trouve. Donnez-lui un type de l'ontologie, comme `a {kind}`.",
}
_LEFT: Final[Mapping[str, str]] = {
    "en": "The type of the record goes, and other sources still speak of it. Remove their "
    "statements too, or retract the record with a pg:Retraction.",
    "es": "Se quita el tipo del registro y otras fuentes siguen hablando de él. Quite también sus "
    "declaraciones o retire el registro con un pg:Retraction.",
    "fr": "Le type de l'enregistrement disparaît et d'autres sources en parlent encore. Retirez "
    "aussi leurs déclarations, ou rétractez l'enregistrement avec une pg:Retraction.",
}
_OTHER: Final[Mapping[str, str]] = {
    "en": "The IRI of the record is that of a {kind}, and its type is another. Did you mean "
    "`a {kind}`? Otherwise choose another IRI.",
    "es": "El IRI del registro es el de un {kind} y su tipo es otro. ¿Quiso decir `a {kind}`? "
    "Si no, elija otro IRI.",
    "fr": "L'IRI de l'enregistrement est celui d'un {kind}, et son type est autre. Vouliez-vous "
    "dire `a {kind}` ? Sinon, choisissez un autre IRI.",
}


def records_without_kind(after: After, shapes: Shapes, words: Words) -> Iterator[Violation]:
    """A violation for each record that the change leaves without a type that is known here.

    A warning where the change only takes the type away and other graphs still speak of the
    record, where its type is a class of another vocabulary and its IRI tells of no kind of ours,
    and where the record's IRI tells of another kind than its type.
    """
    told = _subjects(after, after.change.added)
    untold = _subjects(after, after.change.removed)
    for record in sorted(told.keys() | untold.keys(), key=str):
        types = {quad.object for quad in after.of_subject(record, RDF.type)}
        kind = words.kind_named(record.value)
        if any(words.is_kind(each) for each in types):
            if kind and record in told and not types & shapes.subclasses(kind):
                yield finding(
                    "TypeOfIri",
                    record,
                    RDF.type,
                    min(types, key=str),
                    _OTHER,
                    warning=True,
                    kind=kind,
                )
            continue
        said = [quad for quad in after.of_subject(record) if _is_said(quad, after.base)]
        # An IRI that only leads to its successor is nobody's record any more.
        if all(quad.predicate == DCTERMS.isReplacedBy for quad in said):
            continue
        graphs = {quad.graph_name for quad in said}
        elsewhere = record not in told and not graphs & untold[record]
        foreign = min((each for each in types), key=str, default=None)
        meant = kind
        stranger = False
        if isinstance(foreign, NamedNode):
            alike = words.meant(foreign, is_class=True)
            meant = next(iter(alike), kind)
            # A class of another vocabulary says what it is, though not to our lists.
            stranger = kind is None and not alike
        yield finding(
            "RecordHasType",
            record,
            RDF.type,
            foreign,
            _LEFT if elsewhere else _UNTYPED,
            warning=elsewhere or stranger,
            kind=meant or "pg:Commitment",
        )


def _is_said(quad: Quad, base: str) -> bool:
    """Whether a source says it, and no rule."""
    graph = quad.graph_name
    return isinstance(graph, NamedNode) and not is_computed(graph, base)


def _subjects(after: After, quads: Dataset) -> dict[NamedNode, set[object]]:
    """The records that the quads are about, with the graphs; the computed graphs left out."""
    found: dict[NamedNode, set[object]] = {}
    skipped: dict[object, bool] = {}
    for quad in quads:
        graph = quad.graph_name
        if graph not in skipped:
            skipped[graph] = isinstance(graph, NamedNode) and is_computed(graph, after.base)
        if not skipped[graph] and after.is_record(quad.subject):
            found.setdefault(quad.subject, set()).add(graph)
    return found
