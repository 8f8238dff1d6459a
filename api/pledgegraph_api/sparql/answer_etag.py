"""Entity tags of answers: what names one representation of one answer.

See https://www.rfc-editor.org/rfc/rfc9110.html#section-8.8.3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Final

import pyoxigraph

from pledgegraph.media_types import Format
from pledgegraph.release import release
from pledgegraph.settings import Settings
from pledgegraph_api.http.etags import etag_of
from pledgegraph_api.sparql.protocol import QueryRequest

_OF_ANSWERS: Final = frozenset(
    {
        "base",
        "engine",
        "max_answer_bytes",
        "max_rows",
        "remote_dialect",
        "service_allow",
        "service_bytes",
        "service_rows",
    }
)
"""Settings that answers depend on; in all others nodes may differ."""


class AnswerTags:
    """Makes strong entity tags. All processes of one release agree."""

    def __init__(self, settings: Settings) -> None:
        chosen = settings.model_dump_json(include=set(_OF_ANSWERS))
        self._salt = etag_of(release(), pyoxigraph.__version__, chosen)

    def of(self, version: str, query: QueryRequest, form: Format, coding: str) -> str:
        """The tag of an answer over the snapshot of that name, with its quotation marks."""
        # All that a request says counts, also what later versions of `QueryRequest` let it say.
        said = [(each.name, _settled(getattr(query, each.name))) for each in fields(query)]
        key = repr((self._salt, version, form.name, coding, said))
        return etag_of(key.encode("utf-8", "backslashreplace").decode())


def _settled(value: object) -> object:
    """A value whose `repr` is the same for equal values."""
    if isinstance(value, Mapping):
        return sorted((str(name), str(term)) for name, term in value.items())
    return value
