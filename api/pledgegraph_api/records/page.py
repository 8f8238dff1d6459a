"""The page about a record, with its data in other forms beside it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.documents import Names, Profiles
from pledgegraph.history import PastVersion
from pledgegraph.namespaces import PG
from pledgegraph.store import Snapshot
from pledgegraph_api.http.languages import required_language
from pledgegraph_api.records.holder_view import HOLDERS, holder_for
from pledgegraph_api.records.lookup import Found
from pledgegraph_api.records.promise_facts import PROMISES
from pledgegraph_api.records.promise_view import answer_for
from pledgegraph_api.records.record_queries import query_of
from pledgegraph_api.records.tallies import Tallies
from pledgegraph_api.records.view import Telling
from pledgegraph_api.web.links import PageLink, root_of
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.record_paths import DOCUMENT_FORMATS, document_path, record_path

_EDITORIAL: Final = frozenset({PG.EditorialSource, PG.ReferenceSource})
STATEMENTS: Final = "statements"
"""The view of a record that has no answer, but all that is stated."""
_SOURCES: Final = frozenset({PG.Source, *_EDITORIAL})


def answers(classes: Set[NamedNode]) -> bool:
    """Whether the page of a record of those classes begins with an answer.

    What editors and rules say is no document that tells of commitments.
    """
    return bool((PROMISES | HOLDERS) & classes) and not classes & _EDITORIAL


class EntityPage:
    """Makes the pages about records. Blocks: to be called in a thread."""

    def __init__(
        self, pages: Pages, profiles: Profiles, names: Names, tallies: Tallies, base: str
    ) -> None:
        self._pages = pages
        self._profiles = profiles
        self._names = names
        self._tallies = tallies
        self._base = base

    def render(
        self,
        request: Request,
        snapshot: Snapshot,
        found: Found,
        *,
        status: int,
        headers: Mapping[str, str],
        version: PastVersion | None,
        statements_only: bool,
        is_preview: bool = False,
        back: str = "",
    ) -> Response:
        """The page, in the reader's language; one of a version leads to others of that version.

        Where what was found is brief, it answers what is asked of such records, and leads to all
        statements; else it shows them. ``statements_only`` is whether those alone were asked for.
        A preview says that it is one, leads to nothing that is not there yet, and has no entity
        tag: no other page of that record is like it. ``back`` is where it leads back to; a preview
        of a form, which no address holds, leads nowhere.
        """
        language = required_language(request)
        telling = Telling(
            self._profiles,
            self._names,
            snapshot,
            found.document,
            language=language.tag,
            words=self._pages.wording[language.tag],
            base=self._base,
            version=None if version is None else version.sequence,
        )
        document = found.document
        record = document.record.value
        path = document_path(document.record, self._base) or "/"
        query = _query(document.page, version)
        card = telling.card(document.record, document.links, whole=False)
        classes = set(telling.classes(document.record))
        today = datetime.now(UTC).date() if version is None else version.time.date()
        # Whoever looks at statements goes on with statements, where the bare address answers.
        view = STATEMENTS if answers(classes) and found.retraction is None else ""
        content: dict[str, Any] = {
            "is_preview": is_preview,
            "back": back,
            "card": card,
            "record": record,
            "record_link": f"{root_of(request)}{record_path(record, self._base)}",
            "canonical": f"{self._base}{path}{_query(document.page, None)}",
            "document": document,
            "document_path": path,
            "statements_path": f"{path}{_query(1, version, view=STATEMENTS)}",
            "before": f"{path}{_query(document.page - 1, version, view=view)}",
            "after": f"{path}{_query(document.page + 1, version, view=view)}",
            "answer_path": f"{path}{_query(1, version)}" if view else "",
            "earlier": version,
            "formats": [
                PageLink(each.name, each.title, f"{path}.{each.extension}{query}")
                for each in DOCUMENT_FORMATS
            ],
            "alternates": [
                (each.media_type, f"{path}.{each.extension}{query}") for each in DOCUMENT_FORMATS
            ],
            "retraction": telling.retraction(found),
            "is_source": bool(_SOURCES & classes),
        }
        template = "entity.html"
        if found.brief:
            seen: dict[str, Any] = {
                "language": language.tag,
                "words": self._pages.wording[language.tag],
                "base": self._base,
                "version": None if version is None else version.sequence,
                "today": today,
            }
            kept = (self._names, self._profiles)
            content["today"] = today
            if PROMISES & classes:
                template = "promise.html"
                content["answer"] = answer_for(snapshot, document.record, *kept, **seen)
                sequence = None if version is None else version.sequence
                content["query_address"] = _evidence(document.record, sequence)
            else:
                template = "holder.html"
                content["holder"] = holder_for(
                    snapshot, document.record, classes, *kept, tallies=self._tallies, **seen
                )
        else:
            content["sections"] = telling.sections()
            content["fragments"] = telling.fragments()
            content["sources"] = telling.sources()
        return self._pages.render(
            request,
            template,
            language=language,
            status=status,
            headers=headers,
            state=None
            if found.retraction or is_preview
            else (record, document.sequence, document.page, statements_only, found.brief and today),
            **content,
        )


def _evidence(promise: NamedNode, version: int | None) -> str:
    """The form with the query that counts what the page of a promise counts."""
    asked = {"query": query_of("evidence_of_promise", promise)}
    return f"/sparql?{urlencode(asked if version is None else {**asked, 'version': version})}"


def _query(page: int, version: PastVersion | None, *, view: str = "") -> str:
    pairs: dict[str, str | int] = {"view": view} if view else {}
    if page > 1:
        pairs["page"] = page
    if version is not None:
        pairs["version"] = version.sequence
    return f"?{urlencode(pairs)}" if pairs else ""
