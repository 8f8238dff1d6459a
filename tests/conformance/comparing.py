"""Whether an answer is the one that a test expects: the same up to names of blank nodes."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)

from pledgegraph.namespaces import XSD, Vocabulary

RS: Final = Vocabulary("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
_DECIMAL: Final = {
    XSD[name] for name in ("decimal", "integer", "int", "nonNegativeInteger", "long")
}
_FLOATS: Final = {XSD.double, XSD.float}

Key = tuple[str, ...]
"""A term in a form in which equal values are equal."""
Row = tuple[tuple[str, Key], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Solutions; ``ordered`` where their order counts."""

    rows: tuple[Row, ...]
    ordered: bool = False


Answer = Table | bool | Dataset


def key_of(term: object) -> Key:
    """A term as a key; the engine rewrites numbers and language tags, as it may."""
    if isinstance(term, BlankNode):
        return ("blank", term.value)
    if isinstance(term, Literal):
        if term.language:
            return ("literal", term.value, term.language.lower())
        return ("literal", _value(term), term.datatype.value)
    return ("iri", str(term))


def _value(literal: Literal) -> str:
    try:
        if literal.datatype in _DECIMAL:
            return str(Decimal(literal.value).normalize())
        if literal.datatype in _FLOATS:
            return str(float(literal.value))
    except (ValueError, ArithmeticError):
        pass
    return literal.value


def results(content: bytes, form: QueryResultsFormat) -> Table | bool:
    """What a document of results says."""
    answer = parse_query_results(content, format=form)
    if isinstance(answer, QueryBoolean):
        return bool(answer)
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return Table(
        tuple(
            tuple(
                sorted(
                    (name, key_of(term))
                    for name, term in zip(names, solution, strict=True)
                    if term is not None
                )
            )
            for solution in answer
        )
    )


def csv_results(content: bytes) -> Table:
    """What a CSV document of results says: texts, which may be labels of blank nodes."""
    names, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    return Table(
        tuple(
            tuple(
                sorted(
                    (name, ("blank", cell) if cell.startswith("_:") else ("text", cell))
                    for name, cell in zip(names, row, strict=True)
                )
            )
            for row in rows
        )
    )


def described_results(quads: Sequence[Quad]) -> Answer:
    """What RDF says that describes results in the words of the test suites, or is the result."""
    graph = Dataset(quads)
    truth = [quad.object for quad in graph.quads_for_predicate(RS.boolean)]
    if truth:
        assert isinstance(truth[0], Literal)
        return truth[0].value == "true"
    if not list(graph.quads_for_object(RS.ResultSet)):
        return graph
    rows: list[tuple[int, Row]] = []
    ordered = False
    for quad in graph.quads_for_predicate(RS.solution):
        solution = quad.object
        assert isinstance(solution, NamedNode | BlankNode)
        index = 0
        row = []
        for each in graph.quads_for_subject(solution):
            if each.predicate == RS.index and isinstance(each.object, Literal):
                index, ordered = int(each.object.value), True
            if each.predicate == RS.binding:
                assert isinstance(each.object, NamedNode | BlankNode)
                parts = {
                    part.predicate: part.object for part in graph.quads_for_subject(each.object)
                }
                name = parts[RS.variable]
                assert isinstance(name, Literal)
                row.append((name.value, key_of(parts[RS.value])))
        rows.append((index, tuple(sorted(row))))
    return Table(tuple(row for _, row in sorted(rows)), ordered)


def same(found: Answer, expected: Answer, *, lax: bool = False) -> bool:
    """Whether two answers are the same; with ``lax`` rows may be repeated."""
    if isinstance(found, Dataset) and isinstance(expected, Dataset):
        return _canonical(found) == _canonical(expected)
    if isinstance(found, Table) and isinstance(expected, Table):
        if lax:
            return set(found.rows) == set(expected.rows)
        if expected.ordered and not _has_blank(expected):
            return found.rows == expected.rows
        return _same_rows(list(found.rows), list(expected.rows))
    return found == expected


def _canonical(dataset: Dataset) -> set[tuple[Key, ...]]:
    copy = Dataset(dataset)
    copy.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {
        (key_of(quad.subject), key_of(quad.predicate), key_of(quad.object), key_of(quad.graph_name))
        for quad in copy
    }


def _has_blank(table: Table) -> bool:
    return any(key[0] == "blank" for row in table.rows for _, key in row)


def _same_rows(found: list[Row], expected: list[Row]) -> bool:
    if len(found) != len(expected):
        return False
    if Counter(found) == Counter(expected):
        return True
    return _match(found, expected, {})


def _match(found: list[Row], expected: list[Row], names: dict[str, str]) -> bool:
    """Whether the rows can be paired so that blank nodes stand for blank nodes one to one."""
    if not found:
        return True
    row, *rest = found
    for place, other in enumerate(expected):
        extended = _pair(row, other, names)
        if extended is not None and _match(
            rest, expected[:place] + expected[place + 1 :], extended
        ):
            return True
    return False


def _pair(row: Row, other: Row, names: dict[str, str]) -> dict[str, str] | None:
    extended = dict(names)
    if len(row) != len(other):
        return None
    for (name, key), (other_name, other_key) in zip(row, other, strict=True):
        if name != other_name or key[0] != other_key[0]:
            return None
        if key[0] != "blank":
            if key != other_key:
                return None
            continue
        if extended.setdefault(key[1], other_key[1]) != other_key[1]:
            return None
    return extended if len(set(extended.values())) == len(extended) else None
