"""Matching of names against the records and concepts of a snapshot.

A name is matched only where it can be told whose it is: by identifier, or by a name or acronym, in
whichever language, that one record alone has. Everything else are candidates, for a person to
choose from: the search index finds them, and their likeness gives each a score.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rapidfuzz import fuzz

from pledgegraph.search import Entry, SearchIndex, fold

MOST: Final = 10
"""Candidates of a name, unless somebody asks for more."""
LEAST_SCORE: Final = 55.0
_BLOCK: Final = 200
"""Things that the index finds, of which the likeness is worked out."""
_CERTAIN: Final = 100.0
_BELOW_CERTAIN: Final = 99.0
_WORDS_WITHIN: Final = 0.95
_SHORTENED: Final = 92.0
_SMALL_WORD: Final = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a name may mean."""

    entry: Entry
    score: float
    """How alike it is, up to 100, which only a thing has that is called just so."""
    why: str
    """What was alike: "identifier", "acronym", "name" or "other"."""
    text: str
    """The name of it that was compared."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What a name means, or may mean."""

    exact: Candidate | None
    """The one thing that it means; None where that cannot be told."""
    candidates: tuple[Candidate, ...]
    """What it may mean, the likeliest first; the exact one alone where there is one."""


class Matcher:
    """Matches names against one search index. Any number of threads may use it."""

    def __init__(self, index: SearchIndex, base: str) -> None:
        self._index = index
        self._base = base

    def entry(self, iri: str) -> Entry | None:
        """The thing of that IRI."""
        return self._by_iri.get(iri)

    def match(self, text: str, kinds: Collection[str] = (), *, most: int = MOST) -> Matched:
        """What a text means, among things of those kinds; of any kind where none is given."""
        exact = self._exactly(text, kinds)
        if len(exact) == 1:
            return Matched(exact[0], tuple(exact))
        if exact:
            # Several are called so: nobody but the reader can tell which is meant.
            return Matched(None, tuple(exact[:most]))
        return Matched(None, tuple(self._alike(text, kinds)[:most]))

    def called(self, text: str, kinds: Collection[str] = ()) -> list[Candidate]:
        """The things that are called just so; nothing is searched for."""
        return self._exactly(text, kinds)

    def _exactly(self, text: str, kinds: Collection[str]) -> list[Candidate]:
        text = text.strip()
        entry = self._by_iri.get(text) or self._by_iri.get(f"{self._base}/id/{text}")
        found = [] if entry is None else [Candidate(entry, _CERTAIN, "identifier", text)]
        if not found:
            named = self._named.get(fold(text), {})
            found = [Candidate(self._by_iri[iri], _CERTAIN, *how) for iri, how in named.items()]
        of_kind = [each for each in found if not kinds or each.entry.kind in kinds]
        return sorted(of_kind, key=lambda each: each.entry.thing.value)

    def _alike(self, text: str, kinds: Collection[str]) -> list[Candidate]:
        folded = fold(text)
        block: dict[str, Entry] = {}
        for kind in kinds or ("",):
            for match in self._index.search(text, kind=kind).matches[:_BLOCK]:
                block[match.entry.thing.value] = match.entry
            for like in self._index.like(text, kind=kind)[:_BLOCK]:
                block[like.thing.value] = like
        found = []
        for entry in block.values():
            scored = [
                (likeness(folded, fold(name.text)), name)
                for name in entry.names
                if name.text.strip()
            ]
            if not scored:
                continue
            score, name = max(scored, key=lambda each: each[0])
            if score >= LEAST_SCORE:
                score = round(min(score, _BELOW_CERTAIN), 1)
                found.append(Candidate(entry, score, name.key, name.text))
        return sorted(found, key=lambda each: (-each.score, each.entry.thing.value))

    @cached_property
    def _by_iri(self) -> Mapping[str, Entry]:
        return {entry.thing.value: entry for entry in self._index.entries}

    @cached_property
    def _named(self) -> Mapping[str, Mapping[str, tuple[str, str]]]:
        """By each name: the things that have it, with what it is of them."""
        found: dict[str, dict[str, tuple[str, str]]] = {}
        for entry in self._index.entries:
            iri = entry.thing.value
            for name in entry.names:
                found.setdefault(fold(name.text), {}).setdefault(iri, (name.key, name.text))
            found.setdefault(fold(entry.slug), {}).setdefault(iri, ("identifier", entry.slug))
        return found


def likeness(one: str, other: str) -> float:
    """How alike two folded names are, up to 100.

    The words of one may be among those of the other, in any order, and a word may be the first
    letters of the words that are left over: "kenya nbs" is "kenya national bureau of statistics".
    """
    found = max(
        fuzz.ratio(one, other),
        fuzz.token_sort_ratio(one, other),
        _WORDS_WITHIN * fuzz.token_set_ratio(one, other),
    )
    return max(found, _SHORTENED) if _shortens(one, other) or _shortens(other, one) else found


def _shortens(short: str, long: str) -> bool:
    words = long.split()
    rest = [word for word in words if word not in short.split()]
    letters = {
        "".join(word[0] for word in rest),
        "".join(word[0] for word in rest if len(word) > _SMALL_WORD),
    }
    others = [word for word in short.split() if word not in words]
    return len(others) == 1 and len(others[0]) > 1 and others[0] in letters
