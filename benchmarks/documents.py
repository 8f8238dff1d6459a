"""Measures documents about records, and says which of the goals are met.

Usage: benchmarks/run-documents [--quads 1000000] [--records 300] [--rounds 3] [--seconds 3]
    [--seed 1] [--page]

`pledgegraph serve` answers over made-up data. What the documents cost by the processor alone, and
what PyLD takes for the framing of the same, is measured in the process of the benchmark.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pyld import jsonld  # type: ignore[import-untyped]
from pyoxigraph import NamedNode, QuerySolutions

from benchmarks.generate import BASE
from benchmarks.generate import write as generate
from benchmarks.goals import Row, goal, table
from benchmarks.http_load import ENTITY, Client, RequestsFailed, Timed, rate_at
from benchmarks.http_peers import Running, running
from benchmarks.measure import machine
from benchmarks.page import write_on_page
from benchmarks.times import Times, median, shown
from pledgegraph.documents import Names, compose, read_profiles
from pledgegraph.documents.context import Context, read_context
from pledgegraph.documents.frames import frame_of
from pledgegraph.documents.jsonld import JsonLd
from pledgegraph.namespaces import PG
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot

MARK: Final = "### What documents took"

_ADDRESS: Final = "https://example.org/context"
_SERVICE: Final = "pledgegraph"
_FORMATS: Final = (("jsonld", "JSON-LD"), ("html", "a page"))
_MOST_FRAMED: Final = 100
"""Documents for PyLD, which takes its time."""
_MOST_PAGES: Final = 5

_COMMITMENTS: Final = f"SELECT ?it {{ ?it a <{PG.Commitment.value}> }}"
_HUB: Final = f"""
SELECT ?it (COUNT(*) AS ?links) {{ ?from ?by ?it FILTER(STRSTARTS(STR(?it), "{BASE}/id/")) }}
GROUP BY ?it ORDER BY DESC(?links) LIMIT 1
"""


def _nodes(snapshot: EmbeddedSnapshot, query: str) -> list[NamedNode]:
    answer = snapshot.store.query(query)
    if not isinstance(answer, QuerySolutions):
        raise TypeError("the query is a SELECT")
    return [each for row in answer if isinstance(each := row["it"], NamedNode)]


def _by_processor(work: Callable[[], object]) -> float:
    """Seconds of processor time, which does not hang on what else the machine does."""
    since = time.thread_time()
    work()
    return time.thread_time() - since


def beside_pyld(snapshot: EmbeddedSnapshot, commitments: Sequence[NamedNode]) -> list[Row]:
    """Rows on the processor time of documents, by our own framing and by PyLD's."""
    profiles, names, context = read_profiles(), Names(), read_context()
    shortened = Context(context)
    json_ld = JsonLd(profiles, shortened, _ADDRESS)

    def told(record: NamedNode) -> str:
        document = compose(snapshot, profiles, names, record, merged=True)
        return json.dumps(document and json_ld.framed(document), ensure_ascii=False)

    def theirs(record: NamedNode) -> object:
        document = compose(snapshot, profiles, names, record, merged=True)
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

    ours: Times = []
    pyld: Times = []
    for each in commitments[:_MOST_FRAMED]:
        ours.append(_by_processor(partial(told, each)))
        pyld.append(_by_processor(partial(theirs, each)))
    return [
        ("processor time of the JSON-LD of a commitment, median", shown(median(ours))),
        ("the same framed by PyLD, median", shown(median(pyld))),
    ]


def over_http(
    service: Running, commitments: list[NamedNode], hub: NamedNode, options: argparse.Namespace
) -> tuple[list[Row], list[Row]]:
    """Rows on what clients get, and the goals."""
    client = Client(service)
    for extension, _ in _FORMATS:
        client.get(_document(commitments.pop(), extension))  # the first of all reads templates
    new = [client.get(_document(each, "jsonld")) for each in commitments]
    by_server = sorted(each.server for each in new)
    pages: dict[str, list[Timed]] = {
        title: list(_parts(client, _document(hub, extension))) for extension, title in _FORMATS
    }
    client.close()
    query = ENTITY.format(7)
    document: Times = []
    answer: Times = []
    for _ in range(options.rounds):
        document.append(rate_at(service, _document(commitments[0], "jsonld"), options.seconds))
        answer.append(rate_at(service, f"{service.path}?query={quote(query)}", options.seconds))
    slowest = max(each.last for times in pages.values() for each in times)
    rows: list[Row] = [
        ("JSON-LD of a commitment, not asked for before, by the server's clock, median",
         shown(median(by_server))),
        ("95 of 100 within", shown(by_server[len(by_server) * 95 // 100])),
        ("the same by the client's clock, median", shown(median([each.last for each in new]))),
        ("asked again, 8 connections", f"{median(document):,.0f} a second"),
        ("a query asked again, 8 connections", f"{median(answer):,.0f} a second"),
        *((f"a part of the record with most links, {title}, median",
           shown(median([each.last for each in times]))) for title, times in pages.items()),
    ]  # fmt: skip
    goals = [
        goal("JSON-LD of a commitment by the server's clock", median(by_server) * 1e3, 3, "ms",
             at_least=False),
        goal("asked again, against a query asked again", median(document) / median(answer), 0.8,
             "times", at_least=True, digits=2),
        goal("a part of the record with most links, the slowest", slowest * 1e3, 100, "ms",
             at_least=False),
    ]  # fmt: skip
    return rows, goals


def _parts(client: Client, address: str) -> Iterator[Timed]:
    """The first parts of a document, as many as there are."""
    yield client.get(address)
    for number in range(2, _MOST_PAGES + 1):
        try:
            yield client.get(f"{address}?page={number}")
        except RequestsFailed:
            return


def _document(record: NamedNode, extension: str) -> str:
    return f"{record.value.removeprefix(BASE).replace('/id/', '/doc/', 1)}.{extension}"


def main() -> None:
    """Measure all, print it as Markdown, and put it on the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--records", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3, help="of each stretch of requests")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="write docs/performance.md anew")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pledgegraph-") as folder:
        scratch = Path(folder)
        data = scratch / "data.nq"
        quads = generate(data, options.quads, options.seed)
        with running(_SERVICE, data, scratch) as service:
            engine = EmbeddedEngine(open_directory(scratch / _SERVICE / "data", base=BASE))
            with engine.snapshot() as snapshot:
                commitments = _nodes(snapshot, _COMMITMENTS)
                random.Random(options.seed).shuffle(commitments)  # noqa: S311 -- no secret
                (hub,) = _nodes(snapshot, _HUB)
                rows, goals = over_http(service, commitments[: options.records], hub, options)
                rows += beside_pyld(snapshot, commitments)
            engine.close()
    results = (
        f"{machine()} {quads:,} quads.\n\n{table(('what', 'time'), rows)}"
        f"\n\n{table(('goal', 'asked for', 'found', 'met'), goals)}"
    )
    print(results)
    if options.page:
        write_on_page(MARK, results)


if __name__ == "__main__":
    main()
