"""The queries of `queries/` that ask of one record."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

_HERE: Final = Path(__file__).resolve().with_name("queries")
_RECORD: Final = "<urn:x-record>"
"""Stands in the queries for the record."""


def query_of(name: str, record: NamedNode) -> str:
    """A query for a record."""
    # A term as N-Triples writes it is a term of SPARQL, and nothing else.
    return _text(name).replace(_RECORD, str(record))


@cache
def _text(name: str) -> str:
    return (_HERE / f"{name}.rq").read_text(encoding="utf-8")
