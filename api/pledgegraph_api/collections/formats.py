"""A collection as JSON-LD and as CSV with its metadata.

The JSON-LD is in the terms of Activity Streams 2.0, a Recommendation of the W3C; see
https://www.w3.org/TR/activitystreams-core/#collections.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pledgegraph.descriptions import licences_iri
from pledgegraph.documents import Json, newest_context
from pledgegraph.namespaces import DCTERMS, PG, RDF, RDFS
from pledgegraph_api.collections.openapi import CollectionItem, CollectionPage
from pledgegraph_api.collections.table import Collection, Row, Table

_PAGE: Final = "https://www.w3.org/ns/activitystreams#CollectionPage"
_STATED: Final[Mapping[str, Mapping[str, str]]] = {
    "commitments": {
        "register": PG.inRegister.value,
        "actor": PG.rollsUpTo.value,
        "kind": PG.theme.value,
        "sdg": PG.sdg.value,
        "from": PG.announcedEarliest.value,
        "to": PG.announcedLatest.value,
    },
    "actors": {"kind": PG.actorType.value, "country": DCTERMS.spatial.value},
    "events": {
        "kind": PG.eventType.value,
        "country": DCTERMS.spatial.value,
        "status": PG.eventStatus.value,
        "from": PG.earliest.value,
        "to": PG.latest.value,
    },
    "sources": {
        "register": PG.inRegister.value,
        "actor": PG.publishedBy.value,
        "kind": RDF.type.value,
    },
}
SEPARATOR: Final = "|"
"""Between several values in one cell of the CSV; no IRI holds one."""


def page_json(
    table: Table,
    rows: Sequence[Row],
    *,
    context: str,
    address: str,
    total: int,
    links: Mapping[str, str],
) -> bytes:
    """One page of a collection; ``links`` are first, prev, next and last, where they are."""
    misread = newest_context().misread({row.record.value for row in rows})
    page = CollectionPage(
        context=[context, dict.fromkeys(misread)] if misread else context,
        id=address,
        type=[_PAGE if misread else "as:CollectionPage"],
        in_collection=links["collection"],
        total_items=total,
        **{name: links[name] for name in ("first", "prev", "next", "last") if name in links},
        items=[_item(table, row) for row in rows],
    )
    return page.encoded()


def whole_csv(collection: Collection, table: Table, rows: Sequence[Row]) -> bytes:
    """All records as CSV (RFC 4180): IRI, name, and the values of each filter by IRI."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(column for column, _ in columns(collection))
    for row in rows:
        dates = (row.earliest, row.latest) if collection.dated else ()
        writer.writerow(
            [
                row.record.value,
                table.name(row.record, "en")[0],
                *(
                    SEPARATOR.join(node.value for node in row.values.get(name, ()))
                    for name in collection.filters
                ),
                *dates,
            ]
        )
    return text.getvalue().encode()


def csv_metadata(collection: Collection, base: str) -> bytes:
    """What the CSV is, for programs: https://www.w3.org/TR/tabular-metadata/."""
    described: list[Json] = []
    for name, stated in columns(collection):
        column: dict[str, Json] = {"name": name, "titles": name}
        # A column that is computed for the list is no statement that anybody makes.
        column |= {"propertyUrl": stated} if stated else {"suppressOutput": True}
        if name in collection.filters:
            column |= {"separator": SEPARATOR, "datatype": "anyURI", "valueUrl": f"{{+{name}}}"}
        elif name == "id":
            column |= {"datatype": "anyURI", "required": True}
        elif name in ("from", "to"):
            column["datatype"] = "date"
        described.append(column)
    document: dict[str, Json] = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{base}/{collection.name}.csv",
        "dc:license": {"@id": licences_iri(base).value},
        "dialect": {"header": True, "encoding": "utf-8"},
        "tableSchema": {"aboutUrl": "{+id}", "primaryKey": "id", "columns": described},
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def columns(collection: Collection) -> list[tuple[str, str]]:
    """The columns of the CSV, and the property that each is the value of; empty for none."""
    stated = _STATED[collection.name]
    dates = ("from", "to") if collection.dated else ()
    return [
        ("id", ""),
        ("label", RDFS.label.value),
        *((name, stated.get(name, "")) for name in (*collection.filters, *dates)),
    ]


def _item(table: Table, row: Row) -> CollectionItem:
    labels = table.labels.get(row.record, {})
    names: dict[str, Any] = {}
    if any(labels):
        names["label"] = {tag: text for tag, text in sorted(labels.items()) if tag}
    if "" in labels:
        names["untagged"] = labels[""]
    return CollectionItem(id=row.record.value, **names)
