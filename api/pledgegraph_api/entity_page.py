"""The page about a record, with its data in other forms beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.documents import Names, Profiles
from pledgegraph.engine import Snapshot
from pledgegraph.terms import PG
from pledgegraph_api.document_address import DOCUMENT_FORMATS, document_path, record_path
from pledgegraph_api.document_source import Found
from pledgegraph_api.entity_telling import Telling
from pledgegraph_api.languages import required_language
from pledgegraph_api.page_links import PageLink, root_of
from pledgegraph_api.pages import Pages

_SOURCES: Final = frozenset({PG.Source, PG.EditorialSource, PG.ReferenceSource})


class EntityPage:
    """Makes the pages about records. Blocks: to be called in a thread."""

    def __init__(self, pages: Pages, profiles: Profiles, names: Names, base: str) -> None:
        self._pages = pages
        self._profiles = profiles
        self._names = names
        self._base = base

    def render(
        self,
        request: Request,
        snapshot: Snapshot,
        found: Found,
        *,
        status: int,
        headers: Mapping[str, str],
    ) -> Response:
        """The page, in the reader's language."""
        language = required_language(request)
        telling = Telling(
            self._profiles,
            self._names,
            snapshot,
            found.document,
            language=language.tag,
            words=self._pages.wording[language.tag],
            base=self._base,
        )
        document = found.document
        record = document.record.value
        path = document_path(document.record, self._base) or "/"
        query = f"?page={document.page}" if document.page > 1 else ""
        card = telling.card(document.record, document.links, whole=False)
        content: dict[str, Any] = {
            "card": card,
            "sections": telling.sections(),
            "sources": telling.sources(),
            "record": record,
            "record_link": f"{root_of(request)}{record_path(record, self._base)}",
            "canonical": f"{self._base}{path}{query}",
            "document": document,
            "document_path": path,
            "formats": [
                PageLink(each.name, each.title, f"{path}.{each.extension}{query}")
                for each in DOCUMENT_FORMATS
            ],
            "alternates": [
                (each.media_type, f"{path}.{each.extension}{query}") for each in DOCUMENT_FORMATS
            ],
            "retraction": telling.retraction(found),
            "is_source": bool(_SOURCES & set(telling.classes(document.record))),
        }
        return self._pages.render(
            request,
            "entity.html",
            language=language,
            status=status,
            headers=headers,
            state=None if found.retraction else (record, document.sequence, document.page),
            **content,
        )
