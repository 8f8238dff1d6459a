r"""Codepoint escapes of a query, resolved where the engine leaves them alone.

``\u03B1:a`` is a prefixed name (SPARQL 1.1 Query, section 19.2). The engine resolves such escapes
in strings and IRIs, and takes them for mistakes elsewhere.

See https://www.w3.org/TR/sparql11-query/#codepointEscape
"""

from __future__ import annotations

import re
from typing import Final

from pledgegraph.sparql.exists_labels import with_variables_in_exists
from pledgegraph.sparql.group_keys import with_named_keys
from pledgegraph.sparql.negated_paths import with_brackets
from pledgegraph.sparql.spaced_calls import with_close_parentheses
from pledgegraph.sparql.terminals import OPAQUE

_MARK: Final = "\ufeff"
"""The byte order mark, which editors put before a text; it is no part of it."""
_OPAQUE_OR_ESCAPE: Final = re.compile(
    rf"{OPAQUE}|\\(?:u(?P<short>[0-9A-Fa-f]{{4}})|U(?P<long>[0-9A-Fa-f]{{8}})|.)",
    re.VERBOSE | re.DOTALL,
)
_LAST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


def plain_text(text: str) -> str:
    """A query without byte order mark, its codepoint escapes outside of strings resolved.

    Single properties that are negated get brackets, and variables that GROUP BY gives another name
    become expressions, labels in an EXISTS variables, and a parenthesis moves to its function:
    else the engine cannot read some.
    What is no character, such as half of a surrogate pair, is left for the parser to refuse.
    """
    text = with_brackets(text.removeprefix(_MARK))
    if "\\u" in text or "\\U" in text:
        text = _OPAQUE_OR_ESCAPE.sub(_character, text)
    return with_variables_in_exists(with_named_keys(with_close_parentheses(text)))


def _character(match: re.Match[str]) -> str:
    digits = match["short"] or match["long"]
    if not digits:
        return match[0]
    code = int(digits, 16)
    return match[0] if code > _LAST or code in _SURROGATES else chr(code)
