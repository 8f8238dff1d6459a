"""What the engine cannot compute, or computes wrongly, computed here.

They are called only where the engine has no value: a query reads ``COALESCE(?a + ?b,
<calculate>("0 1 +", ?a, ?b))``. An argument without a value keeps the engine from calling them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.datatypes import is_integer_type, number_of
from pledgegraph.namespaces import RDF, XSD
from pledgegraph.sparql.mending.numbers import (
    FALSE,
    TRUE,
    Term,
    calculate,
    cast,
    compare,
    is_in,
    rounded,
    truth_of,
)
from pledgegraph.sparql.mending.orders import digits, extreme, is_sound

CALCULATE: Final = NamedNode("urn:pledgegraph:calculate")
DIGITS: Final = NamedNode("urn:pledgegraph:digits")
EXTREME: Final = NamedNode("urn:pledgegraph:extreme")
IS_SOUND: Final = NamedNode("urn:pledgegraph:sound")
CAST: Final = NamedNode("urn:pledgegraph:cast")
COMPARE: Final = NamedNode("urn:pledgegraph:compare")
IS_IN: Final = NamedNode("urn:pledgegraph:in")
ROUNDED: Final = NamedNode("urn:pledgegraph:rounded")
TRUTH: Final = NamedNode("urn:pledgegraph:truth")
WHOLE: Final = NamedNode("urn:pledgegraph:whole")
SPACELESS: Final = NamedNode("urn:pledgegraph:spaceless")
REPLACEMENT: Final = NamedNode("urn:pledgegraph:replacement")

_SPACE_OR_KEPT: Final = re.compile(r"(?P<kept>\\.|\[(?:[^\\\]]|\\.)*+\])|[\t\n\r ]+", re.DOTALL)
"""White space, or what it is kept in: an escaped character, or a class of them."""
_NUMERIC: Final = frozenset({XSD.decimal, XSD.float, XSD.double})


def truth(term: Term) -> Term | None:
    """The effective boolean value of what the engine finds none for (section 17.2.2)."""
    if not isinstance(term, Literal):
        return None
    if term.datatype in (RDF.langString, RDF.dirLangString, XSD.string):
        return TRUE if term.value else FALSE
    if term.datatype == XSD.boolean:
        return TRUE if truth_of(term) else FALSE
    if term.datatype in _NUMERIC or is_integer_type(term.datatype):
        number = number_of(term)
        is_true = number is not None and number != 0 and not math.isnan(number)
        return TRUE if is_true else FALSE
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


def spaceless(pattern: Term, flags: Term) -> Term | None:
    """A regular expression as its flag ``x`` has it (XPath Functions, section 5.6.1.1).

    White space goes, but in classes of characters. To the engine ``#`` begins a comment besides.
    """
    if not isinstance(pattern, Literal) or not isinstance(flags, Literal):
        return None
    if "x" not in flags.value or pattern.datatype != XSD.string:
        return pattern
    return Literal(_SPACE_OR_KEPT.sub(lambda match: match["kept"] or "", pattern.value))


FUNCTIONS: Final[dict[NamedNode, Callable[..., Term | None]]] = {
    CALCULATE: calculate,
    CAST: cast,
    COMPARE: compare,
    IS_IN: is_in,
    ROUNDED: rounded,
    TRUTH: truth,
    WHOLE: whole,
    DIGITS: digits,
    EXTREME: extreme,
    IS_SOUND: is_sound,
    REPLACEMENT: replacement,
    SPACELESS: spaceless,
}
