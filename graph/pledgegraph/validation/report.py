"""What a validation found, in words (SHACL section 3.6, validation report)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Severity(IntEnum):
    """`sh:Info`, `sh:Warning`, `sh:Violation`; only the last one stops a load."""

    INFO = 1
    WARNING = 2
    VIOLATION = 3


@dataclass(frozen=True, slots=True)
class Violation:
    """One validation result. Terms are in N-Triples syntax; ``path`` in SPARQL's."""

    focus: str
    path: str | None
    value: str | None
    constraint: str
    """The local name of the constraint component, e.g. ``MinCountConstraintComponent``."""
    shape: str
    """The shape that was broken; for one without a name, the named shape that it is part of."""
    severity: Severity
    messages: Mapping[str, str] = field(compare=False, hash=False, default_factory=dict)
    """Language tag to message; the empty tag for a message without language."""
    expected: str = field(compare=False, default="")
    """What the constraint asks for, in words; empty where only the message says it."""

    def message(self, *languages: str) -> str:
        """The message in the first of the languages that there is one in, else in English."""
        for wanted in (*languages, "en", ""):
            if wanted in self.messages:
                return self.messages[wanted]
        return next(iter(self.messages.values()), "")

    @property
    def order(self) -> tuple[str, str, str, str, str, int]:
        """By what results are sorted: the node, the property, the value, then the rule."""
        return (
            self.focus,
            self.path or "",
            self.value or "",
            self.constraint,
            self.shape,
            self.severity,
        )


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """All results, sorted, so that two engines' reports can be compared with ``==``."""

    results: tuple[Violation, ...] = ()

    @classmethod
    def of(cls, results: Iterable[Violation]) -> ValidationReport:
        """The report of these results, each kept once, in order."""
        return cls(tuple(sorted(set(results), key=lambda result: result.order)))

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Those of severity `sh:Violation`."""
        return tuple(r for r in self.results if r.severity is Severity.VIOLATION)

    @property
    def conforms(self) -> bool:
        """True when nothing is a Violation; warnings and infos do not stop a load."""
        return not self.violations
