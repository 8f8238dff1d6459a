"""Whether there is in the data what a parameter names, and what looks like it where there is not.

An answer about something that is not there would be an empty table, which reads like "nothing is
known of it". So both faces of the catalogue ask here before they ask the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from textwrap import shorten
from typing import Final

from pyoxigraph import NamedNode

from pledgegraph.catalogue.name_index import Domain, NameIndex, domain_of
from pledgegraph.catalogue.near import MOST_MATCHES
from pledgegraph.catalogue.questions import Parameter, Question, WrongParameter
from pledgegraph.store.engine import Snapshot

IndexOf = Callable[[Snapshot, Domain], NameIndex]

_LONGEST: Final = 200
"""Characters of a value that a message repeats."""
_OF_LABEL: Final = 70
"""Characters of a label."""
_LISTED: Final = 50
"""Values that a message lists whole, where there are no more."""


class UnknownValue(WrongParameter):
    """The data hold nothing of that name, or several things."""

    def __init__(self, message: str, *, remedy: str, near: tuple[str, ...]) -> None:
        super().__init__(message, remedy=remedy)
        self.near = near


class KnownValues:
    """Finds what the values of parameters stand for in a snapshot."""

    def __init__(
        self, base: str, index_of: IndexOf = lambda snapshot, of: of.index(snapshot)
    ) -> None:
        self._base = base
        self._index_of = index_of

    def of(
        self, question: Question, given: Mapping[str, str], snapshot: Snapshot
    ) -> dict[str, str]:
        """The parameters as given, with the IRIs of what they name in the place of names.

        Raises:
            WrongParameter: there is nothing of that name, or there are several.
        """
        known = {parameter.name: parameter for parameter in question.parameters}
        return {
            name: self.value(known[name], value, snapshot) if name in known and value else value
            for name, value in given.items()
        }

    def value(self, parameter: Parameter, text: str, snapshot: Snapshot) -> str:
        """What a parameter takes for the text: an IRI, where it takes IRIs.

        A record is found by its IRI, its path, its slug, or any name that it alone of its kind
        has; a country by its M49 code, its ISO codes too. Blocks: to be called in a thread.

        Raises:
            WrongParameter: there is nothing of that name, or there are several.
        """
        domain = domain_of(parameter)
        if domain is None:
            return text
        index = None
        if not domain.properties:
            node = self._node(parameter, text)
            if node is not None and domain.holds(snapshot, node):
                return node.value
        index = self._index_of(snapshot, domain)
        found = index.named(text)
        if domain.properties:
            if found:
                return text
        elif len(found) == 1:
            return found[0]
        if found:
            raise self._ambiguous(parameter, text, found, index)
        raise self._unknown(parameter, text, index)

    def _node(self, parameter: Parameter, text: str) -> NamedNode | None:
        try:
            term = parameter.term(text, self._base)
        except WrongParameter:
            return None
        return term if isinstance(term, NamedNode) else None

    def _ambiguous(
        self, parameter: Parameter, text: str, found: tuple[str, ...], index: NameIndex
    ) -> UnknownValue:
        near = tuple(self._short(parameter, each) for each in found[:_LISTED])
        return UnknownValue(
            f"The parameter {parameter.name} is {text[:_LONGEST]!r}, which several are called: "
            f"{self._listed(parameter, found[:_LISTED], index)}.",
            remedy="Give one of these in its place.",
            near=near,
        )

    def _unknown(self, parameter: Parameter, text: str, index: NameIndex) -> UnknownValue:
        found = index.near(text)[:MOST_MATCHES]
        everything = index.values
        if found:
            hint = f" Did you mean {self._listed(parameter, found, index)}?"
        elif not everything:
            hint = " There are none here."
        elif len(everything) <= _LISTED:
            hint = f" There are: {self._listed(parameter, sorted(everything), index)}."
        else:
            hint = ""
        example = f" Example: {parameter.name}={parameter.example}." if parameter.example else ""
        return UnknownValue(
            f"The parameter {parameter.name} is {text[:_LONGEST]!r}. The data hold no "
            f"{_in_words(parameter)} of that name; expected {parameter.wanted}.{hint}",
            remedy=f"{parameter.description.get('en', '')}{example}".strip(),
            near=tuple(self._short(parameter, each) for each in found),
        )

    def _listed(
        self, parameter: Parameter, values: list[str] | tuple[str, ...], index: NameIndex
    ) -> str:
        return ", ".join(self._shown(parameter, each, index) for each in values)

    def _shown(self, parameter: Parameter, value: str, index: NameIndex) -> str:
        """A value as the parameter takes it, with its name where that says more."""
        label = index.labels.get(value)
        short = self._short(parameter, value)
        return f"{short} ({shorten(label, _OF_LABEL)})" if label and label != short else short

    def _short(self, parameter: Parameter, value: str) -> str:
        kind = (parameter.kind or "").lower()
        for start in (parameter.namespace, f"{self._base}/id/{kind}/", f"{self._base}/"):
            if start and value.startswith(start):
                return value[len(start) :]
        return value


def _in_words(parameter: Parameter) -> str:
    """What a value would be: ``actor type`` for the class ``ActorType``."""
    if parameter.values_of or parameter.kind is None:
        return "value"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", parameter.kind.rpartition(":")[2]).lower()
