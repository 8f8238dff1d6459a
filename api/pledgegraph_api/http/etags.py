"""Entity tags, and whether a client has what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from starlette.requests import Request

CONDITIONAL: Final = frozenset({"GET", "HEAD", "QUERY"})
"""The safe methods: what they ask for need not be sent to who has it."""
_ADDED: Final = re.compile(r'(?:m[0-9a-f]{8})?w?"$')
"""What a tag ends with beside the digest, which is of hexadecimal digits."""
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


def of_copy(etag: str, copy: str) -> str:
    """The tag of the same answer made from the copy of the data in memory of that name.

    Its rows may be in another order there, so it is another representation.
    """
    return f'{etag[:-1]}m{copy}"'


def from_copies(request: Request, etag: str) -> Iterator[str]:
    """Tags of the same answer from whatever copy that the client has; see `of_copy`."""
    begin = f"{etag[:-1]}m"
    for tag in _TAG.findall(",".join(request.headers.getlist("if-none-match"))):
        if tag.startswith(begin):
            yield f"W/{tag}" if tag.endswith('w"') else tag


def of_same_answer(etag: str, tags: str) -> str | None:
    """The one of ``tags``, as a header has them, that an answer with that tag may have had too.

    The same answer has one tag made from the files, one from each copy in memory, and weak ones.
    """
    stem = _stem(opaque(etag))
    for tag in _TAG.findall(tags):
        if _stem(tag) == stem:
            return f"W/{tag}" if tag.endswith('w"') else tag
    return None


def _stem(tag: str) -> str:
    """A tag without what `of_copy` and `weakened` add."""
    return _ADDED.sub('"', tag)


def weakened(etag: str) -> str:
    """A weak tag for what has other bytes each time, beside the strong one of what has not.

    It has other characters too, so that no client takes the one for the other.
    """
    return f'W/{etag[:-1]}w"'
