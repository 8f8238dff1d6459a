"""Whether a folder of the W3C's tests fails just where it is known to."""

from __future__ import annotations

from collections.abc import Callable

from tests.conformance.deviations import DEVIATIONS
from tests.conformance.manifest import Case, Suites


def check_suite(suites: Suites, folder: str, complaint_about: Callable[[Case], str]) -> None:
    """Put every test of a folder; ``complaint_about`` says what is wrong, or nothing."""
    complaints = {case.name: complaint_about(case) for case in suites.cases(folder)}
    assert complaints
    failed = {name: why for name, why in complaints.items() if why}
    known = DEVIATIONS.get(folder, {})
    assert failed.keys() == known.keys(), {
        "fail, and should not": {n: why for n, why in failed.items() if n not in known},
        "pass, and are said to fail": sorted(known.keys() - failed.keys()),
    }
