"""Which ranges of a file are sent: RFC 9110, section 14.

See https://www.rfc-editor.org/rfc/rfc9110.html#section-14.2
"""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

_BLANKS: Final = r"[ \t]*+"
_RANGE: Final = r"(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
_SET: Final = re.compile(
    rf"bytes={_BLANKS}(?:,{_BLANKS})*+{_RANGE}(?:[ \t,]++{_RANGE})*+[ \t,]*+", re.I
)
_EACH: Final = re.compile(r"([0-9]*)-([0-9]*)")


def keep_satisfiable(scope: Scope, size: int) -> None:
    """Leave in a request the ranges that a file of that size can satisfy.

    The header is taken away where its unit is not bytes, it is no set of ranges or the request is
    no GET, so that the whole file is sent. It stays as it is where nothing in it can be
    satisfied: that is 416.
    """
    headers = MutableHeaders(scope=scope)
    given = headers.getlist("range")
    if not given:
        return
    text = given[0].strip() if len(given) == 1 and scope["method"] == "GET" else ""
    wanted = [match.groups() for match in _EACH.finditer(text)] if _SET.fullmatch(text) else []
    if not wanted or any(first and last and int(last) < int(first) for first, last in wanted):
        del headers["range"]
        return
    fitting = [
        f"{first}-{last}"
        for first, last in wanted
        if (int(first) < size if first else int(last) > 0 and size > 0)
    ]
    headers["range"] = f"bytes={','.join(fitting)}" if fitting else f"bytes={size}-"
