"""A report for its readers: a line of words for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pledgegraph.validation.report import Severity, ValidationReport, Violation
from pledgegraph.validation.term_names import readable

_KIND: Final = {Severity.INFO: "note: ", Severity.WARNING: "warning: ", Severity.VIOLATION: ""}
_FOUND_WITHOUT_VALUE: Final = {
    "MinCountConstraintComponent": "too few values",
    "QualifiedMinCountConstraintComponent": "too few such values",
    "MaxCountConstraintComponent": "too many values",
    "QualifiedMaxCountConstraintComponent": "too many such values",
    "HasValueConstraintComponent": "not that value",
    "UniqueLangConstraintComponent": "several texts in one language",
}


def describe(
    violation: Violation, *, languages: Sequence[str] = ("en",), base: str | None = None
) -> str:
    """One line: which node, which property, what was found, what is expected, the message.

    The message is in the first of ``languages`` that there is one in, else in English.
    IRIs that begin with ``base`` are shown without it.

    >>> describe(violation, base="http://localhost:8000")
    '<id/event/x> pg:startsOn: found "soon"; expected an xsd:date. A start is a day.'
    """
    place = readable(violation.focus, base)
    if violation.path is not None:
        place += f" {readable(violation.path, base)}"
    said = [f"found {_found(violation, base)}"] if _found(violation, base) else []
    if violation.expected:
        said.append(f"expected {violation.expected}")
    message = " ".join(violation.message(*languages).split())
    if base is not None:
        message = message.replace(f"<{base.rstrip('/')}/", "<")
    parts = ["; ".join(said), message]
    sentence = ". ".join(part.rstrip(".") for part in parts if part) or violation.constraint
    stop = "" if sentence.endswith("?") else "."
    return f"{_KIND[violation.severity]}{place}: {sentence}{stop}"


def report_json(report: ValidationReport) -> dict[str, Any]:
    """The report as an object that `json` can write; the terms are in N-Triples syntax."""
    return {
        "conforms": report.conforms,
        "results": [
            {
                "focus": result.focus,
                "path": result.path,
                "value": result.value,
                "constraint": result.constraint,
                "shape": result.shape,
                "severity": result.severity.name.lower(),
                "messages": dict(result.messages),
                "expected": result.expected,
            }
            for result in report.results
        ],
    }


def _found(violation: Violation, base: str | None) -> str:
    if violation.constraint == "MinCountConstraintComponent" and violation.expected.endswith(
        "at least 1 value"
    ):
        return "nothing"
    if violation.value is not None and violation.value != violation.focus:
        return readable(violation.value, base)
    return _FOUND_WITHOUT_VALUE.get(violation.constraint, "")
