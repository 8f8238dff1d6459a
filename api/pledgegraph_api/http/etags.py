"""Entity tags, and whether a client has what they stand for."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

from starlette.requests import Request

CONDITIONAL: Final = frozenset({"GET", "HEAD", "QUERY"})
"""The safe methods: what they ask for need not be sent to who has it."""
_ADDED: Final = re.compile('w"$')
"""What a tag may end with beside the digest, which is of hexadecimal digits."""
_GIVEN: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_TAG: Final = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def etag_of(*parts: object) -> str:
    """A strong entity tag for what the parts determine, such as snapshot, format and language."""
    text = "\x1f".join(str(part) for part in parts)
    return f'"{blake2b(text.encode(), digest_size=12).hexdigest()}"'


def not_modified(request: Request, etag: str) -> bool:
    """Whether the client has that representation already: RFC 9110, section 13.1.2.

    See https://www.rfc-editor.org/rfc/rfc9110.html#section-13.1.2
    """
    if request.method not in CONDITIONAL:
        return False
    header = ",".join(request.headers.getlist("if-none-match"))
    return header.strip() == "*" or opaque(etag) in _TAG.findall(header)


def opaque(etag: str) -> str:
    """The tag without what makes a weak one of it; weak comparison is of that."""
    return etag.removeprefix("W/")


def unordered(etag: str) -> str:
    """The weak tag of the same answer where its rows may come in another order each time.

    Weak comparison takes both for the same, also in caches between.
    """
    return f"W/{etag}"


def of_same_answer(etag: str, tags: str) -> str | None:
    """The one of ``tags``, as a header has them, that an answer with that tag may have had too."""
    stem = _stem(opaque(etag))
    for tag in _GIVEN.findall(tags):
        if _stem(opaque(tag)) == stem:
            return str(tag)
    return None


def _stem(tag: str) -> str:
    """A tag without what `weakened` adds."""
    return _ADDED.sub('"', tag)


def weakened(etag: str) -> str:
    """A weak tag for what has other bytes each time, beside the strong one of what has not.

    It has other characters too, so that no client takes the one for the other.
    """
    return f'W/{etag[:-1]}w"'
