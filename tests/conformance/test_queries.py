"""The W3C's suites for queries, through HTTP: evaluation, syntax and formats of results."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import httpx
import pytest
from pyoxigraph import Dataset, QueryResultsFormat, parse

from pledgegraph.media_types import CSV, JSON, N_TRIPLES, TSV
from tests.conformance.comparing import (
    Answer,
    Table,
    csv_results,
    described_results,
    results,
    same,
)
from tests.conformance.conftest import Subject
from tests.conformance.manifest import Case, Data, Suites
from tests.conformance.suite import check_suite

FIRST: Final = "testcases-sparql-1.0-w3c/data-r2/"
SECOND: Final = "testcases-sparql-1.1-w3c/"
FOLDERS: Final = [
    *(
        FIRST + name
        for name in (
            *("algebra", "ask", "basic", "bnode-coreference", "boolean-effective-value", "bound"),
            *("cast", "construct", "dataset", "distinct", "expr-builtin", "expr-equals"),
            *("expr-ops", "graph", "i18n", "open-world", "optional", "optional-filter", "reduced"),
            *("regex", "solution-seq", "sort", "syntax-sparql1", "syntax-sparql2"),
            *("syntax-sparql3", "syntax-sparql4", "syntax-sparql5", "triple-match"),
            "type-promotion",
        )
    ),
    *(
        SECOND + name
        for name in (
            *("aggregates", "bind", "bindings", "construct", "csv-tsv-res", "exists", "functions"),
            *("grouping", "json-res", "negation", "project-expression", "property-path"),
            *("subquery", "syntax-fed", "syntax-query"),
        )
    ),
]
HEADERS: Final = {"Content-Type": "application/sparql-query"}
_FROM: Final = re.compile(r"FROM\s+(NAMED\s+)?<([^>]*)>", re.IGNORECASE)


@pytest.mark.parametrize("folder", FOLDERS)
def test_suite(subject: Subject, suites: Suites, folder: str) -> None:
    """All tests of a folder, of which those fail that are known to, and no others."""
    check_suite(suites, folder, lambda case: complaint_about(subject, suites, case))


def complaint_about(subject: Subject, suites: Suites, case: Case) -> str:
    """What is wrong with how the service answers a test; empty if nothing is."""
    if "Syntax" in case.kind:
        content = suites.content(case.query)
        subject.hold(Data())
        response = subject.client.post("/sparql", content=content, headers=HEADERS)
        expected = 400 if "Negative" in case.kind else 200
        # A test of the syntax of SERVICE is passed when the syntax is not what is refused.
        refused = (
            response.json().get("type", "").endswith("query-refused")
            if response.status_code == 400
            else False
        )
        found = 200 if refused else response.status_code
        return "" if found == expected else f"{response.status_code} instead of {expected}"
    subject.hold(_dataset(suites, case))
    text = f"BASE <{case.query}>\n{suites.text(case.query)}"
    answer = _answer(subject, case, text)
    if isinstance(answer, httpx.Response):
        return f"{answer.status_code}: {answer.text[:200]}"
    expected_answer = _expected(suites, case)
    if same(answer, expected_answer, lax=case.lax):
        return ""
    return f"{_shown(answer)} instead of {_shown(expected_answer)}"


def _shown(answer: Answer) -> str:
    if isinstance(answer, Table):
        return "\n".join(map(str, sorted(answer.rows)))[:1500]
    return str(answer)[:1500]


def _dataset(suites: Suites, case: Case) -> Data:
    """What the store has to hold: the data of the test, and those that its query names."""
    named = list(case.data.named)
    folder = case.query.rpartition("/")[0]
    for _, relative in _FROM.findall(suites.text(case.query)):
        iri = relative if ":" in relative else f"{folder}/{relative}"
        if (iri, iri) not in named:
            named.append((iri, iri))
    return replace(case.data, named=tuple(named))


def _answer(subject: Subject, case: Case, text: str) -> Answer | httpx.Response:
    """What the service says, asked for in the format that the test is about."""
    assert case.result is not None
    ending = case.result.rpartition(".")[2]
    form = {"csv": CSV, "tsv": TSV}.get(ending, JSON)
    accept = f"{form.media_type}, {N_TRIPLES.media_type};q=0.5"
    response = subject.client.post(
        "/sparql", content=text.encode(), headers={**HEADERS, "Accept": accept}
    )
    if response.status_code == 406:
        response = subject.client.post("/sparql", content=text.encode(), headers=HEADERS)
    if response.status_code != 200:
        return response
    if response.headers["content-type"].startswith(N_TRIPLES.media_type):
        return Dataset(parse(response.content, format=N_TRIPLES.rdf))
    return csv_results(response.content) if form is CSV else results(response.content, form.results)


def _expected(suites: Suites, case: Case) -> Answer:
    assert case.result is not None
    ending = case.result.rpartition(".")[2]
    if ending == "csv":
        return csv_results(suites.content(case.result))
    form = QueryResultsFormat.from_extension(ending)
    if form is not None:
        return results(suites.content(case.result), form)
    return described_results(suites.quads(case.result))
