"""`docs/sparql.md` says what the service does."""

from __future__ import annotations

import re
from pathlib import Path

from pledgegraph.media_types import FORMATS, GRAPH_FORMATS, RESULT_FORMATS
from pledgegraph.settings import Settings
from pledgegraph_api.problems.mapping import PROBLEM_TYPES

PAGE = (Path(__file__).parents[3] / "docs" / "sparql.md").read_text(encoding="utf-8")


def test_the_table_of_formats_is_the_table_of_formats() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([\w/+.-]+)` \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert [(name, media_type) for name, media_type, _ in rows] == [
        (each.name, each.media_type) for each in FORMATS
    ]
    for (_, _, use), form in zip(rows, FORMATS, strict=True):
        carried = "SELECT, ASK" if form in RESULT_FORMATS else "CONSTRUCT, DESCRIBE"
        assert use.startswith(carried)
        assert use.endswith("; the default") is (form in (RESULT_FORMATS[0], GRAPH_FORMATS[0]))


def test_the_limits_are_settings() -> None:
    limits = PAGE.partition("## Limits")[2].partition("##")[0]
    cells = re.findall(r"^\| [^|]+ \| ([^|]*) \|", limits, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == {
        "aside_timeout",
        "budget_errors",
        "budget_seconds",
        "max_answer_bytes",
        "max_query_bytes",
        "max_rows",
        "query_memory",
        "query_queue",
        "query_timeout",
        "query_workers",
        "receive_timeout",
        "stall_timeout",
    }
    assert named <= set(Settings.model_fields)


def test_the_statuses_are_those_of_problems() -> None:
    statuses = {int(found) for found in re.findall(r"\b([45]\d\d)\b", PAGE)}
    assert statuses <= {each.status for each in PROBLEM_TYPES}
