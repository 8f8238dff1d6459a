"""Which portion of an answer a request asks for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import NamedNode, Variable

from pledgegraph.catalogue import AFTER, MORE_AFTER, Portion, Portions, Question, in_portion
from pledgegraph.store import Engine, Substitutions
from pledgegraph_api.catalogue.index import PATH
from pledgegraph_api.catalogue.parameters import Binding
from pledgegraph_api.errors import Fault
from pledgegraph_api.http.query_params import OPTIONS, Options, refuse

_HELD: Final = 32
"""Lists of records that are remembered: of the newest snapshots and the latest parameters."""

Keys = tuple[NamedNode, ...]


class PortionFinder:
    """Finds portions. It remembers lists of records. Its methods block."""

    def __init__(self, engine: Engine, base: str) -> None:
        self._engine = engine
        self._base = base
        self._guard = threading.Lock()
        self._held: OrderedDict[tuple[object, ...], Keys] = OrderedDict()

    def find(self, question: Question, options: Options, binding: Binding) -> Portion | None:
        """The portion that is asked for; None where the answer comes whole.

        Raises:
            WrongParameters: `AFTER` names no record that the answer is about.
        """
        portions = question.portions
        given = options.given.get(AFTER)
        if portions is None or not (portions.divides(options.given) or given):
            return None
        keys = self._keys(portions, binding.terms)
        try:
            found = portions.portion(keys, NamedNode(self._iri(given)) if given else None)
        except ValueError:  # it is no IRI at all
            found = None
        if found is None:
            detail = (
                f"The parameter {AFTER} is {given!r:.200}: the answer is not about that record."
            )
            known = (*(each.name for each in question.parameters), AFTER, *OPTIONS)
            refuse([Fault(AFTER, "value", detail, given or "", "iri")], known)
        # A single portion is the whole.
        return None if found is None or len(found.keys) == len(keys) else found

    def _iri(self, given: str) -> str:
        return given if ":" in given else f"{self._base}/{given.lstrip('/')}"

    def _keys(self, portions: Portions, terms: Substitutions) -> Keys:
        with self._engine.snapshot() as snapshot:
            asked = frozenset((each.value, str(term)) for each, term in terms.items())
            name = (snapshot.version, portions.keys, asked)
            with self._guard:
                held = self._held.get(name)
            if held is not None and snapshot.version is not None:
                return held
            keys = portions.all_keys(snapshot, terms)
        with self._guard:
            self._held[name] = keys
            while len(self._held) > _HELD:
                self._held.popitem(last=False)
        return keys


def asked_of(
    question: Question, binding: Binding, portion: Portion | None
) -> tuple[str, Substitutions]:
    """The text of the query and its terms, where the answer is a portion or whole."""
    if portion is None:
        return question.query, binding.terms
    terms = dict(binding.terms)
    if portion.more_after is not None:
        terms[Variable(MORE_AFTER)] = portion.more_after
    return in_portion(question.query, portion.keys), terms


def next_path(question: Question, options: Options, portion: Portion | None) -> str | None:
    """Path and query of the next portion, with all that the request says; None after the last."""
    if portion is None or portion.more_after is None:
        return None
    given = {**options.given, AFTER: portion.more_after.value}
    return f"{PATH}/{question.id}?{urlencode(given)}"
