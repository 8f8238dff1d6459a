"""A collection as JSON-LD, as JSON in lines, and as CSV with its metadata.

The JSON-LD is in the terms of Activity Streams 2.0, a Recommendation of the W3C; see
https://www.w3.org/TR/activitystreams-core/#collections.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import NamedNode

from pledgegraph.descriptions import licences_iri
from pledgegraph.documents import Json, newest_context
from pledgegraph.namespaces import DCTERMS, PG, RDF, RDFS
from pledgegraph.results import for_spreadsheets
from pledgegraph_api.collections.openapi import (
    CollectionItem,
    CollectionPage,
    CollectionSummary,
    ListedThing,
)
from pledgegraph_api.collections.table import Collection, Row, Table

_PAGE: Final = "https://www.w3.org/ns/activitystreams#CollectionPage"
_STATED: Final[Mapping[str, Mapping[str, str]]] = {
    "commitments": {
        "maker": PG.madeBy.value,
        "register": PG.inRegister.value,
        "actor": PG.rollsUpTo.value,
        "kind": PG.theme.value,
        "sdg": PG.sdg.value,
        "event": PG.announcedAt.value,
        "framework": PG.alignedWith.value,
        "due": PG.finalDueDate.value,
        "last_report": PG.lastReport.value,
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
    "registers": {"actor": PG.publishedBy.value},
    "frameworks": {"actor": PG.publishedBy.value},
    "countries": {},
}
SEPARATOR: Final = "|"
"""Between several values in one cell of the CSV; no IRI holds one."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the CSV."""

    name: str
    kind: str
    """``id``, ``name``, ``things``, ``names``, ``date``, ``integer`` or ``word``."""
    cell: Callable[[Table, Row], str]


def page_json(
    table: Table,
    rows: Sequence[Row],
    *,
    context: str,
    address: str,
    total: int,
    links: Mapping[str, str],
    summary: bool = False,
) -> bytes:
    """One page of a collection; ``links`` are first, prev, next and last, where they are.

    With a ``summary`` each item has what lists show of a record. It is computed, and no statement
    that anybody makes: the context says that it is none.
    """
    misread = newest_context().misread({row.record.value for row in rows})
    undefined = {**dict.fromkeys(misread), **({"summary": None} if summary else {})}
    page = CollectionPage(
        context=[context, undefined] if undefined else context,
        id=address,
        type=[_PAGE if misread else "as:CollectionPage"],
        in_collection=links["collection"],
        total_items=total,
        **{name: links[name] for name in ("first", "prev", "next", "last") if name in links},
        items=[_item(table, row, summary=summary) for row in rows],
    )
    return page.encoded()


def whole_ndjson(table: Table, rows: Sequence[Row]) -> bytes:
    """All records, one in each line, with what lists show of them."""
    return b"".join(_item(table, row, summary=True).encoded() + b"\n" for row in rows)


def whole_csv(collection: Collection, table: Table, rows: Sequence[Row]) -> bytes:
    """All records as CSV (RFC 4180): IRIs with their English names, and days.

    It begins with a byte order mark, and no cell is a formula, for spreadsheets.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    every = columns(collection)
    writer.writerow(column.name for column in every)
    writer.writerows([column.cell(table, row) for column in every] for row in rows)
    return for_spreadsheets(text.getvalue())


def csv_metadata(collection: Collection, base: str) -> bytes:
    """What the CSV is, for programs: https://www.w3.org/TR/tabular-metadata/."""
    stated = {"label": RDFS.label.value, **_STATED[collection.name]}
    described: list[Json] = []
    for each in columns(collection):
        column: dict[str, Json] = {"name": each.name, "titles": each.name}
        # A column that is computed for the list is no statement that anybody makes.
        meant = "" if each.kind == "id" else stated.get(each.name, "")
        column |= {"propertyUrl": meant} if meant else {"suppressOutput": True}
        if each.kind == "things":
            column |= {"separator": SEPARATOR, "datatype": "anyURI"}
            column["valueUrl"] = f"{{+{each.name}}}"
        elif each.kind == "names":
            column["separator"] = SEPARATOR
        elif each.kind == "id":
            column |= {"datatype": "anyURI", "required": True}
        elif each.kind in ("date", "integer"):
            column["datatype"] = each.kind
        described.append(column)
    document: dict[str, Json] = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{base}/{collection.name}.csv",
        "dc:license": {"@id": licences_iri(base).value},
        "dialect": {"header": True, "encoding": "utf-8"},
        "tableSchema": {"aboutUrl": "{+id}", "primaryKey": "id", "columns": described},
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def columns(collection: Collection) -> list[Column]:
    """The columns of the CSV: what a record is, its makers, what it is filtered by, its days."""
    found = [
        Column("id", "id", lambda _, row: row.record.value),
        Column("label", "name", lambda table, row: table.name(row.record, "en")[0]),
    ]
    if collection.promises:
        found += _of_things("maker", lambda row: row.makers)
    for name in collection.filters:
        if name in collection.words:
            found.append(Column(f"{name}_state", "word", _word(name)))
        else:
            found += _of_things(name, _values(name))
    if collection.promises:
        found.append(Column("due", "date", lambda _, row: row.due))
        found.append(Column("last_report", "date", lambda _, row: row.last_report))
    if collection.dated:
        found.append(Column("from", "date", lambda _, row: row.earliest))
        found.append(Column("to", "date", lambda _, row: row.latest))
    if collection.counted_by:
        found.append(Column("commitments", "integer", lambda _, row: str(row.commitments)))
    return found


def _of_things(name: str, nodes: Callable[[Row], Sequence[NamedNode]]) -> list[Column]:
    """Two columns: the IRIs, and what the things are called."""
    return [
        Column(name, "things", lambda _, row: SEPARATOR.join(each.value for each in nodes(row))),
        Column(
            f"{name}_label",
            "names",
            lambda table, row: SEPARATOR.join(_called(table, each) for each in nodes(row)),
        ),
    ]


def _values(name: str) -> Callable[[Row], Sequence[NamedNode]]:
    return lambda row: row.values.get(name, ())


def _word(name: str) -> Callable[[Table, Row], str]:
    return lambda _, row: row.words.get(name, "")


def _called(table: Table, node: NamedNode) -> str:
    return table.name(node, "en")[0].replace(SEPARATOR, "/")


def _item(table: Table, row: Row, *, summary: bool) -> CollectionItem:
    labels = table.names.names.get(row.record, {})
    told: dict[str, Any] = {}
    if any(labels):
        told["label"] = {tag: text for tag, text in sorted(labels.items()) if tag}
    if "" in labels:
        told["untagged"] = labels[""]
    if summary:
        told["summary"] = _summary(table, row)
    return CollectionItem(id=row.record.value, **told)


def _summary(table: Table, row: Row) -> CollectionSummary:
    told: dict[str, Any] = {
        name: [_thing(table, node) for node in nodes] for name, nodes in row.values.items() if nodes
    }
    if "register" in told:
        told["registers"] = told.pop("register")
    if row.makers:
        told["maker"] = [_thing(table, node) for node in row.makers]
    days = {
        "due": row.due,
        "last_report": row.last_report,
        "earliest": row.earliest,
        "latest": row.latest,
        "due_state": row.words.get("due", ""),
    }
    told |= {name: text for name, text in days.items() if text}
    if row.commitments is not None:
        told["commitments"] = row.commitments
    return CollectionSummary(**told)


def _thing(table: Table, node: NamedNode) -> ListedThing:
    text, _ = table.name(node, "en")
    return ListedThing(id=node.value, **({"label": text} if text else {}))
