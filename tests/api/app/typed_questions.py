"""Asks three questions with a client that was made from OpenAPI; a test checks its types too.

Run with the folder of the client on the path, and with the address of a service.
"""

from __future__ import annotations

import sys
from datetime import date

from pledgegraph_client import Client
from pledgegraph_client.api.questions import (
    ask_commitments_by_sdg,
    ask_due_dates,
    ask_records_of_a_country,
)
from pledgegraph_client.models import CommitmentsBySdgAnswer, DueDatesAnswer, ProblemDocument
from pledgegraph_client.models.result_term import ResultTerm
from pledgegraph_client.types import Unset


def value(term: ResultTerm | Unset) -> str:
    """What a cell of an answer holds."""
    return "" if isinstance(term, Unset) else term.value


def ask(client: Client) -> None:
    """Print an answer of each kind, and a problem."""
    goals = ask_commitments_by_sdg.sync(client=client, goal="5")
    assert isinstance(goals, CommitmentsBySdgAnswer)
    for row in goals.results.bindings:
        print("goal", value(row.sdg), value(row.commitment))

    due = ask_due_dates.sync(client=client, day=date(2026, 1, 1), months=12, limit=3)
    assert isinstance(due, DueDatesAnswer)
    print("due", len(due.results.bindings), due.head.vars_)

    graph = ask_records_of_a_country.sync(client=client, country="454")
    assert isinstance(graph, str)
    print("graph", len(graph) > 0)

    refused = ask_due_dates.sync(client=client, limit=-1)
    assert isinstance(refused, ProblemDocument)
    assert not isinstance(refused.parameters, Unset)
    print("refused", refused.status, refused.parameters[0].name)


if __name__ == "__main__":
    ask(Client(base_url=sys.argv[1]))
