"""What a search finds, as JSON-LD and as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pledgegraph.documents import Json, context_at, newest_context
from pledgegraph.namespaces import RDFS
from pledgegraph.results import for_spreadsheets

_PAGE: Final = "https://www.w3.org/ns/activitystreams#CollectionPage"


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found, as a page shows it."""

    label: str
    language: str
    address: str
    kind: str
    matched: str
    """The name that was matched, where it is not the one shown; or a piece of a text."""
    matched_language: str
    key: str
    """``name``, ``other``, ``acronym``, ``identifier``, ``text`` or nothing."""


def found_json(
    hits: Sequence[tuple[str, Hit]], *, total: int, address: str, following: str, context: str
) -> bytes:
    """One page of a search in the terms of Activity Streams 2.0, as lists of records have it."""
    misread = newest_context().misread({iri for iri, _ in hits})
    document: dict[str, Json] = {
        "@context": context_at(context, misread),
        "id": address,
        "type": [_PAGE if misread else "as:CollectionPage"],
        "totalItems": total,
        **({"next": following} if following else {}),
        "items": [_item(iri, hit) for iri, hit in hits],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def found_csv(hits: Iterable[tuple[str, Hit]]) -> bytes:
    """All that was found as CSV (RFC 4180) with a byte order mark; no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("id", "label", "language", "kind", "matched", "matched_language", "match"))
    for iri, hit in hits:
        writer.writerow(
            (iri, hit.label, hit.language, hit.kind, hit.matched, hit.matched_language, hit.key)
        )
    return for_spreadsheets(text.getvalue())


def _item(iri: str, hit: Hit) -> dict[str, Json]:
    item: dict[str, Json] = {"id": iri}
    if hit.language:
        item["label"] = {hit.language: hit.label}
    elif hit.label:
        item[RDFS.label.value] = hit.label
    return item
