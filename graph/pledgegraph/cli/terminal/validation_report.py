"""Validation reports for people and for scripts."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING

from pledgegraph.cli.terminal.escape_control import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pledgegraph.validation import ValidationReport, Violation
    from pledgegraph.writes.effect import Effect
    from pledgegraph.writes.places import FilePlace

    Places = Mapping[Violation, FilePlace]


def preferred_languages() -> tuple[str, ...]:
    """The languages of the reader's locale, best first, as bare language tags."""
    named = os.environ.get("LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    tags = [re.split(r"[_.@]", each)[0].lower() for each in named.split(":")]
    return tuple(dict.fromkeys(tag for tag in tags if tag and tag not in ("c", "posix")))


def print_report(report: ValidationReport, *, base: str, places: Places | None = None) -> None:
    """One line a result, in the reader's language, on the standard error."""
    from pledgegraph.validation import describe  # noqa: PLC0415 - slow to load

    languages = preferred_languages() or ("en",)
    for result in report.results:
        place = (places or {}).get(result)
        said = describe(result, languages=languages, base=base)
        print(harmless(f"{place}: {said}" if place else said), file=sys.stderr)


def print_effect(effect: Effect, *, base: str) -> None:
    """What a load would come to, in words, on the standard output."""
    from pledgegraph.validation.term_names import readable  # noqa: PLC0415 - slow to load

    for line in effect.in_words(lambda term: readable(term, base)):
        print(harmless(line))


def results_json(report: ValidationReport, *, places: Places) -> list[dict[str, Any]]:
    """The results as objects that `json` can write, with file and line."""
    from pledgegraph.validation import report_json  # noqa: PLC0415 - slow to load

    told: list[dict[str, Any]] = report_json(report)["results"]
    for each, result in zip(told, report.results, strict=True):
        place = places.get(result)
        each["file"] = place.file if place else None
        each["line"] = place.line if place else None
    return told


def print_report_json(
    report: ValidationReport, *, places: Places | None = None, effect: Effect | None = None
) -> None:
    """The whole report on the standard output, for scripts."""
    told: dict[str, Any] = {
        "conforms": report.conforms,
        "results": results_json(report, places=places or {}),
    }
    if effect is not None:
        told["load"] = effect.as_json()
    print(json.dumps(told, ensure_ascii=False, indent=2))
