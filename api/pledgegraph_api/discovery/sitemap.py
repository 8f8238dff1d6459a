"""How crawlers find their way: `/robots.txt` and `/sitemap.xml`.

See https://www.rfc-editor.org/rfc/rfc9309.html and https://www.sitemaps.org/protocol.html. A
sitemap holds at most 50,000 addresses; where there are more, the first is an index of the rest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from fastapi import FastAPI
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pledgegraph.store import Engine, OnceASnapshot, Snapshot, solutions
from pledgegraph_api.http.query_params import taking
from pledgegraph_api.http.respond import respond
from pledgegraph_api.web.record_paths import document_path

MOST: Final = 50_000
_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_RECORDS: Final = (Path(__file__).resolve().parent / "queries/records.rq").read_text(
    encoding="utf-8"
)
_STANDING: Final = (
    "/",
    "/progress",
    "/queries",
    "/sparql",
    "/commitments",
    "/actors",
    "/events",
    "/sources",
    "/registers",
    "/frameworks",
    "/countries",
    "/def",
    "/scheme",
    "/catalog",
    "/methodology",
    "/guide",
)
# Answers to queries are no pages of their own, and there is no end to them.
_ROBOTS: Final = """\
User-agent: *
Disallow: /sparql?
Disallow: /update
Disallow: /graphs
Disallow: /search?

Sitemap: {base}/sitemap.xml
"""


class Finding:
    """Serves both files; the sitemap lists a page for each record of the newest snapshot."""

    def __init__(self, engine: Engine, base: str, *, most: int = MOST) -> None:
        self._found = OnceASnapshot(engine, self._addresses)
        self._base = base
        self._most = most

    def install(self, app: FastAPI) -> None:
        """Put the files at their addresses."""
        for path, endpoint in (
            ("/robots.txt", self.robots),
            ("/sitemap.xml", self.sitemap),
            ("/sitemap-{number}.xml", self.part),
        ):
            app.add_api_route(
                path,
                endpoint,
                methods=["GET", "HEAD"],
                include_in_schema=False,
                dependencies=taking(),
            )

    async def robots(self) -> Response:
        """What crawlers may read."""
        return PlainTextResponse(_ROBOTS.format(base=self._base))

    async def sitemap(self, request: Request) -> Response:
        """All addresses, or the index of the sitemaps that hold them."""
        sequence, addresses = await run_in_threadpool(self._found.current)
        if len(addresses) <= self._most:
            return _xml(request, sequence, "urlset", "url", addresses)
        parts = range(1, -(-len(addresses) // self._most) + 1)
        names = [f"{self._base}/sitemap-{number}.xml" for number in parts]
        return _xml(request, sequence, "sitemapindex", "sitemap", names)

    async def part(self, request: Request, number: str) -> Response:
        """One of the sitemaps that the index names."""
        sequence, addresses = await run_in_threadpool(self._found.current)
        place = (
            int(number) - 1
            if number.isascii() and number.isdecimal() and len(number) < len(str(self._most))
            else -1
        )
        found = addresses[place * self._most : (place + 1) * self._most] if place >= 0 else []
        if not found:
            raise HTTPException(404)
        return _xml(request, sequence, "urlset", "url", found)

    def _addresses(self, snapshot: Snapshot) -> tuple[int, list[str]]:
        begin = f"{self._base}/id/"
        rows = solutions(snapshot, _RECORDS, {})
        records = [row["record"] for row in rows if isinstance(row["record"], NamedNode)]
        ours = [each for each in records if each.value.startswith(begin)]
        paths = sorted({path for each in ours if (path := document_path(each, self._base))})
        return snapshot.sequence, [self._base + path for path in (*_STANDING, *paths)]


def _xml(request: Request, sequence: int, root: str, item: str, addresses: list[str]) -> Response:
    def write() -> bytes:
        tree = ET.Element(root, xmlns=_NAMESPACE)
        for address in addresses:
            ET.SubElement(ET.SubElement(tree, item), "loc").text = address
        text: bytes = ET.tostring(tree, encoding="utf-8", xml_declaration=True)
        return text

    return respond(
        request,
        write,
        content_type="application/xml",
        state=(sequence,),
        headers={"Pledgegraph-Snapshot": str(sequence)},
    )
