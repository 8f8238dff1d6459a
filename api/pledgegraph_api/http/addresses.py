"""IRIs as URIs, which is what headers and addresses hold, and the path of a request as it came.

See https://www.rfc-editor.org/rfc/rfc3987.html#section-3.1. ``a%2Fb`` and ``a/b`` are two paths:
what tells records apart by their addresses looks at the path before it is decoded.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.types import Scope

_STAYS: Final = "%:/?#[]@!$&'()*+,;=~"
"""What may stand in a URI beside letters, digits and ``-._``."""


class AnyPath(PathConvertor):
    """The rest of a path, whatever is in it: an IRI may have an encoded line feed."""

    regex = "(?s:.*)"


register_url_convertor("path", AnyPath())


def uri_of(iri: str) -> str:
    """The URI of an IRI: letters beyond ASCII are percent-encoded, all else stays as it is."""
    return iri if iri.isascii() else quote(iri, safe=_STAYS)


def path_below_root(scope: Scope) -> str:
    """The path of a request below the root of the service, percent-encoded as it came."""
    root = str(scope.get("root_path", "")).rstrip("/")
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        return quote(str(scope["path"]).removeprefix(root), safe=_STAYS.replace("%", ""))
    # Some servers leave what stands behind a question mark in it.
    path, _, _ = raw.decode("latin-1").partition("?")
    return quote(path.removeprefix(root), safe=_STAYS)
