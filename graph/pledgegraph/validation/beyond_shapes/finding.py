"""How a rule that no shape can state says what it found."""

from __future__ import annotations

from collections.abc import Mapping

from pledgegraph.validation.report import Severity, Violation
from pledgegraph.validation.term_names import readable

SHAPES = "https://w3id.org/pledgegraph/shapes#"


def finding(
    name: str,
    focus: object,
    path: object,
    value: object,
    messages: Mapping[str, str],
    /,
    *,
    warning: bool = False,
    **words: object,
) -> Violation:
    """A violation, or a warning, of the rule of that name.

    ``words`` fill the placeholders of the messages; terms among them are shortened.
    """
    filled = {key: readable(str(each)) for key, each in words.items()}
    return Violation(
        focus=str(focus),
        path=None if path is None else str(path),
        value=None if value is None else str(value),
        constraint=name,
        shape=f"<{SHAPES}{name}>",
        severity=Severity.WARNING if warning else Severity.VIOLATION,
        messages={language: text.format(**filled) for language, text in messages.items()},
    )
