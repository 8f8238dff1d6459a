"""As much of an answer as a page shows."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool

from pledgegraph.media_types import Carries
from pledgegraph_api.sparql.runner import Answer
from pledgegraph_api.web.result_table import Table, table_of

MOST_ROWS: Final = 1000
MOST_BYTES: Final = 1_000_000
"""Of rows; a few cells can be long."""
MOST_TEXT: Final = 200_000
"""Of a graph, which is shown as it is."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What a page shows of an answer: a table, a truth value, or the text of a graph."""

    sequence: int
    """The number of the snapshot that it was computed from."""
    seconds: float
    """From the question to the last byte that is shown."""
    whole: bool
    table: Table | None = None
    truth: bool | None = None
    text: str | None = None


async def read_excerpt(
    answer: Answer,
    *,
    since: float,
    base: str,
    columns: Sequence[str] = (),
    echoed: Collection[str] = (),
    told: Collection[str] = (),
) -> Excerpt:
    """The beginning of an answer, which is given up after that.

    The answer is in the format that `negotiation.PageOrFormat` chose for a page; ``since`` is
    when the question was asked, by `time.perf_counter`.

    Raises:
        QueryError: evaluation failed.
    """
    is_table = answer.form.carries is Carries.SOLUTIONS
    most = MOST_BYTES if is_table else MOST_TEXT
    content, whole = await _beginning(answer, most, MOST_ROWS if is_table else None)
    whole = whole and answer.cut is None
    seconds = time.perf_counter() - since
    if not is_table:
        return Excerpt(answer.sequence, seconds, whole, text=content.decode("utf-8"))
    if content.strip() in (b"true", b"false"):
        return Excerpt(answer.sequence, seconds, whole, truth=content.strip() == b"true")
    table, all_rows = await run_in_threadpool(
        table_of,
        content,
        base=base,
        columns=columns,
        echoed=echoed,
        told=told,
        most_rows=MOST_ROWS,
    )
    return Excerpt(answer.sequence, seconds, whole and all_rows, table=table)


async def _beginning(answer: Answer, most_bytes: int, most_rows: int | None) -> tuple[bytes, bool]:
    """The first lines of an answer, and whether they are all."""
    held = bytearray()
    rows = -1  # the first line is the heading
    try:
        async for chunk in answer.chunks():
            held += chunk
            rows += chunk.count(b"\n")
            if len(held) > most_bytes or (most_rows is not None and rows > most_rows):
                end = held.rfind(b"\n", 0, most_bytes) + 1
                return bytes(held[:end]) or b"\n", False
    finally:
        answer.abandon()
    return bytes(held), True
