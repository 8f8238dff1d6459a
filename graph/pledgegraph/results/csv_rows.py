"""Rows as CSV.

The engine's own CSV leaves IRIs and triple terms without quotation marks, so that one with a comma
in it becomes two fields.

See https://www.w3.org/TR/sparql11-results-csv-tsv/#csv and
https://www.rfc-editor.org/rfc/rfc4180.html#section-2.
"""

from __future__ import annotations

import csv
import io
from typing import BinaryIO, Final

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

_PIECE: Final = 8192
"""Characters that are gathered before they are passed on."""


def write_csv(answer: QuerySolutions, output: BinaryIO) -> None:
    """Write the rows to ``output`` as they are computed."""
    held = io.StringIO(newline="")
    writer = csv.writer(held)
    _write_head(answer, held)
    for row in answer:
        writer.writerow([_text(term) for term in row])
        if held.tell() >= _PIECE:
            _pass_on(held, output)
    _pass_on(held, output)


def _write_head(answer: QuerySolutions, held: io.StringIO) -> None:
    held.write(",".join(variable.value for variable in answer.variables) + "\r\n")


def _pass_on(held: io.StringIO, output: BinaryIO) -> None:
    output.write(held.getvalue().encode())
    held.seek(0)
    held.truncate()


def _text(term: NamedNode | BlankNode | Literal | Triple | None) -> str:
    """What CSV has of a term: of an IRI and a literal the text alone, of others their N-Triples."""
    if isinstance(term, NamedNode | Literal):
        return term.value
    return "" if term is None else str(term)
