"""What XML Schema says of numbers: their types, how they are written, which values they have.

See XML Schema Part 2, sections 3.3 and 3.4, https://www.w3.org/TR/xmlschema11-2/
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.namespaces import RDF, XSD

INTEGERS: Final[Mapping[str, tuple[int | None, int | None]]] = {
    "integer": (None, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
"""xsd:integer and the types that are derived from it, with the least and the largest value."""
DERIVED_INTEGERS: Final = frozenset(INTEGERS) - {"integer"}

Number = int | Decimal | float

BLANKS: Final = " \t\r\n"
"""What may stand around a literal of any type but xsd:string (whiteSpace is ``collapse``)."""
_LONGEST: Final = 1_000
"""Digits of a number: to read more would take long."""
_BOUNDS: Final[Mapping[NamedNode, tuple[int | None, int | None]]] = {
    XSD[name]: bounds for name, bounds in INTEGERS.items()
}
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE: Final = re.compile(rf"{_DECIMAL.pattern}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_WORD: Final = re.compile(r"[+-]?(?:inf|infinity|nan)", re.IGNORECASE)
"""What Rust and Python take for a number without digits."""


def is_integer_type(datatype: NamedNode) -> bool:
    """Whether a datatype is xsd:integer or derived from it."""
    return datatype in _BOUNDS


def number_of(literal: Literal) -> Number | None:
    """The value of a literal of a numeric type; None where it has none."""
    datatype = literal.datatype
    text = literal.value.strip(BLANKS)
    if len(text) > _LONGEST:
        return None
    if datatype in _BOUNDS:
        return _integer(text, *_BOUNDS[datatype])
    if datatype == XSD.decimal:
        return Decimal(text) if _DECIMAL.fullmatch(text) else None
    if datatype in (XSD.double, XSD.float) and _DOUBLE.fullmatch(text):
        found = float(text.replace("INF", "inf"))
        return single(found) if datatype == XSD.float else found
    return None


def _integer(text: str, least: int | None, most: int | None) -> int | None:
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    fits = (least is None or number >= least) and (most is None or number <= most)
    return number if fits else None


def single(number: float) -> float:
    """The number of xsd:float that is nearest."""
    try:
        (found,) = struct.unpack("f", struct.pack("f", number))
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return float(found)


def written(number: float) -> str:
    """A floating-point number as XML Schema writes it."""
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(repr(number), repr(number))


LITERAL_INSTEAD: Final = (
    'Write the number that you mean, or a string; a text with a language as "text"@en.'
)
"""What to do about what is no literal."""


def why_no_literal(literal: Literal) -> str | None:
    """Why a literal has no value that the engine would give one all the same; None for others.

    It takes ``"infinity"^^xsd:double`` for INF, and ``"300"^^xsd:byte`` for the integer 300; and
    it makes texts with a language that have none (RDF 1.1 Concepts, section 3.3).
    """
    if literal.language is None and literal.datatype in (RDF.langString, RDF.dirLangString):
        kind = literal.datatype.value.removeprefix(RDF.iri)
        return f'"{literal.value}" has the datatype rdf:{kind} and no language'
    name, text = literal.datatype.value.removeprefix(XSD.iri), literal.value
    if name in ("double", "float") and _WORD.fullmatch(text) and not _DOUBLE.fullmatch(text):
        return f'"{text}" is no value of xsd:{name}: infinity is written INF or -INF, and NaN so'
    if name not in DERIVED_INTEGERS or not _INTEGER.fullmatch(text):
        return None
    if number_of(literal) is not None:
        return None
    least, most = INTEGERS[name]
    bounds = [f"at least {least}"] * (least is not None) + [f"at most {most}"] * (most is not None)
    return f'"{text}" is no value of xsd:{name}: those are {" and ".join(bounds)}'
