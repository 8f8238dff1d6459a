"""Numbers that the engine cannot hold: compared, calculated with and cast.

The engine (pyoxigraph 0.5.13) has integers of 64 bits, and decimals of 128 bits of which 18 digits
stand behind the point. What is beyond is no number to it.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store, Triple

from pledgegraph.datatypes import BLANKS, Number, number_of, single, written
from pledgegraph.namespaces import RDF, XSD

Term = NamedNode | BlankNode | Literal | Triple

TRUE: Final = Literal("true", datatype=XSD.boolean)
FALSE: Final = Literal("false", datatype=XSD.boolean)
_PLACES: Final = Decimal(1).scaleb(-18)
"""The least decimal of the engine that is not zero."""
_DURATIONS: Final = frozenset({XSD.duration, XSD.dayTimeDuration, XSD.yearMonthDuration})
_HALVES: Final[Mapping[str, str]] = {
    "yearMonthDuration": r"(-?P(?:\d+Y)?(?:\d+M)?)",
    "dayTimeDuration": r"(-?P)(?:\d+Y)?(?:\d+M)?((?:\d+D)?(?:T.+)?)",
}
"""What a duration has of its two halves: a half that is not there is a ``P`` alone."""
_NOTHING: Final[Mapping[str, str]] = {"yearMonthDuration": "P0M", "dayTimeDuration": "PT0S"}
_MOMENTS: Final = frozenset({XSD.date, XSD.dateTime, XSD.time, XSD.dateTimeStamp})
_PARTS: Final = frozenset(
    {XSD.gYear, XSD.gYearMonth, XSD.gMonth, XSD.gMonthDay, XSD.gDay},
)
_WITHOUT_NUMBERS: Final = frozenset(
    {XSD.string, XSD.boolean, RDF.langString, *_DURATIONS, *_MOMENTS, *_PARTS}
)
_BOOLEANS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_ROUNDINGS: Final[Mapping[str, Callable[[Any], Number]]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "ROUND": lambda number: math.floor(Decimal(number) + Decimal("0.5")),
}


def _number(term: Term) -> Number | None:
    return number_of(term) if isinstance(term, Literal) else None


def is_beyond(number: Number | None) -> bool:
    """Whether it is a number that the engine cannot hold."""
    if isinstance(number, Decimal):
        with localcontext(prec=2_100):
            scaled = number.scaleb(18)
            return scaled != scaled.to_integral_value() or not -(2**127) <= scaled < 2**127
    return isinstance(number, int) and not -(2**63) <= number < 2**63


def truth_of(literal: Literal) -> bool | None:
    """The value of a literal of xsd:boolean."""
    is_boolean = literal.datatype == XSD.boolean
    return _BOOLEANS.get(literal.value.strip(BLANKS)) if is_boolean else None


def _promoted(left: Literal, one: Number, right: Literal, two: Number) -> tuple[Number, Number]:
    """Both numbers in the type in which they are compared (XPath Functions, section 4)."""
    if not isinstance(one, float) and not isinstance(two, float):
        return one, two
    types = {left.datatype, right.datatype}
    if XSD.double in types:
        return _float(one), _float(two)
    return single(_float(one)), single(_float(two))


def _float(number: Number) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def compare(sign: Term, left: Term, right: Term) -> Term | None:
    """A comparison of numbers of which one is NaN or beyond the engine, or of booleans."""
    if not isinstance(left, Literal) or not isinstance(right, Literal):
        return None
    found = _compared(str(getattr(sign, "value", "")), left, right)
    return None if found is None else TRUE if found else FALSE


def _compared(sign: str, left: Literal, right: Literal) -> bool | None:
    one, two = number_of(left), number_of(right)
    if one is None or two is None:
        truths = truth_of(left), truth_of(right)
        if None not in truths:
            return _COMPARISONS[sign](*truths)
        # What is no number at all is another than one that the engine cannot hold.
        equal = _equal(left, right) if sign in ("=", "!=") else None
        return None if equal is None else equal == (sign == "=")
    if not any(is_beyond(each) or math.isnan(_float(each)) for each in (one, two)):
        return None
    return are(sign, left, right)


def are(sign: str, left: Literal, right: Literal) -> bool | None:
    """Whether two numbers compare so; None where one is no number."""
    one, two = number_of(left), number_of(right)
    if one is None or two is None:
        return None
    return _COMPARISONS[sign](*_promoted(left, one, right, two))


def is_in(sought: Term, *members: Term) -> Term | None:
    """``IN`` where a number is beyond the engine; None where none is, or one cannot be compared."""
    if not any(is_beyond(_number(each)) for each in (sought, *members)):
        return None
    is_unsure = False
    for each in members:
        equal = _equal(sought, each)
        if equal:
            return TRUE
        is_unsure |= equal is None
    return None if is_unsure else FALSE


def _equal(left: Term, right: Term) -> bool | None:
    """``=`` (section 17.4.1.7): of two literals without a value it is not known."""
    if left == right:
        return True
    if not isinstance(left, Literal) or not isinstance(right, Literal):
        return False
    one, two = number_of(left), number_of(right)
    if one is None and two is None:
        found = _engine("?l = ?r", left, right)
        return None if found is None else found == TRUE
    if one is None or two is None:
        other = right if two is None else left
        return False if other.datatype in _WITHOUT_NUMBERS and _has_value(other) else None
    one, two = _promoted(left, one, right, two)
    return one == two


def _has_value(literal: Literal) -> bool:
    """Whether a text or a literal of another type that the engine knows is well-formed."""
    if literal.datatype == XSD.boolean:
        return truth_of(literal) is not None
    if literal.datatype in (XSD.string, RDF.langString):
        return True
    name = XSD.dateTime if literal.datatype == XSD.dateTimeStamp else literal.datatype
    return _engine(f"{name}(STR(?l))", literal, literal) is not None


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
        elif word == "pos":
            found = _operate("*", held.pop(), Literal(1))
        else:
            right, left = held.pop(), held.pop()
            found = _operate(word, left, right)
        if found is None:
            return None
        held.append(found)
    return held[-1]


def _operate(sign: str, left: Term, right: Term) -> Term | None:
    if not isinstance(left, Literal) or not isinstance(right, Literal):
        return None
    one, two = number_of(left), number_of(right)
    if one is not None and two is not None:
        if isinstance(one, float) or isinstance(two, float):
            return _engine(f"?l {sign} ?r", _holdable(left, right), _holdable(right, left))
        return _exactly(sign, one, two)
    if sign == "+" and right.datatype in _DURATIONS and left.datatype in _MOMENTS:
        return _engine("?l - (-?r)", left, right)
    if sign == "+" and left.datatype in _DURATIONS and right.datatype in _MOMENTS:
        return _engine("?l - (-?r)", right, left)
    return _engine(f"?l {sign} ?r", left, right)


def _holdable(literal: Literal, other: Literal) -> Literal:
    """What the engine can calculate with beside a floating-point number."""
    number = number_of(literal)
    if number is None or not is_beyond(number):
        return literal
    if other.datatype == XSD.float:
        return Literal(written(single(_float(number))), datatype=XSD.float)
    return Literal(written(_float(number)), datatype=XSD.double)


def _exactly(sign: str, left: int | Decimal, right: int | Decimal) -> Literal | None:
    """A sum, a difference, a product or a quotient of integers and decimals."""
    with localcontext(prec=4_200):
        if sign == "/":
            if right == 0:
                return None
            with localcontext(prec=60):
                found: int | Decimal = Decimal(left) / Decimal(right)
            return _decimal(Decimal(found).quantize(_PLACES, ROUND_DOWN))
        if isinstance(left, int) and isinstance(right, int):
            number = left + right if sign == "+" else left - right if sign == "-" else left * right
            return Literal(str(number), datatype=XSD.integer)
        one, two = Decimal(left), Decimal(right)
        return _decimal(one + two if sign == "+" else one - two if sign == "-" else one * two)


def _decimal(number: Decimal) -> Literal:
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return Literal("0" if text in ("", "-", "-0") else text, datatype=XSD.decimal)


def _engine(expression: str, left: Literal, right: Literal) -> Term | None:
    """The value of an expression over ``?l`` and ``?r`` by the engine, which knows dates."""
    query = f"SELECT ({expression} AS ?found) {{ VALUES (?l ?r) {{ ({left} {right}) }} }}"
    answer = Store().query(query)
    if not isinstance(answer, QuerySolutions):
        raise TypeError("the query is a SELECT")
    (row,) = answer
    found: Term | None = row["found"]
    return found


def rounded(name: Term, term: Term) -> Term | None:
    """ABS, CEIL, FLOOR or ROUND of a number beyond the engine; whether it is one (ISNUMERIC)."""
    number = _number(term)
    if not isinstance(name, Literal) or number is None or not isinstance(term, Literal):
        return None
    if name.value == "ISNUMERIC":
        return TRUE
    if isinstance(number, float):
        return None
    with localcontext(prec=2_100):
        found = _ROUNDINGS[name.value](number)
    if isinstance(number, int):
        return Literal(str(int(found)), datatype=XSD.integer)
    return _decimal(Decimal(found))


def cast(name: Term, term: Term) -> Term | None:
    """A cast as XPath has it, with blanks around a text let go (XPath Functions, section 17.1).

    Of a duration that is cast to one of the two halves the other goes (section 17.1.4).
    """
    if not isinstance(name, Literal) or not isinstance(term, Literal):
        return None
    target, text = name.value, term.value.strip(BLANKS)
    if target in ("integer", "decimal", "double", "float"):
        return _cast_to_number(target, term, text)
    if target == "boolean":
        number = number_of(term)
        if number is not None:
            return FALSE if number == 0 or math.isnan(_float(number)) else TRUE
        found = _BOOLEANS.get(text) if term.datatype in (XSD.string, XSD.boolean) else None
        return None if found is None else TRUE if found else FALSE
    if target in _HALVES and term.datatype in _DURATIONS:
        half = re.match(_HALVES[target], text)
        text = "".join(half.groups()) if half else text
        text = _NOTHING[target] if text.endswith("P") else text
    elif term.datatype != XSD.string or text == term.value:
        return None
    return _engine(f"<{XSD[target].value}>(?l)", Literal(text), Literal(text))


def _cast_to_number(target: str, term: Literal, text: str) -> Literal | None:
    number = number_of(term)
    if number is None and term.datatype == XSD.string:
        number = number_of(Literal(text, datatype=XSD[target]))
    if number is None:
        truth = truth_of(term)
        number = None if truth is None else int(truth)
    if number is None:
        return None
    if target in ("double", "float"):
        found = _float(number)
        return Literal(written(single(found) if target == "float" else found), datatype=XSD[target])
    if isinstance(number, float) and not math.isfinite(number):
        return None
    if target == "integer":
        return Literal(str(int(number)), datatype=XSD.integer)
    with localcontext(prec=2_100):
        exact = Decimal(number)
        near = exact.quantize(_PLACES, ROUND_HALF_EVEN) if isinstance(number, float) else exact
        return _decimal(near)
