"""What the functions of SPARQL give, as far as it matters for putting a query right."""

from __future__ import annotations

from typing import Final

BOOLEAN: Final = frozenset(
    [
        "BOUND",
        "SAMETERM",
        "ISIRI",
        "ISURI",
        "ISBLANK",
        "ISLITERAL",
        "ISNUMERIC",
        "ISTRIPLE",
        "REGEX",
        "CONTAINS",
        "STRSTARTS",
        "STRENDS",
        "LANGMATCHES",
        "HASLANG",
        "HASLANGDIR",
    ]
)
"""Functions that give a boolean."""
PLAIN: Final = frozenset(
    [
        "STR",
        "LANG",
        "ENCODE_FOR_URI",
        "STRUUID",
        "MD5",
        "SHA1",
        "SHA256",
        "SHA384",
        "SHA512",
    ]
)
"""Functions that give a string without a language."""
WITH_LANGUAGE: Final = frozenset(
    [
        "CONCAT",
        "SUBSTR",
        "UCASE",
        "LCASE",
        "STRBEFORE",
        "STRAFTER",
        "REPLACE",
        "STRLANG",
        "STRLANGDIR",
    ]
)
"""Functions that give a string, which may have a language."""
STRINGS: Final = PLAIN | WITH_LANGUAGE
NO_NUMBER: Final = STRINGS | frozenset(
    [
        "LANGDIR",
        "DATATYPE",
        "IRI",
        "URI",
        "STRDT",
        "NOW",
        "UUID",
        "TZ",
        "TIMEZONE",
        "BNODE",
    ]
)
"""Functions that give no number and no boolean."""
