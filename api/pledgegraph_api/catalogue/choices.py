"""What a form may offer for a parameter: the records that there are, with their labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Variable

from pledgegraph.catalogue import Parameter
from pledgegraph.rdf import nearest
from pledgegraph.store import Engine, OnceASnapshot, Snapshot, Substitutions, solutions

MOST: Final = 500
"""Of a longer list nobody reads; a field for text takes its place."""

_HERE: Final = Path(__file__).resolve().parent
_MOST_ROWS: Final = 4000
"""The LIMIT of the queries: the labels of 500 records in eight languages."""

Labels = dict[str, dict[str, str]]
"""IRI to language tag to label."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a parameter, and what it is called."""

    value: str
    label: str


class RecordLists:
    """Lists the records of the newest snapshot by kind."""

    def __init__(self, engine: Engine, base: str) -> None:
        self._engine = engine
        self._base = base
        self._of_class = (_HERE / "queries" / "records_of_class.rq").read_text(encoding="utf-8")
        self._of_scheme = (_HERE / "queries" / "concepts_of_scheme.rq").read_text(encoding="utf-8")
        self._offered = (_HERE / "queries" / "records_offered.rq").read_text(encoding="utf-8")
        self._lists: dict[tuple[Variable, NamedNode] | str, OnceASnapshot[Labels]] = {}

    def options(self, parameter: Parameter, language: str) -> tuple[Option, ...]:
        """The values to choose from, sorted; none where any text will do, or there are too many.

        Blocks: to be called in a thread.
        """
        labels = self._labels(parameter)
        if parameter.choices:
            terms = {each: parameter.term(each, self._base) for each in parameter.choices}
            named = [
                Option(value, _label(labels.get(term.value, {}), language) or value)
                for value, term in terms.items()
            ]
            return tuple(sorted(named, key=lambda each: each.label.casefold()))
        if len(labels) > MOST:
            return ()
        found = [(self._value(parameter, iri), texts) for iri, texts in labels.items()]
        options = [Option(value, _label(texts, language)) for value, texts in found]
        if all(each.label for each in options):
            return tuple(sorted(options, key=lambda each: (each.label.casefold(), each.value)))
        # Goals have names, their targets only numbers: those put them into order.
        return tuple(
            Option(each.value, f"{each.value} {each.label}".strip())
            for each in sorted(options, key=lambda each: _natural(each.value))
        )

    def _value(self, parameter: Parameter, iri: str) -> str:
        """What the parameter takes for the record, as short as it can be."""
        for start in (parameter.namespace, f"{self._base}/"):
            if start and iri.startswith(start):
                return iri[len(start) :]
        return iri

    def _labels(self, parameter: Parameter) -> Labels:
        if parameter.type != "iri":
            return {}
        if parameter.offered is not None:
            return self._offers(parameter.offered)
        if parameter.class_iri is not None:
            return self._list(self._of_class, Variable("class"), parameter.class_iri)
        if parameter.namespace is not None:
            scheme = NamedNode(parameter.namespace.rstrip("#/"))
            return self._list(self._of_scheme, Variable("scheme"), scheme)
        return {}

    def _offers(self, pattern: str) -> Labels:
        query = self._offered.replace("?record a ?offered", pattern)
        fresh = OnceASnapshot(self._engine, partial(_ask, query=query, substitutions={}))
        return self._lists.setdefault(pattern, fresh).current()

    def _list(self, query: str, variable: Variable, node: NamedNode) -> Labels:
        ask = partial(_ask, query=query, substitutions={variable: node})
        fresh = OnceASnapshot(self._engine, ask)
        return self._lists.setdefault((variable, node), fresh).current()


def _ask(snapshot: Snapshot, *, query: str, substitutions: Substitutions) -> Labels:
    labels: Labels = {}
    count = 0
    for row in solutions(snapshot, query, substitutions):
        count += 1
        record, label = row["record"], row["label"]
        if isinstance(record, NamedNode):
            texts = labels.setdefault(record.value, {})
            if isinstance(label, Literal):
                texts[label.language or ""] = label.value
    # A list that was cut would hide records for no reason that a reader could see.
    return labels if count < _MOST_ROWS else {}


def _label(texts: dict[str, str], language: str) -> str:
    """The label in the language, else in English, else in any."""
    tag = nearest(texts, language)
    return "" if tag is None else texts[tag]


def _natural(text: str) -> list[tuple[int, str]]:
    """Sorts ``2`` before ``10`` and ``1.9`` before ``1.a``."""
    return [(int(part or 0), rest) for part, rest in re.findall(r"(\d*)(\D*)", text)]
