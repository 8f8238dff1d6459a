"""The process that explains one query: parses it, tells of it, and ends.

Begun as by ``python -m pledgegraph.explain.worker {bytes of memory} {base IRI}``; the query
comes by the standard input, JSON goes by the standard output. rdflib's parser is slow and
recursive, so a query may take long or need much; then this process is killed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from pyoxigraph import Store

from pledgegraph.errors import QueryError
from pledgegraph.explain.explanation import Explanation, Rewritten
from pledgegraph.sparql.codepoint_escapes import plain_text
from pledgegraph.sparql.planning.plan import Plan, planned
from pledgegraph.store.query_evaluation import evaluate
from pledgegraph.workers.confinement import forbid_network, limit_memory
from pledgegraph.workers.failures import card_of


def explain(text: str, base: str) -> Explanation:
    """What can be told of a query.

    Raises:
        QuerySyntaxError: the engine does not take it for one.
        QueryRefused: it asks for something that is not offered.
    """
    # The engine decides what a query is; over nothing it has nothing to evaluate.
    answer = evaluate(Store(), text, base=base)
    # It takes a while to load, and only here.
    from pledgegraph.explain.algebra import Reading  # noqa: PLC0415
    from pledgegraph.explain.misleading import misleading  # noqa: PLC0415
    from pledgegraph.explain.scopes import out_of_scope  # noqa: PLC0415
    from pledgegraph.explain.slow_patterns import slow_shapes  # noqa: PLC0415

    text = plain_text(text)
    plan = planned(text)
    rewritten = tuple(_rewritten(text, plan))
    try:
        reading = Reading(text, f"{base}/", answer.variables)
    except Exception:  # noqa: BLE001 -- rdflib reads SPARQL 1.1 only, and raises what it likes
        return Explanation(None, rewritten=rewritten)
    return Explanation(
        reading.tree(),
        tuple(reading.patterns()),
        tuple(slow_shapes(reading, exists_left=plan.left)),
        (*out_of_scope(reading), *misleading(reading)),
        rewritten,
    )


def _rewritten(text: str, plan: Plan) -> Iterator[Rewritten]:
    for step in plan.steps:
        line = text.count("\n", 0, step.place) + 1
        yield Rewritten(step.rule, line, step.place - text.rfind("\n", 0, step.place), step.written)


def main() -> None:
    """Confine this process, explain what comes, and end."""
    forbid_network()
    limit_memory(int(sys.argv[1]))
    answer: dict[str, Any]
    try:
        answer = explain(sys.stdin.buffer.read().decode("utf-8"), sys.argv[2]).document()
    except QueryError as error:
        answer = {"error": card_of(error)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
