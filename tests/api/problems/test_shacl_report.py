"""What stops a change is told, however much else there is to say."""

from __future__ import annotations

from pledgegraph.errors import ValidationFailed
from pledgegraph.validation import Severity, ValidationReport
from pledgegraph.validation.report import Violation
from pledgegraph_api.problems.shacl_report import MOST_TOLD, results_in_words


def test_warnings_do_not_hide_what_stops_a_change() -> None:
    def result(number: int, severity: Severity) -> Violation:
        return Violation(f"<http://ex.test/{number:03}>", None, None, "Own", "<urn:s>", severity)

    warnings = [result(number, Severity.WARNING) for number in range(MOST_TOLD + 20)]
    report = ValidationReport.of([*warnings, result(999, Severity.VIOLATION)])
    told = results_in_words(ValidationFailed(report, base="http://ex.test"))
    assert len(told) == MOST_TOLD
    assert [each["severity"] for each in told[:2]] == ["violation", "warning"]
    assert [each["focus"] for each in told[1:3]] == ["<http://ex.test/000>", "<http://ex.test/001>"]
