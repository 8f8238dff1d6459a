"""Readers of nodes behind a balancer, while processes are killed."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import httpx

_PAUSE: Final = 0.03
_RETRIES: Final = 3


@dataclass
class Read:
    """What readers got."""

    answers: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    """How often each first answer that was no 200 came: a status, or the name of an error."""
    mended: Counter[int] = field(default_factory=Counter)
    """Of those, how many were well at which retry."""
    longest: float = 0.0
    """Seconds that the longest answer took, with its retries."""
    back: int = 0
    """Answers of an older snapshot than the same reader had seen before."""
    furthest_back: int = 0
    """By how many change sets."""
    faults: list[str] = field(default_factory=list)
    """What no retry mended."""

    def in_words(self) -> str:
        """The figures in a line."""
        first = ", ".join(f"{count} of {what}" for what, count in self.statuses.items()) or "none"
        mended = ", ".join(f"{count} at retry {at}" for at, count in sorted(self.mended.items()))
        return (
            f"{self.answers} answers; not well at first: {first} (mended: {mended or 'none'}; "
            f"not mended: {len(self.faults)}); longest {self.longest:.2f} s; {self.back} of an "
            f"older snapshot than one seen before, by {self.furthest_back} change sets at most"
        )


class Readers:
    """Two readers: of answers that nobody has kept, and of documents that the balancer keeps."""

    def __init__(self, door: str, base: str, *, is_over: Callable[[], bool]) -> None:
        self.found = Read()
        self._door = door
        self._is_over = is_over
        self._guard = threading.Lock()
        graph = f"{base}/id/source/counters"
        queries = (
            f"/sparql?query=SELECT * {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} %23 {number}"
            for number in itertools.count()
        )
        documents = itertools.cycle(("/doc/source/counters.ttl", "/sources", "/"))
        self.threads = [
            threading.Thread(target=self._run, args=(paths,), daemon=True)
            for paths in (queries, documents)
        ]

    def _run(self, paths: Iterator[str]) -> None:
        seen = 0
        with httpx.Client(base_url=self._door, timeout=30) as client:
            while not self._is_over():
                answer = self._answer(client, next(paths))
                with self._guard:
                    self.found.answers += 1
                    snapshot = (
                        int(answer.headers.get("Pledgegraph-Snapshot", seen)) if answer else 0
                    )
                    if answer and snapshot < seen:
                        self.found.back += 1
                        self.found.furthest_back = max(self.found.furthest_back, seen - snapshot)
                seen = max(seen, snapshot)
                time.sleep(_PAUSE)

    def _answer(self, client: httpx.Client, path: str) -> httpx.Response | None:
        """The answer, asked for again where it is not well; None where that mends nothing."""
        began = time.monotonic()
        for tried in range(_RETRIES + 1):
            answer, said = None, ""
            try:
                answer = client.get(path)
                said = "" if answer.is_success else str(answer.status_code)
            except httpx.TransportError as error:
                said = type(error).__name__
            with self._guard:
                self.found.longest = max(self.found.longest, time.monotonic() - began)
                if not said:
                    if tried:
                        self.found.mended[tried] += 1
                    return answer
                if not tried:
                    self.found.statuses[said] += 1
        self.found.faults.append(
            f"A reader of {path} got {said} and no better in {_RETRIES} retries."
        )
        return None
