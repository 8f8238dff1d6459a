"""Terms that nothing reads because they are misspelt, and what they stand for here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from pyoxigraph import NamedNode, Quad

from pledgegraph.namespaces import PG, RDF
from pledgegraph.validation.beyond_shapes.after import After
from pledgegraph.validation.beyond_shapes.finding import SHAPES, finding
from pledgegraph.validation.beyond_shapes.words import ROOT, Words, namespace
from pledgegraph.validation.report import ValidationReport, Violation
from pledgegraph.validation.term_names import readable

_NEAR: Final[Mapping[str, str]] = {
    "en": "{term} is not in our namespace, though it looks like it. Did you mean {meant}? Write "
    "`@prefix pg: <https://w3id.org/pledgegraph/def#> .`, with https.",
    "es": "{term} no está en nuestro espacio de nombres, aunque lo parece. ¿Quiso decir {meant}? "
    "Escriba `@prefix pg: <https://w3id.org/pledgegraph/def#> .`, con https.",
    "fr": "{term} n'est pas dans notre espace de noms, bien qu'il y ressemble. Vouliez-vous dire "
    "{meant} ? Écrivez `@prefix pg: <https://w3id.org/pledgegraph/def#> .`, avec https.",
}
_NO_TERM: Final[Mapping[str, str]] = {
    "en": "{term} is in our namespace, and the ontology has no such term. Take one of those at "
    "https://w3id.org/pledgegraph/def, or one of another vocabulary.",
    "es": "{term} está en nuestro espacio de nombres y la ontología no tiene tal término. Tome uno "
    "de los de https://w3id.org/pledgegraph/def o uno de otro vocabulario.",
    "fr": "{term} est dans notre espace de noms et l'ontologie n'a pas un tel terme. Prenez-en un "
    "de ceux de https://w3id.org/pledgegraph/def, ou d'un autre vocabulaire.",
}
_UNREAD: Final[Mapping[str, str]] = {
    "en": "No list and no question here reads {term}. Did you mean {meant}?",
    "es": "Ninguna lista ni pregunta lee aquí {term}. ¿Quiso decir {meant}?",
    "fr": "Aucune liste ni question ne lit ici {term}. Vouliez-vous dire {meant} ?",
}
_OR: Final = " / "
_UNKNOWN: Final = {f"<{SHAPES}KnownProperty>": False, f"<{SHAPES}KnownClass-type>": True}


def misspelt_terms(after: After, words: Words) -> Iterator[Violation]:
    """What the change adds in words that are nearly ours, or that we have others for.

    A violation for an IRI in a namespace that looks like ours; a warning for a property of
    another vocabulary that nothing here reads, where there is one that is read.
    """
    for quad in sorted(_odd(after, words), key=str):
        for term in (quad.predicate, quad.object):
            if isinstance(term, NamedNode) and _is_near(term, quad, words):
                yield _near(term, quad, words)
        if not after.is_record(quad.subject) or after.is_record(quad.predicate):
            continue
        if _is_unread(quad.predicate, words):
            meant = words.meant(quad.predicate)
            if meant:
                yield finding(
                    "PropertyIsRead",
                    quad.subject,
                    quad.predicate,
                    quad.object,
                    _UNREAD,
                    warning=True,
                    term=quad.predicate,
                    meant=_OR.join(map(str, meant)),
                )


def with_suggestions(report: ValidationReport, words: Words) -> ValidationReport:
    """The report with what may have been meant by each unknown term of our namespace."""
    return ValidationReport(tuple(_suggesting(result, words) for result in report.results))


def _suggesting(result: Violation, words: Words) -> Violation:
    if result.shape not in _UNKNOWN:
        return result
    is_class = _UNKNOWN[result.shape]
    term = result.value if is_class else result.path
    if term is None or not term.startswith("<"):
        return result
    meant = words.meant(NamedNode(term.strip("<>")), is_class=is_class)
    if not meant:
        return result
    named = _OR.join(readable(str(each)) for each in meant)
    asked = {"en": f"Did you mean {named}?", "es": f"¿Quiso decir {named}?"}
    asked["fr"] = f"Vouliez-vous dire {named} ?"
    return replace(
        result,
        messages={
            language: f"{message} {asked.get(language, asked['en'])}"
            for language, message in result.messages.items()
        },
    )


def _odd(after: After, words: Words) -> Iterator[Quad]:
    """The quads that are worth a closer look; terms that were seen before cost little."""
    predicates: dict[NamedNode, bool] = {}
    objects: dict[str, bool] = {}
    for quad in after.change.added:
        predicate, value = quad.predicate, quad.object
        odd = predicates.get(predicate)
        if odd is None:
            odd = _is_foreign(predicate, words) or _is_unread(predicate, words)
            predicates[predicate] = odd
        if not odd and isinstance(value, NamedNode):
            space = namespace(value.value)
            if space not in objects:
                objects[space] = words.near(space)
            odd = objects[space] or (predicate == RDF.type and _is_foreign(value, words))
        if odd:
            yield quad


def _is_foreign(term: NamedNode, words: Words) -> bool:
    """Whether it looks like a word of ours that stands in none of our namespaces."""
    space = namespace(term.value)
    if words.near(space):
        return True
    return space.startswith(ROOT) and space != PG.iri and not words.known(term)


def _is_near(term: NamedNode, quad: Quad, words: Words) -> bool:
    if quad.predicate in (term, RDF.type):
        return _is_foreign(term, words)
    return words.near(namespace(term.value))


def _near(term: NamedNode, quad: Quad, words: Words) -> Violation:
    is_class = term != quad.predicate and quad.predicate == RDF.type
    ours = words.meant(term, is_class=is_class) if is_class or term == quad.predicate else ()
    meant = _OR.join(map(str, ours)) or f"<{words.moved(term.value)}>"
    told = _NO_TERM if meant == str(term) else _NEAR
    return finding(
        "OurNamespace", quad.subject, quad.predicate, quad.object, told, term=term, meant=meant
    )


def _is_unread(predicate: NamedNode, words: Words) -> bool:
    space = namespace(predicate.value)
    if space.startswith(ROOT) or words.near(space):
        return False
    return predicate not in words.looked_at and not words.known(predicate)
