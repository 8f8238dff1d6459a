"""The order of numbers that the engine cannot hold, and literals that it would take for numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.datatypes import number_of, why_no_literal
from pledgegraph.namespaces import XSD
from pledgegraph.sparql.mending.numbers import FALSE, TRUE, Term, are

_COMPLEMENT: Final = str.maketrans("0123456789", "9876543210")


def digits(term: Term) -> Term | None:
    """A string that stands before that of any larger integer or decimal, and behind of smaller."""
    number = number_of(term) if isinstance(term, Literal) else None
    if not isinstance(number, int | Decimal):
        return None
    exact = Decimal(number)
    if exact == 0:
        return Literal("1")
    written = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    size = f"{exact.adjusted() + 50_000:06}{written}"
    return Literal(f"2{size}" if exact > 0 else f"0{size.translate(_COMPLEMENT)}~")


def extreme(name: Term, nearest: Term, beyond: Term) -> Term | None:
    """The least or the largest of a value that the engine found, and numbers beyond it.

    What it found may be what is nearest to one of those.
    """
    found = nearest
    sign = "<" if isinstance(name, Literal) and name.value == "MIN" else ">"
    for each in getattr(beyond, "value", "").split("|"):
        text, caret, datatype = each.rpartition("^")
        if not caret:
            continue
        number = Literal(text, datatype=NamedNode(datatype))
        if isinstance(found, Literal) and are(sign, found, number) is False:
            found = number
    return found


def is_sound(text: Term, datatype: Term) -> Term | None:
    """Whether the engine gives a literal no value that it does not have."""
    if not isinstance(text, Literal) or not isinstance(datatype, NamedNode):
        return TRUE
    if datatype == XSD.string:
        return TRUE
    return FALSE if why_no_literal(Literal(text.value, datatype=datatype)) else TRUE
