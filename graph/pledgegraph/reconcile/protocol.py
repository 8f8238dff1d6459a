"""The W3C's Reconciliation Service API, version 0.2: queries and their results as JSON.

See https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/. Identifiers
are what follows ``/id/`` in the IRI of a record, and the whole IRI of anything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pledgegraph.errors import InputError
from pledgegraph.namespaces import PG, SCHEME
from pledgegraph.reconcile.matcher import MOST, Candidate, Matcher
from pledgegraph.search import Entry

MOST_QUERIES: Final = 100
"""Queries of one batch."""
MOST_RESULTS: Final = 50
LONGEST: Final = 300
"""Letters of a query."""
TYPES: Final[Mapping[str, str]] = {
    "actor": "Organisation",
    "commitment": "Commitment",
    "event": "Event",
    "country": "Country or region",
    "goal": "Sustainable Development Goal or target",
    "framework": "Framework",
    "register": "Register",
    "outcome": "Outcome",
    "undertaking": "Undertaking",
    "milestone": "Milestone",
    "target": "Target",
    "source": "Source",
    "concept": "Concept",
}
"""The types, with their names."""
_OF_CONCEPTS: Final = {"country": f"{SCHEME}m49#", "goal": "http://metadata.un.org/sdg/"}
_MEMBERS: Final = {"query", "type", "limit", "properties", "type_strict"}
_REMEDY: Final = (
    'Send an object of queries, such as {"q0": {"query": "UNSD", "type": "actor", "limit": 3}}.'
)


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a batch."""

    text: str
    types: tuple[str, ...]
    limit: int


def read_batch(batch: object) -> dict[str, Query]:
    """The queries of a batch (section 4.2, "Reconciliation Queries").

    Raises:
        InputError: it is none, has too many queries, or one of them is not as it has to be.
    """
    if not isinstance(batch, dict):
        raise InputError("The batch of queries is no object.", remedy=_REMEDY)
    if len(batch) > MOST_QUERIES:
        raise InputError(
            f"The batch has {len(batch)} queries; {MOST_QUERIES} is the most.",
            remedy="Send them in several batches.",
        )
    return {name: _query(name, asked) for name, asked in batch.items()}


def _query(name: str, asked: object) -> Query:
    def refused(why: str) -> InputError:
        return InputError(f"The query {name[:40]!r} {why}.", remedy=_REMEDY)

    if not isinstance(asked, dict):
        raise refused("is no object")
    if unknown := set(asked) - _MEMBERS:
        raise refused(f"has the member {min(unknown)[:40]!r}, which no query has")
    text, types, limit = asked.get("query", ""), asked.get("type", []), asked.get("limit", MOST)
    if not isinstance(text, str) or not text.strip():
        raise refused("has no text in `query`; a query by properties alone is not answered here")
    if len(text) > LONGEST:
        raise refused(f"has {len(text)} letters; {LONGEST} is the most")
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not all(isinstance(each, str) for each in types):
        raise refused("has a `type` that is neither a text nor a list of texts")
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 1:
        raise refused("has a `limit` that is no number from 1 on")
    properties = asked.get("properties", [])
    if not isinstance(properties, list) or not all(
        isinstance(each, dict) and "pid" in each and "v" in each for each in properties
    ):
        raise refused("has `properties` that are not objects with `pid` and `v`")
    if asked.get("type_strict", "any") not in ("any", "should", "all"):
        raise refused("has a `type_strict` that is none of any, should and all")
    return Query(text, tuple(each for each in types if each), min(int(limit), MOST_RESULTS))


class Reconciliation:
    """Answers queries with one matcher."""

    def __init__(self, matcher: Matcher, base: str, language: str) -> None:
        self._matcher = matcher
        self._base = base
        self._language = language

    def results(self, queries: Mapping[str, Query]) -> dict[str, Any]:
        """The result of each query of a batch (section 4.3)."""
        return {name: {"result": self._result(query)} for name, query in queries.items()}

    def _result(self, query: Query) -> list[dict[str, Any]]:
        known = [each for each in query.types if each in TYPES]
        if query.types and not known:
            return []
        found = self._candidates(query.text, known, query.limit)
        certain = [each for each in found if each.score == 100]  # noqa: PLR2004 -- called just so
        return [
            {
                "id": self.identifier(each.entry),
                "name": self._name(each),
                "description": self._description(each),
                "type": [{"id": kind, "name": TYPES[kind]} for kind in types_of(each.entry)],
                "score": each.score,
                "match": len(certain) == 1 and each is certain[0],
                "features": [{"id": f"same_{each.why}", "value": each.score}],
            }
            for each in found
        ]

    def _candidates(self, text: str, types: Sequence[str], most: int) -> list[Candidate]:
        kinds = {"concept" if each in _OF_CONCEPTS else each for each in types}
        matched = self._matcher.match(text, kinds, most=MOST_RESULTS)
        return [
            each
            for each in matched.candidates
            if not types or set(types) & set(types_of(each.entry))
        ][:most]

    def suggested(self, prefix: str, most: int = MOST) -> list[dict[str, Any]]:
        """Things whose names begin so or are like it (section 6.1)."""
        return [
            {
                "id": self.identifier(each.entry),
                "name": self._name(each),
                "description": self._description(each),
                "notable": [{"id": kind, "name": TYPES[kind]} for kind in types_of(each.entry)],
            }
            for each in self._candidates(prefix, (), most)
        ]

    def identifier(self, entry: Entry) -> str:
        """What names a thing here."""
        return entry.thing.value.removeprefix(f"{self._base}/id/")

    def _name(self, candidate: Candidate) -> str:
        name = candidate.entry.name(self._language)
        return name.text if name is not None else candidate.entry.slug

    def _description(self, candidate: Candidate) -> str:
        """The name that was alike, where it is not the one shown."""
        return "" if candidate.text == self._name(candidate) else candidate.text


def suggested_types(prefix: str) -> list[dict[str, str]]:
    """The types whose names or identifiers begin so, or have a word that does (section 6.2)."""
    asked = prefix.casefold().strip()
    return [
        {"id": kind, "name": name}
        for kind, name in TYPES.items()
        if kind.startswith(asked) or any(word.startswith(asked) for word in name.casefold().split())
    ]


def types_of(entry: Entry) -> list[str]:
    """The types of a thing, the narrowest first."""
    narrow = [kind for kind, begin in _OF_CONCEPTS.items() if entry.thing.value.startswith(begin)]
    return [*narrow, *([entry.kind] if entry.kind in TYPES else [])]


def manifest(base: str, version: str) -> dict[str, Any]:
    """What the service offers (section 3, "Service Manifest")."""
    return {
        "versions": ["0.2"],
        "name": "Pledgegraph",
        "identifierSpace": f"{base}/id/",
        "schemaSpace": PG.iri,
        "documentation": f"{base}/docs",
        "serviceVersion": version,
        "defaultTypes": [{"id": kind, "name": name} for kind, name in TYPES.items()],
        "view": {"url": f"{base}/reconcile/view?id={{{{id}}}}"},
        "suggest": {
            "entity": {"service_url": base, "service_path": "/reconcile/suggest/entity"},
            "type": {"service_url": base, "service_path": "/reconcile/suggest/type"},
        },
    }
