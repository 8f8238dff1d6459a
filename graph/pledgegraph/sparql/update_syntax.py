"""Whether a text is an update, as the grammar of SPARQL 1.1 has it (rules 29 to 31).

The engine parses an update only where it runs it as well, and takes no prologue behind a
semicolon, which rule 29 allows and clients that join updates write. So a text that it does not
take as a whole is looked at operation by operation. No LOAD is run for that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pyoxigraph import Store

from pledgegraph.errors import QuerySyntaxError, UpdateRefused, UpdateSyntaxError
from pledgegraph.sparql.lexer import syntax_error
from pledgegraph.sparql.update_lexer import Piece, pieces

_SEEN: Final = re.compile(r"[^\n\r]")


def checked_pieces(text: str, *, base: str) -> list[Piece]:
    """The pieces of an update, each of which is right.

    Raises:
        UpdateSyntaxError: it is not SPARQL 1.1 Update.
        UpdateRefused: its brackets cannot be matched surely.
    """
    found = pieces(text)
    is_matched = found[-1].is_matched
    if not is_matched and "LOAD" in text.upper():
        raise _unmatched()
    _require_operations(text, found)
    loads = any(_is_load(piece) for piece in found)
    complaint = None if loads else _complaint(text, base)
    if complaint is not None and all(begin == end for begin, end in _declared(found[1:])):
        raise syntax_error(text, complaint, update=True)
    if complaint is not None or loads:
        for place, piece in enumerate(found):
            if not _is_load(piece):
                _require_right(text, found[: place + 1], base)
        _require_own_blank_nodes(text, found)
    if not is_matched:
        raise _unmatched()
    return found


def _unmatched() -> UpdateRefused:
    """What is said where ``a<b`` and ``c>d`` were taken for an IRI and what it hides."""
    return UpdateRefused(
        "The brackets of the update cannot be matched surely.",
        remedy="Put spaces around `<` and `>` where they compare.",
    )


def _complaint(text: str, base: str) -> str | None:
    """What the engine has against a text; None for nothing."""
    try:
        Store().update(text, base_iri=base)
    except SyntaxError as error:
        return str(error)
    except RuntimeError:
        return None  # It was read whole; there is nothing to clear in an empty store.
    return None


def _is_load(piece: Piece) -> bool:
    """Whether the engine could take it for a LOAD; it needs no space behind the word."""
    return bool(piece.tokens) and piece.tokens[0].text.upper().startswith("LOAD")


def _declared(found: Sequence[Piece]) -> list[tuple[int, int]]:
    return [piece.declared for piece in found]


def _require_operations(text: str, found: Sequence[Piece]) -> None:
    """Refuse a semicolon without an operation before it (rule 29); the engine takes one."""
    for piece in found[:-1]:
        if not piece.tokens:
            raise _error(text, piece.end, "there is no operation before the semicolon")


def _require_right(text: str, found: Sequence[Piece], base: str) -> None:
    """Refuse the last of the pieces if it is wrong; of the others only the prologues count."""
    last = found[-1]
    begin = last.tokens[0].start if last.tokens else last.end
    if _complaint(f"{last.prologue}\n{text[begin : last.end]}", base) is None:
        return
    # The same once more, with everything where it is in the text.
    shown = []
    place = 0
    for start, end in (*_declared(found), (begin, last.end)):
        shown += [_SEEN.sub(" ", text[place:start]), text[start:end]]
        place = end
    alone = "".join(shown)
    raise syntax_error(alone, _complaint(alone, base) or "", update=True)


def _require_own_blank_nodes(text: str, found: Sequence[Piece]) -> None:
    """Refuse a label of blank nodes in two operations (section 19.6 of SPARQL 1.1 Query)."""
    used: dict[str, int] = {}
    for number, piece in enumerate(found):
        for token in piece.tokens:
            if token.text.startswith("_:") and used.setdefault(token.text, number) != number:
                what = f"the blank node {token.text[:40]} is in an operation before it already"
                raise _error(text, token.start, what)


def _error(text: str, place: int, what: str) -> QuerySyntaxError:
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    return UpdateSyntaxError(
        f"The update is not valid SPARQL 1.1 at line {line}, column {column}: {what}.",
        line=line,
        column=column,
    )
