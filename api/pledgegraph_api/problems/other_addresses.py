"""Where somebody wanted to go who asked for an address that is not there.

People try what other sites have, such as ``/about`` and ``/download``. What means just one thing
here leads on; of what looks like an address of ours that is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from starlette.requests import Request
from starlette.routing import Route

from pledgegraph_api.http.languages import LANGUAGES
from pledgegraph_api.web.links import path_of, root_of

NAMES: Final = {
    "/": "home index index.html index.php start",
    "/catalog": "catalogue data dataset datasets licence license licences licenses terms metadata",
    "/changes": "changelog history news updates",
    "/changes.atom": "atom atom.xml feed feed.xml feeds rss rss.xml",
    "/commitments": "commitment list pledge pledges promise promises",
    "/actors": "actor institutions organisation organisations organization organizations people",
    "/events": "event meetings",
    "/sources": "bibliography documents references source",
    "/registers": "register registries registry",
    "/frameworks": "framework",
    "/countries": "country map regions",
    "/contribute": "contact feedback",
    "/def": "ontology schema vocab vocabulary",
    "/docs": "api api/docs developers redoc rest swagger",
    "/dumps/": "download downloads dump export exports",
    "/guide": "about documentation faq help manual",
    "/health": "status",
    "/methodology": "method methods",
    "/queries": "question questions query",
    "/scheme": "codelists concepts goals groups schemes sdg sdgs topics",
    "/sparql": "endpoint sparql-endpoint",
    "/steward": "admin login sign-in signin",
    "/.well-known/void": "void",
}
"""By address what leads there."""
_LED_ON: Final = {f"/{name}": way for way, names in NAMES.items() for name in names.split()}
_READING: Final = frozenset({"GET", "HEAD"})
_ALIKE: Final = 0.75
_MOST: Final = 3


def meant(request: Request) -> str | None:
    """The address that a request meant, if it can have meant one only; with its parameters."""
    if request.method not in _READING:
        return None
    asked = path_of(request)
    path = asked.lower().rstrip("/") or "/"
    query = request.scope["query_string"].decode("latin-1")
    if path.removeprefix("/") in LANGUAGES:
        return f"{root_of(request)}/?lang={path.removeprefix('/')}"
    way = _LED_ON.get(path) or (path if path in standing(request) else None)
    if way is None or way == asked:
        return None
    return f"{root_of(request)}{way}" + (f"?{query}" if query else "")


def alike(request: Request) -> list[str]:
    """Addresses that look like the one that was asked for, the likest first."""
    path = path_of(request).lower().rstrip("/")
    known = {**_LED_ON, **{each: each for each in standing(request) if "." not in each}}
    found = get_close_matches(path, known, n=2 * _MOST, cutoff=_ALIKE)
    return list(dict.fromkeys(known[each] for each in found))[:_MOST]


def standing(request: Request) -> Iterable[str]:
    """The addresses of pages and lists that nothing has to be put into."""
    return [
        each.path
        for each in request.app.routes
        if isinstance(each, Route) and "{" not in each.path and "GET" in (each.methods or ())
    ]
