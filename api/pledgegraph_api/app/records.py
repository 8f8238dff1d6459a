"""Puts together what answers for records: documents, context and frames, and the lists."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from pledgegraph.documents import Context, JsonLd, read_context, read_profiles
from pledgegraph.search import NewestIndex
from pledgegraph.store import Engine
from pledgegraph_api.answers.compare import ComparePage
from pledgegraph_api.answers.country import CountryPages
from pledgegraph_api.answers.embed import Embeds
from pledgegraph_api.app.history import Copies
from pledgegraph_api.collections.endpoint import CollectionEndpoint
from pledgegraph_api.collections.table import COLLECTIONS, Tables
from pledgegraph_api.progress.endpoint import ProgressPage
from pledgegraph_api.progress.ledger import Ledgers
from pledgegraph_api.reconcile.endpoint import ReconcileEndpoint
from pledgegraph_api.records.endpoint import DocumentEndpoint
from pledgegraph_api.records.jsonld_context import ContextEndpoint
from pledgegraph_api.records.lookup import DocumentSource
from pledgegraph_api.records.page import EntityPage
from pledgegraph_api.records.tallies import Tallies
from pledgegraph_api.records.timemap import TimeMaps
from pledgegraph_api.search.endpoint import SearchEndpoint
from pledgegraph_api.sharing.endpoint import Sharing
from pledgegraph_api.web.pages import Pages
from pledgegraph_api.web.record_paths import CONTEXT_PATH


def install_documents(
    app: FastAPI, engine: Engine, pages: Pages, base: str, copies: Copies
) -> Ledgers:
    """Put in place what answers for records, alone and in lists, and what finds them.

    Returns what knows how each commitment stands.
    """
    profiles = read_profiles()
    source = DocumentSource(engine, profiles)
    tallies = Tallies(engine)
    page = EntityPage(pages, profiles, source.names, tallies, base)
    json_ld = JsonLd(profiles, Context(read_context()), f"{base}{CONTEXT_PATH}")
    DocumentEndpoint(source, page, json_ld, base, copies.past).install(app)
    TimeMaps(source, copies.log, base).install(app)
    ContextEndpoint(profiles, base).install(app)
    ledgers = Ledgers(engine, source.names)
    progress = ProgressPage(ledgers, pages, base)
    progress.install(app)
    index = NewestIndex(engine, base)
    searches = SearchEndpoint(index, pages, base)
    searches.install(app)
    ReconcileEndpoint(index, base).install(app)
    tables = Tables(engine, source.names, ledgers)
    sharing = Sharing(engine, ledgers, tables, searches, names=source.names, pages=pages, base=base)
    sharing.install(app)
    for collection in COLLECTIONS:
        CollectionEndpoint(collection, tables, pages, base).install(app)
    seen: dict[str, Any] = {"names": source.names, "profiles": profiles, "base": base}
    CountryPages(engine, tables, pages, tallies=tallies, **seen).install(app)
    ComparePage(engine, pages, copies.past, tallies=tallies, **seen).install(app)
    Embeds(engine, progress, pages, **seen).install(app)
    return ledgers
