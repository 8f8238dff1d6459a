"""What computed facts save a reader: one question, asked of them and of the reports."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Final

from pyoxigraph import QueryResultsFormat, QuerySolutions, Store

from benchmarks.generate import BASE
from benchmarks.times import Times, timed

STATUS: Final = {path.stem: path for path in (Path(__file__).parent / "status").glob("*.rq")}
"""The ways to ask for the current status of the commitments of one register."""


class AnswersDiffer(Exception):
    """Two ways to ask the same question got different answers."""


def _solutions(store: Store, query: str) -> QuerySolutions:
    answer = store.query(query, base_iri=f"{BASE}/")
    if not isinstance(answer, QuerySolutions):
        raise TypeError("the query is not a SELECT")
    return answer


def measure_status(store: Store, rounds: int) -> tuple[dict[str, Times], int]:
    """The seconds by way of asking, and how many rows the answer has.

    Raises:
        AnswersDiffer: see there.
    """
    queries = {name: path.read_text(encoding="utf-8") for name, path in sorted(STATUS.items())}
    answers = {
        name: {tuple(map(str, row)) for row in _solutions(store, query)}
        for name, query in queries.items()
    }
    if len(set(map(frozenset, answers.values()))) != 1:
        raise AnswersDiffer(str({name: len(rows) for name, rows in answers.items()}))
    names = list(queries)
    found: dict[str, Times] = {name: [] for name in names}
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            timed(partial(_ask, store, queries[name]), found[name])
    return found, len(next(iter(answers.values())))


def _ask(store: Store, query: str) -> None:
    _solutions(store, query).serialize(io.BytesIO(), QueryResultsFormat.JSON)
