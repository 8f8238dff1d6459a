"""Validation reports for people and for scripts."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING

from pledgegraph.cli.escape_control import harmless

if TYPE_CHECKING:
    from pledgegraph.validation import ValidationReport


def preferred_languages() -> tuple[str, ...]:
    """The languages of the reader's locale, best first, as bare language tags."""
    named = os.environ.get("LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    tags = [re.split(r"[_.@]", each)[0].lower() for each in named.split(":")]
    return tuple(dict.fromkeys(tag for tag in tags if tag and tag not in ("c", "posix")))


def print_report(report: ValidationReport, *, base: str) -> None:
    """One line a result, in the reader's language, on the standard error."""
    from pledgegraph.validation import describe  # noqa: PLC0415 - slow to load

    languages = preferred_languages() or ("en",)
    for result in report.results:
        print(harmless(describe(result, languages=languages, base=base)), file=sys.stderr)


def print_report_json(report: ValidationReport) -> None:
    """The whole report on the standard output, for scripts."""
    from pledgegraph.validation import report_json  # noqa: PLC0415 - slow to load

    print(json.dumps(report_json(report), ensure_ascii=False, indent=2))
