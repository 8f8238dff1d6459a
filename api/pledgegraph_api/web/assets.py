"""The files that pages load: their style, their icon, and what `/docs` runs.

Pages name each by a hash of what is in it, so that browsers keep it for good and still get a new
one at once. Under its plain name a file is asked for again each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph_api.http.etags import etag_of
from pledgegraph_api.http.respond import FOR_GOOD, respond

_STATIC: Final = Path(__file__).resolve().with_name("static")
_BUILT: Final = _STATIC / "build"
"""What the package build makes, see `scripts/editor_bundle.py`; it may be missing."""
_SWAGGER_UI: Final = Path(str(files("fastapi_swagger") / "resources"))
_KINDS: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_ICON: Final = "icon.svg"


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    kind: str
    hashed: str
    """Its name with the hash."""


class Assets:
    """The files by their names."""

    def __init__(self, built: Path) -> None:
        """``built`` is the folder that the package build makes; it may be missing."""
        bundles = sorted(built.glob("workbench*"))
        paths = [*_STATIC.iterdir(), *bundles, *_SWAGGER_UI.glob("swagger-ui*")]
        found = {each.name: _asset(each) for each in paths if each.suffix in _KINDS}
        self._plain: Final = found
        self._hashed: Final = {each.hashed: each for each in found.values()}

    def install(self, app: FastAPI) -> None:
        """Put them below ``/static``, and the icon where browsers look for one unasked."""
        methods = ["GET", "HEAD"]
        app.add_api_route(
            "/static/{name:path}", self.file, methods=methods, include_in_schema=False
        )
        app.add_api_route("/favicon.ico", self.icon, methods=methods, include_in_schema=False)

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return name in self._plain

    def address(self, name: str) -> str:
        """Where a page finds the file of that name, below the root of the service."""
        return f"/static/{self._plain[name].hashed}"

    async def file(self, request: Request, name: str) -> Response:
        """A file, by its plain name or by the one with its hash."""
        asset = self._hashed.get(name)
        if asset is not None:
            return _answer(request, asset, FOR_GOOD)
        asset = self._plain.get(name)
        if asset is None:
            raise HTTPException(404)
        return _answer(request, asset, "no-cache")

    async def icon(self, request: Request) -> Response:
        """The icon, for who asks for it without having seen a page."""
        return _answer(request, self._plain[_ICON], "public, max-age=86400")


_read: Final = cache(Assets)


def shipped_assets() -> Assets:
    """Those of this release, read once a process."""
    return _read(_BUILT)


def _asset(path: Path) -> _Asset:
    content = path.read_bytes()
    name = f"{path.stem}.{blake2b(content, digest_size=8).hexdigest()}{path.suffix}"
    return _Asset(content, _KINDS[path.suffix], name)


def _answer(request: Request, asset: _Asset, kept: str) -> Response:
    # The hash in its name stands for its bytes.
    tag = etag_of(asset.hashed)
    kind = f"{asset.kind}; charset=utf-8" if asset.kind.startswith("text/") else asset.kind
    return respond(request, lambda: asset.content, content_type=kind, tag=tag, cache=kept)
