"""Whether a query has a SERVICE clause (SPARQL 1.1 Federated Query, section 2).

The engine follows such clauses into the network and has no switch for it. Where its grammar
sees a keyword cannot be told without its parser: it needs no space behind most words
(``SERVICEex:a{}`` is a call), and what looks like an IRI or a string may be neither
(``FILTER(1<2)SERVICE#>``). So the text is searched, without asking what stands around it, for
what every call has: the word, a variable or an IRI, and an opening brace. A match in a string
is refused in vain; a call is never missed.
"""

from __future__ import annotations

import re
from typing import Final

_LINE: Final = re.compile(r"[^\n\r]+")
_COMMENT_LINE: Final = re.compile(r"[ \t]*#[^\"'\n\r]*+")
_WORD: Final = re.compile(r"[?$]?\w+")
_KEYWORD: Final = re.compile("service", re.IGNORECASE | re.ASCII)
_SILENT: Final = re.compile("silent", re.IGNORECASE | re.ASCII)
_SPACE: Final = re.compile(r"[ \t\n\r]+")
_IRI: Final = re.compile(r"<[^<>\"{}|^`\x00-\x20]*>")
_NAME: Final = re.compile(r"[?$]?(?:\\.|[\w.\-:%]|[^\x00-\x7f])+")
"""A variable or a prefixed name, and more than that."""


def calls_service(text: str) -> bool:
    """True when the query has a SERVICE clause; takes time linear in its length.

    Variables do not count, nor do lines that are nothing but a comment: such a line lies
    either in a comment or, if no quotation mark comes before, in a long string.
    """
    if _KEYWORD.search(text) is None:
        return False
    search = _Search(text)
    for line in _LINE.finditer(text):
        comment = _COMMENT_LINE.match(text, line.start())
        begin = comment.end() if comment else line.start()
        for word in _WORD.finditer(text, begin, line.end()):
            if word[0][0] in "?$":
                continue
            for keyword in _KEYWORD.finditer(text, word.start(), word.end()):
                if search.is_call(keyword.end()):
                    return True
    return False


class _Search:
    """Looks at what follows a keyword; remembers ends, so that nothing is walked twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_end = 0
        self._name_end = 0
        self._last_colon = 0

    def is_call(self, place: int) -> bool:
        """True when what every call has follows at ``place``, behind the keyword."""
        begin = self._skip(place)
        silent = _SILENT.match(self._text, begin)
        return self._names_and_opens(begin) or (
            silent is not None and self._names_and_opens(self._skip(silent.end()))
        )

    def _names_and_opens(self, place: int) -> bool:
        iri = _IRI.match(self._text, place)
        end = iri.end() if iri else self._name(place)
        return end > place and self._text.startswith("{", self._skip(end))

    def _name(self, place: int) -> int:
        """The end of the variable or prefixed name at ``place``; ``place`` if there is none."""
        if place >= self._name_end:
            name = _NAME.match(self._text, place)
            if name is None:
                return place
            self._name_end = name.end()
            self._last_colon = self._text.rfind(":", place, name.end())
        is_variable = self._text.startswith(("?", "$"), place)
        return self._name_end if is_variable or self._last_colon >= place else place

    def _skip(self, place: int) -> int:
        """The first place from there on that is neither white space nor comment."""
        while True:
            space = _SPACE.match(self._text, place)
            if space:
                place = space.end()
            if not self._text.startswith("#", place):
                return place
            if place >= self._line_end:
                end = _LINE.match(self._text, place)
                self._line_end = end.end() if end else len(self._text)
            place = self._line_end
