"""What a validation found, in words (SHACL section 3.6, validation report)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Severity(IntEnum):
    """`sh:Info`, `sh:Warning`, `sh:Violation`; only the last one stops a load."""

    INFO = 1
    WARNING = 2
    VIOLATION = 3


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One validation result. Terms are in N-Triples syntax; ``path`` in SPARQL's."""

    focus: str
    path: str | None
    value: str | None
    constraint: str
    """The local name of the constraint component, e.g. ``MinCountConstraintComponent``."""
    shape: str
    severity: Severity
    messages: Mapping[str, str] = field(compare=False, hash=False, default_factory=dict)
    """Language tag to message; the empty tag for a message without language."""
    expected: str = field(compare=False, default="")
    """What the constraint asks for, in words."""

    def message(self, *languages: str) -> str:
        """The message in the first of the languages that there is one in, else in English."""
        for wanted in (*languages, "en", ""):
            if wanted in self.messages:
                return self.messages[wanted]
        return next(iter(self.messages.values()), "")


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """All results, sorted, so that two engines' reports can be compared with ``==``."""

    results: tuple[Violation, ...]

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Those of severity `sh:Violation`."""
        return tuple(r for r in self.results if r.severity is Severity.VIOLATION)

    @property
    def conforms(self) -> bool:
        """True when nothing is a Violation; warnings and infos do not stop a load."""
        return not self.violations
