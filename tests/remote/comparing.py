"""Answers of two engines to the same questions, compared."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Final

from pledgegraph.catalogue import Question, catalogue
from pledgegraph.media_types import JSON, N_TRIPLES
from pledgegraph.store.engine import Engine, Snapshot, Substitutions

_DECIMAL: Final = "http://www.w3.org/2001/XMLSchema#decimal"
_TODAY: Final = date(2026, 11, 30)

Rows = tuple[list[str], list[str]]


def asked(base: str) -> Iterator[tuple[Question, Substitutions]]:
    """Every question of the catalogue, with its example."""
    for question in catalogue():
        examples = {each.name: str(each.example) for each in question.parameters if each.example}
        yield question, question.bind(examples, base=base, today=_TODAY)


def answer(snapshot: Snapshot, question: Question, values: Substitutions) -> Rows:
    """The columns and the rows of an answer, or the statements of a graph, in a fixed order."""
    held = io.BytesIO()
    result = snapshot.query(question.query, substitutions=values)
    if question.answers_with_a_graph:
        result.serialise(held, N_TRIPLES)
        return [], sorted(held.getvalue().decode().splitlines())
    result.serialise(held, JSON)
    found = json.loads(held.getvalue())
    rows = found["results"]["bindings"]
    for term in (each for row in rows for each in row.values()):
        if term.get("datatype") == _DECIMAL:
            # Engines write 10 as 10, and as 10.0.
            term["value"] = str(float(term["value"]))
    return found["head"]["vars"], sorted(json.dumps(row, sort_keys=True) for row in rows)


def differing(one: Engine, other: Engine, base: str) -> dict[str, str]:
    """The questions to which two engines give different answers, and in what."""
    found: dict[str, str] = {}
    with one.snapshot() as ours, other.snapshot() as theirs:
        assert ours.version == theirs.version
        for question, values in asked(base):
            expected = answer(ours, question, values)
            try:
                given = answer(theirs, question, values)
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is told
                found[question.id] = f"{type(error).__name__}: {error}"
                continue
            if given != expected:
                missing, extra = set(expected[1]) - set(given[1]), set(given[1]) - set(expected[1])
                found[question.id] = f"{len(missing)} rows missing, {len(extra)} others"
    return found
