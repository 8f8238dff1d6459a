"""The tests of the W3C that are known to fail, each with its reason; no other may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_REWRITES: Final = (
    "The engine keeps numbers by their value: 01 becomes 1, 1.0E6 becomes 1000000, and the types "
    "derived from xsd:integer become it. So terms that differ only in that are the same here."
)
_RENAMES: Final = (
    "A file that is in the default graph and is a named graph too is read once here, so both have "
    "the same blank nodes. The W3C approved the tests 09b, 10b and 12b instead."
)
_TWO_WAYS: Final = (
    "SPARQL 1.0 took away the braces of a group before it looked at its filter; SPARQL 1.1 does "
    "not, and the test 005-not-simplified beside this one expects that."
)
_DATES: Final = (
    "The engine compares xsd:date by value, as an implementation may (section 17.3.1); the test "
    "expects that it cannot."
)
_STRINGS: Final = (
    "In RDF 1.1 a plain string has the datatype xsd:string, and the test is from before that."
)
_NUMBERS: Final = "SPARQL 1.1 has no decimals that end in a point; the test is of SPARQL 1.0."

_FIRST: Final = "testcases-sparql-1.0-w3c/data-r2/"
_SECOND: Final = "testcases-sparql-1.1-w3c/"

DEVIATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    _FIRST + "basic": {"term-6": _NUMBERS, "term-7": _NUMBERS},
    _FIRST + "dataset": dict.fromkeys(
        ("dawg-dataset-09", "dawg-dataset-10", "dawg-dataset-12"), _RENAMES
    ),
    _FIRST + "distinct": dict.fromkeys(("distinct-1", "distinct-2", "distinct-9"), _REWRITES),
    _FIRST + "expr-builtin": dict.fromkeys(
        ("dawg-str-1", "dawg-str-2", "sameTerm-eq", "sameTerm-not-eq", "sameTerm-simple"),
        _REWRITES,
    ),
    _FIRST + "expr-equals": {"eq-graph-1": _REWRITES, "eq-graph-2": _REWRITES},
    _FIRST + "open-world": {"date-2": _DATES, "date-3": _DATES, "open-eq-01": _REWRITES},
    _FIRST + "optional-filter": {"dawg-optional-filter-005-simplified": _TWO_WAYS},
    _FIRST + "syntax-sparql1": {"syntax-lit-08": _NUMBERS},
    _FIRST + "syntax-sparql3": {
        "syn-bad-26": "The engine reads `?x<?a&&?b>?y` as two comparisons, where the rule of the "
        "longest token makes an IRI of the middle."
    },
    _SECOND + "update-silent": dict.fromkeys(
        ("load-silent", "load-into-silent"),
        "LOAD is refused here, and SILENT does not make it pass unnoticed.",
    ),
    _SECOND + "csv-tsv-res": {"csv03": _REWRITES, "tsv03": _REWRITES},
    _SECOND + "functions": {
        "bnode01": "The engine's BNODE with an argument gives the same blank node in every "
        "solution, where each solution should have its own.",
        "strdt03": _STRINGS,
        "strlang03": _STRINGS,
    },
}
"""Folder of the suite to name of the test to the reason."""
