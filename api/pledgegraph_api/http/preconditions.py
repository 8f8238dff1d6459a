"""If-Match and If-None-Match where a request changes something.

See https://www.rfc-editor.org/rfc/rfc9110.html#section-13
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from pledgegraph_api.errors import ParameterError, PreconditionFailed

_OPAQUE: Final = r'"[\x21\x23-\x7e\x80-\xff]*+"'
_TAG: Final = re.compile(rf"(W/)?({_OPAQUE})")
_LIST: Final = re.compile(rf"[ \t,]*+(?:(?:W/)?{_OPAQUE}[ \t]*+(?:,[ \t,]*+|\Z))++")
Tags = Callable[[], Collection[str]]


@dataclass(frozen=True, slots=True)
class TagList:
    """The value of a header: entity tags, or `*`."""

    is_any: bool
    strong: frozenset[str] = frozenset()
    """Its strong tags, with their quotation marks."""
    opaque: frozenset[str] = frozenset()
    """Its tags, strong and weak, as if all were strong."""


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What a request says of the state of what it is about."""

    match: TagList | None
    none_match: TagList | None

    def __bool__(self) -> bool:
        return self.match is not None or self.none_match is not None

    def check(self, what: str, tags: Tags | None, *, at: str) -> None:
        """Refuse the request if it is meant for another state (RFC 9110, section 13.2.2).

        ``what`` is it in words, found at the address ``at``. ``tags`` gives the entity tags of
        all its representations, and is None where it is not there.

        Raises:
            PreconditionFailed: it is.
        """
        if self.match is not None and not self._matches(self.match.is_any, self.match.strong, tags):
            if tags is None:
                raise PreconditionFailed(
                    f"{what} is not there, and the request has the header If-Match.",
                    remedy="Send the request without If-Match to make it anew.",
                )
            raise PreconditionFailed(
                f"{what} is in another state than the one that If-Match names.",
                remedy=f"Get it again from {at} and look at what has changed. Make your change to "
                "what you get, and send it with the ETag of that answer in If-Match.",
            )
        listed = self.none_match
        if listed is not None and self._matches(listed.is_any, listed.opaque, tags):
            if listed.is_any:
                raise PreconditionFailed(
                    f"{what} is there already, and the request has the header If-None-Match: *.",
                    remedy=f"To change what is there, get it from {at} and send the ETag of the "
                    "answer in If-Match. To make another one, choose another name.",
                )
            raise PreconditionFailed(
                f"{what} is in a state that If-None-Match names.",
                remedy="Leave If-None-Match out to change it in that state as well.",
            )

    @staticmethod
    def _matches(is_any: bool, listed: Collection[str], tags: Tags | None) -> bool:  # noqa: FBT001
        if tags is None:
            return False
        return is_any or any(tag in listed for tag in tags())


def preconditions_of(request: Request) -> Preconditions:
    """What the headers of a request say.

    Raises:
        ParameterError: one of them is no list of entity tags; nothing can be sure then.
    """
    return Preconditions(match_of(request), _listed(request, "If-None-Match"))


def match_of(request: Request) -> TagList | None:
    """What If-Match says.

    Raises:
        ParameterError: it is no list of entity tags.
    """
    return _listed(request, "If-Match")


def _listed(request: Request, name: str) -> TagList | None:
    given = request.headers.getlist(name)
    if not given:
        return None
    text = ", ".join(given).strip()
    if text == "*":
        return TagList(is_any=True)
    if not _LIST.fullmatch(text):
        raise ParameterError(
            f"The header {name} is not a list of entity tags: {text[:100]!r}.",
            remedy=f'Send `*`, or an ETag with its quotation marks, as in {name}: "3f8a21c0".',
        )
    found = [(match[1], match[2]) for match in _TAG.finditer(text)]
    return TagList(
        is_any=False,
        strong=frozenset(tag for weak, tag in found if not weak),
        opaque=frozenset(tag for _, tag in found),
    )
