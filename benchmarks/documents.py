"""What documents about records cost: the JSON of commitments, and the record with most links.

``python -m benchmarks.documents DATA_DIRECTORY`` prints milliseconds of processor time, which
does not hang on what else the machine does, and PyLD's for the framing of the same.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from pyld import jsonld  # type: ignore[import-untyped]
from pyoxigraph import NamedNode

from pledgegraph.directory import open_directory
from pledgegraph.documents import Names, compose, read_profiles
from pledgegraph.documents.context import Context, read_context
from pledgegraph.documents.frames import frame_of
from pledgegraph.documents.jsonld import JsonLd
from pledgegraph.embedded import EmbeddedEngine, EmbeddedSnapshot
from pledgegraph.terms import PG, RDF

_ADDRESS = "https://example.org/context"


def timed(work: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    since = time.thread_time()
    work()
    return (time.thread_time() - since) * 1000


def measure(snapshot: EmbeddedSnapshot) -> dict[str, float]:
    """The times by what was done."""
    profiles, names, context = read_profiles(), Names(), read_context()
    shortened = Context(context)
    json_ld = JsonLd(profiles, shortened, _ADDRESS)
    quads = list(snapshot.quads())
    commitments = [
        quad.subject
        for quad in quads
        if quad.predicate == RDF.type
        and quad.object == PG.Commitment
        and isinstance(quad.subject, NamedNode)
    ]
    linked = Counter(quad.object for quad in quads if isinstance(quad.object, NamedNode))
    records = {quad.subject for quad in quads if "/id/" in str(quad.subject)}
    hub = next(node for node, _ in linked.most_common() if node in records)

    def told(record: NamedNode) -> str:
        document = compose(snapshot, profiles, names, record)
        return json.dumps(document and json_ld.framed(document), ensure_ascii=False)

    def theirs(record: NamedNode) -> object:
        document = compose(snapshot, profiles, names, record)
        frame = {"@context": _ADDRESS, **frame_of(profiles, shortened, PG.Commitment)}
        options = {"documentLoader": load, "omitGraph": True}
        return document and jsonld.frame(
            json_ld.expanded(document), {**frame, "@id": record.value}, options
        )

    def load(address: str, _options: object = None) -> dict[str, Any]:
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": address,
            "document": context,
        }

    ours = sorted(timed(partial(told, each)) for each in commitments)
    pyld = [timed(partial(theirs, each)) for each in commitments[:100]]
    return {
        "JSON-LD of a commitment, median": median(ours),
        "JSON-LD of a commitment, 95 of 100": ours[len(ours) * 95 // 100],
        "the same framed by PyLD, median": median(pyld),
        f"JSON-LD of the record with most links ({linked[hub]})": timed(partial(told, hub)),
    }


def main() -> None:
    """Print the times for a data directory."""
    path = Path(sys.argv[1])
    engine = EmbeddedEngine(open_directory(path))
    with engine.snapshot() as snapshot:
        for what, taken in measure(snapshot).items():
            print(f"{taken:8.2f} ms  {what}")


if __name__ == "__main__":
    main()
