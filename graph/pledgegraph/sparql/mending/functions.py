"""What the engine cannot compute, or computes wrongly, computed here.

They are called only where the engine has no value: a query reads ``COALESCE(?a + ?b,
<calculate>("0 1 +", ?a, ?b))``. An argument without a value keeps the engine from calling them.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store, Triple

from pledgegraph.namespaces import RDF, XSD

Term = NamedNode | BlankNode | Literal | Triple

CALCULATE: Final = NamedNode("urn:pledgegraph:calculate")
COMPARE: Final = NamedNode("urn:pledgegraph:compare")
LARGE: Final = NamedNode("urn:pledgegraph:large")
TRUTH: Final = NamedNode("urn:pledgegraph:truth")
WHOLE: Final = NamedNode("urn:pledgegraph:whole")
REPLACEMENT: Final = NamedNode("urn:pledgegraph:replacement")

_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_INFINITE: Final = 10**308
_LONGEST: Final = 1_000
"""Digits of an integer: reading more would take long."""
_DERIVED: Final = frozenset(
    XSD[name]
    for name in [
        "integer",
        "long",
        "int",
        "short",
        "byte",
        "nonNegativeInteger",
        "nonPositiveInteger",
        "positiveInteger",
        "negativeInteger",
        "unsignedLong",
        "unsignedInt",
        "unsignedShort",
        "unsignedByte",
    ]
)
_WITH_TRUTH: Final = _DERIVED | {XSD.boolean, XSD.decimal, XSD.float, XSD.double}
_DURATIONS: Final = frozenset({XSD.duration, XSD.dayTimeDuration, XSD.yearMonthDuration})
_MOMENTS: Final = frozenset({XSD.date, XSD.dateTime, XSD.time, XSD.dateTimeStamp})
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_TRUE: Final = Literal("true", datatype=XSD.boolean)
_FALSE: Final = Literal("false", datatype=XSD.boolean)


def calculate(program: Term, *values: Term) -> Term | None:
    """A calculation in reverse Polish notation: ``0 1 +`` adds the first two of the values."""
    if not isinstance(program, Literal):
        return None
    held: list[Term] = []
    for word in program.value.split():
        if word.isdigit():
            held.append(values[int(word)])
            continue
        if word == "neg":
            found = _operate("-", Literal(0), held.pop())
        else:
            right, left = held.pop(), held.pop()
            found = _operate(word, left, right)
        if found is None:
            return None
        held.append(found)
    return held[-1]


def _operate(sign: str, left: Term, right: Term) -> Term | None:
    one, two = _integer(left), _integer(right)
    if one is not None and two is not None:
        return _of_integers(sign, one, two)
    if not isinstance(left, Literal) or not isinstance(right, Literal):
        return None
    if sign == "+" and right.datatype in _DURATIONS and left.datatype in _MOMENTS:
        return _engine("?l - (-?r)", left, right)
    if sign == "+" and left.datatype in _DURATIONS and right.datatype in _MOMENTS:
        return _engine("?l - (-?r)", right, left)
    exact = [_exact(left, one), _exact(right, two)]
    return _engine(f"?l {sign} ?r", *exact)


def _exact(value: Literal, integer: int | None) -> Literal:
    """An integer that the engine cannot hold, as the decimal that it can."""
    return value if integer is None else Literal(str(integer), datatype=XSD.decimal)


def _of_integers(sign: str, left: int, right: int) -> Literal | None:
    if sign == "/":
        if right == 0:
            return None
        with_places = Decimal(left) / Decimal(right)
        return Literal(format(with_places, "f"), datatype=XSD.decimal)
    found = left + right if sign == "+" else left - right if sign == "-" else left * right
    return Literal(str(found), datatype=XSD.integer)


def _engine(expression: str, left: Literal, right: Literal) -> Term | None:
    """The value of an expression over ``?l`` and ``?r`` by the engine, which knows dates."""
    query = f"SELECT ({expression} AS ?found) {{ VALUES (?l ?r) {{ ({left} {right}) }} }}"
    answer = Store().query(query)
    if not isinstance(answer, QuerySolutions):
        raise TypeError("the query is a SELECT")
    (row,) = answer
    found: Term | None = row["found"]
    return found


_BLANKS: Final = " \t\r\n"
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE: Final = re.compile(rf"{_DECIMAL.pattern}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")


def _integer(term: Term) -> int | None:
    if not isinstance(term, Literal) or term.datatype not in _DERIVED:
        return None
    text = term.value.strip()
    return int(text) if len(text) <= _LONGEST and _INTEGER.fullmatch(text) else None


def compare(sign: Term, left: Term, right: Term) -> Term | None:
    """A comparison of numbers of which one is an integer that the engine cannot hold."""
    numbers = [_number(left), _number(right)]
    if (
        not isinstance(sign, Literal)
        or None in numbers
        or (_integer(left) is None and _integer(right) is None)
    ):
        return None
    return _TRUE if _COMPARISONS[sign.value](*numbers) else _FALSE


def _number(term: Term) -> int | float | Decimal | None:
    integer = _integer(term)
    if integer is not None:
        return integer
    if not isinstance(term, Literal):
        return None
    # Python reads more than XML Schema allows: underscores, other digits, "infinity".
    text = term.value.strip(_BLANKS)
    if term.datatype == XSD.decimal:
        return Decimal(text) if _DECIMAL.fullmatch(text) else None
    if term.datatype in (XSD.double, XSD.float):
        return float(text.replace("INF", "inf")) if _DOUBLE.fullmatch(text) else None
    return None


def large(name: Term, term: Term) -> Term | None:
    """A cast or a rounding of an integer that the engine cannot hold, or to one."""
    if not isinstance(name, Literal) or not isinstance(term, Literal):
        return None
    number = _number(term)
    if number is None and term.datatype == XSD.string:
        number = _number(Literal(term.value, datatype=XSD.integer))
    if name.value == "integer" and isinstance(number, (Decimal, float)):
        number = int(number) if math.isfinite(number) else None
    if not isinstance(number, int):
        return None
    if name.value in ("double", "float"):
        is_finite = abs(number) < _INFINITE
        text = repr(float(number)) if is_finite else "INF" if number > 0 else "-INF"
        return Literal(text, datatype=XSD[name.value])
    if name.value == "decimal":
        return Literal(str(number), datatype=XSD.decimal)
    return Literal(str(abs(number) if name.value == "ABS" else number), datatype=XSD.integer)


def truth(term: Term) -> Term | None:
    """The effective boolean value of what the engine finds none for (section 17.2.2)."""
    if not isinstance(term, Literal):
        return None
    if term.datatype in (RDF.langString, RDF.dirLangString, XSD.string):
        return _TRUE if term.value else _FALSE
    if term.datatype in _WITH_TRUTH:
        number = _number(term)
        is_true = number is not None and number != 0 and not math.isnan(number)
        return _TRUE if is_true else _FALSE
    return None


def whole(term: Term) -> Term | None:
    """A sum of integers that was made of decimals, as the integer that it is."""
    if not isinstance(term, Literal) or term.datatype != XSD.decimal:
        return term
    found = Decimal(term.value)
    return Literal(str(int(found)), datatype=XSD.integer) if found == int(found) else term


def replacement(pattern: Term, text: Term) -> Term | None:
    r"""The replacement string of REPLACE in the engine's notation; None where it has a mistake.

    ``\$`` stands for a dollar sign, ``\\`` for a backslash, ``$1`` for a group (XPath Functions,
    section 5.6.4); the engine knows ``$$`` and ``${1}``, and takes ``$1a`` for a name.
    """
    if not isinstance(pattern, Literal) or not isinstance(text, Literal):
        return None
    try:
        groups = re.compile(pattern.value).groups
    except re.error:
        groups = 9
    pieces: list[str] = []
    place, given = 0, text.value
    while place < len(given):
        sign = given[place]
        after = given[place + 1 : place + 2]
        if sign == "\\":
            if after not in ("\\", "$"):
                return None
            pieces.append("$$" if after == "$" else "\\")
            place += 2
        elif sign == "$":
            digits = re.match(r"[0-9]+", given[place + 1 :])
            if digits is None:
                return None
            number = digits[0]
            while len(number) > 1 and int(number) > groups:
                number = number[:-1]
            pieces.append(f"${{{int(number)}}}" if int(number) <= groups else "")
            place += 1 + len(number)
        else:
            pieces.append(sign)
            place += 1
    return Literal("".join(pieces))


FUNCTIONS: Final[dict[NamedNode, Callable[..., Term | None]]] = {
    CALCULATE: calculate,
    COMPARE: compare,
    LARGE: large,
    TRUTH: truth,
    WHOLE: whole,
    REPLACEMENT: replacement,
}
