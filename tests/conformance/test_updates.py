"""The W3C's suites for updates, through HTTP: evaluation and syntax."""

from __future__ import annotations

from typing import Final

import pytest
from pyoxigraph import Dataset

from tests.conformance.comparing import same
from tests.conformance.conftest import Subject
from tests.conformance.manifest import Case, Data, Suites
from tests.conformance.suite import check_suite

FOLDERS: Final = [
    f"testcases-sparql-1.1-w3c/{name}"
    for name in (
        *("add", "basic-update", "clear", "copy", "delete", "delete-data", "delete-insert"),
        *("delete-where", "drop", "move", "syntax-update-1", "syntax-update-2", "update-silent"),
    )
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_suite(subject: Subject, suites: Suites, folder: str) -> None:
    """All tests of a folder, of which those fail that are known to, and no others."""
    check_suite(suites, folder, lambda case: complaint_about(subject, suites, case))


def complaint_about(subject: Subject, suites: Suites, case: Case) -> str:
    """What is wrong with how the service carries out a test; empty if nothing is."""
    is_syntax = "Syntax" in case.kind
    subject.hold(Data() if is_syntax else case.data)
    content = suites.content(case.query)
    if not is_syntax:
        content = f"BASE <{case.query}>\n".encode() + content
    response = subject.client.post(
        "/update",
        content=content,
        headers={**subject.writer, "Content-Type": "application/sparql-update"},
    )
    problem = response.json().get("type", "") if response.status_code >= 400 else ""
    name = problem.rpartition("/")[2]
    if is_syntax:
        # What is not offered, such as LOAD, is refused before anybody looks at its syntax.
        accepted = (200, 204) if "Negative" not in case.kind else (400,)
        is_right = response.status_code in accepted or name == "update-refused"
        return "" if is_right else f"{response.status_code} {name}"
    if response.status_code >= 400:
        return f"{response.status_code}: {response.text[:300]}"
    found, expected = Dataset(subject.held()), Dataset(subject.quads(case.after))
    return "" if same(found, expected) else f"{found} instead of {expected}"[:1000]
