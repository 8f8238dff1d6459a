"""The words of a snapshot's records, and what is found by some of them.

Tantivy finds the candidates: whole words, their stems in five languages, words that begin so,
words with one letter wrong, and pairs of letters, which find Chinese and parts of words. What
order they come in is decided here, so that it can be explained: an acronym or identifier that is
asked for exactly comes first, then names, then other names, then texts; among equals commitments
come before actors and concepts last. See docs/decisions for why it is not SQLite's FTS5.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tantivy import (
    Document,
    Filter,
    Index,
    Occur,
    Query,
    SchemaBuilder,
    Searcher,
    SearchResult,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from pledgegraph.search.entries import CONCEPT, Entry, Name, in_order, order_of, read_entries
from pledgegraph.store.engine import Snapshot

LONGEST_SEARCH: Final = 200
"""Letters of a query."""
_MOST_WORDS: Final = 12
BLOCK: Final = 2_000
"""Things that are put in order among each other; what fits less well comes behind all of them."""
_MOST_VALUES: Final = 65_000
"""Kinds, and registers, that are counted."""
_STEMMERS: Final = {
    "ar": "arabic",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "ru": "russian",
}
_WORD: Final = re.compile(r"\w+")
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Letters of scripts that put no space between words."""
_FUZZY_FROM: Final = 5
"""Letters that a word has at least for one of them to be wrong."""
_SNIPPET: Final = 160
_GRAM: Final = 3
_NEAREST: Final = 20
"""Things that are shown where nothing has all the words."""
_TEXT_RANK: Final = 5


@dataclass(frozen=True, slots=True)
class Match:
    """Something that was found, and why."""

    entry: Entry
    rank: int
    """What was matched: 0 an acronym or identifier, 1 the whole name, 2 its beginning, 3 words of
    it, 4 words of another name, 5 words of a text, 6 something like them."""
    name: Name | None
    """The name that was matched; None where a text was."""
    snippet: str
    """The part of the text that was matched; empty where a name was."""
    snippet_language: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search finds."""

    sequence: int
    matches: tuple[Match, ...]
    """Those of the block that was asked for, the best first."""
    total: int
    """How many there are in all blocks."""
    kinds: Mapping[str, int]
    """How many of each kind there are, whichever kind was asked for."""
    registers: Mapping[str, int]
    nearest: bool
    """Whether nothing has all the words, and these have something like them."""


class SearchIndex:
    """The index of one snapshot, in memory. Any number of threads may search it."""

    def __init__(self, snapshot: Snapshot, base: str) -> None:
        """Read and index a snapshot; blocks for about 0.1 ms a record."""
        self.sequence: Final = snapshot.sequence
        self._entries = read_entries(snapshot, base)
        self._folded = [
            (fold(entry.slug), tuple(fold(name.text) for name in entry.names))
            for entry in self._entries
        ]
        """The slug and the names of each as they are compared, once for all searches."""
        self._by_iri = {entry.thing.value: entry for entry in self._entries}
        self.kinds: Final = tuple(sorted({entry.kind for entry in self._entries}))
        """Kinds of what can be found."""
        builder = SchemaBuilder()
        builder.add_integer_field("entry", fast=True)
        for name in ("kind", "register"):
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        for name in ("words", "grams", *(f"stem_{tag}" for tag in _STEMMERS)):
            builder.add_text_field(name, tokenizer_name=name)
        self._schema = builder.build()
        self._index = Index(self._schema)
        self._analysers = _analysers()
        for name, analyser in self._analysers.items():
            self._index.register_tokenizer(name, analyser)
        writer = self._index.writer(heap_size=30_000_000, num_threads=1)
        for number, entry in enumerate(self._entries):
            writer.add_document(_document(number, entry))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> Sequence[Entry]:
        """Everything that can be found, by IRI."""
        return self._entries

    def entry(self, iri: str) -> Entry | None:
        """What is known of a thing; None where it cannot be found."""
        return self._by_iri.get(iri)

    def search(self, text: str, *, kind: str = "", register: str = "", block: int = 0) -> Found:
        """What has all the words of a text, the best first; else what has something like them.

        ``kind`` and ``register`` (an IRI) keep only what is of it or in it; the counts by kind
        are of what is in the register, those by register of what is of the kind. ``block`` counts
        from 0: each holds `BLOCK` matches, the last one what is left.
        """
        folded = fold(text[:LONGEST_SEARCH])
        words = _WORD.findall(folded)[:_MOST_WORDS]
        if not words:
            return Found(self.sequence, (), 0, {}, {}, nearest=False)
        searcher = self._index.searcher()
        query = Query.boolean_query([(Occur.Must, self._word(w)) for w in words])
        if not searcher.search(query, limit=1, count=False).hits:
            return self._nearest(folded, words, kind, register)
        narrowed = self._narrowed(query, kind=kind, register=register)
        # Tantivy takes memory for as many as come before.
        start = min(block * BLOCK, len(self._entries))
        found = searcher.search(narrowed, limit=BLOCK, offset=start, count=False)
        numbers = _numbers(searcher, found)
        kinds = _counts(searcher, self._narrowed(query, register=register), "kind")
        registers = _counts(searcher, self._narrowed(query, kind=kind), "register")
        return Found(
            self.sequence,
            self._matches(numbers, folded, words),
            kinds.get(kind, 0) if kind else sum(kinds.values()),
            in_order(kinds),
            _most_first(registers),
            nearest=False,
        )

    def every_match(self, text: str, *, kind: str = "", register: str = "") -> Iterator[Match]:
        """All that a search finds, block after block."""
        block = 0
        while True:
            found = self.search(text, kind=kind, register=register, block=block)
            yield from found.matches
            block += 1
            if block * BLOCK >= found.total:
                return

    def _nearest(self, folded: str, words: Sequence[str], kind: str, register: str) -> Found:
        matches = self._matches(self._candidates(self._like(folded))[:_NEAREST], folded, words)
        in_register = [m for m in matches if not register or register in m.entry.registers]
        of_kind = [m for m in matches if not kind or m.entry.kind == kind]
        shown = tuple(match for match in in_register if not kind or match.entry.kind == kind)
        return Found(
            self.sequence,
            shown,
            len(shown),
            in_order(Counter(match.entry.kind for match in in_register)),
            _most_first(Counter(iri for match in of_kind for iri in match.entry.registers)),
            nearest=True,
        )

    def _matches(
        self, numbers: Sequence[int], folded: str, words: Sequence[str]
    ) -> tuple[Match, ...]:
        # Sorting keeps the order of the candidates among equals.
        return tuple(sorted((self._match(number, folded, words) for number in numbers), key=_order))

    def _narrowed(self, query: Query, **values: str) -> Query:
        """What a query finds that has these values; the score stays as it is."""
        parts = [
            Query.const_score_query(Query.term_query(self._schema, name, value), 0.0)
            for name, value in values.items()
            if value
        ]
        return Query.boolean_query([(Occur.Must, each) for each in (query, *parts)])

    def like(self, text: str, *, kind: str = "") -> list[Entry]:
        """What shares groups of letters with a text, the most first; a few of each kind."""
        folded = fold(text[:LONGEST_SEARCH])
        if not _WORD.search(folded):
            return []
        found = (self._entries[number] for number in self._candidates(self._like(folded)))
        return [entry for entry in found if not kind or entry.kind == kind]

    def _candidates(self, query: Query) -> list[int]:
        searcher = self._index.searcher()
        return _numbers(searcher, searcher.search(query, limit=BLOCK, count=False))

    def _word(self, word: str) -> Query:
        """What has a word, in whichever way."""
        ways = [
            Query.boost_query(Query.term_query(self._schema, "words", word), 4.0),
            Query.const_score_query(
                Query.regex_query(self._schema, "words", f"{re.escape(word)}.*"), 0.5
            ),
        ]
        for tag in _STEMMERS:
            ways += [
                Query.boost_query(Query.term_query(self._schema, f"stem_{tag}", stem), 2.0)
                for stem in self._analysers[f"stem_{tag}"].analyze(word)
            ]
        if len(word) >= _FUZZY_FROM and not _WIDE.search(word):
            ways.append(
                Query.const_score_query(
                    Query.fuzzy_term_query(self._schema, "words", word, distance=1), 0.2
                )
            )
        if _WIDE.search(word):
            grams = self._analysers["grams"].analyze(word)
            pairs = [gram for gram in grams if len(gram) > 1] or grams
            ways.append(
                Query.boolean_query(
                    [(Occur.Must, Query.term_query(self._schema, "grams", each)) for each in pairs]
                )
            )
        return Query.boolean_query([(Occur.Should, way) for way in ways])

    def _like(self, folded: str) -> Query:
        """What shares most groups of letters with a text."""
        grams = dict.fromkeys(
            gram for gram in self._analysers["grams"].analyze(folded) if len(gram) == _GRAM
        )
        return Query.boolean_query(
            [(Occur.Should, Query.term_query(self._schema, "grams", each)) for each in grams]
        )

    def _match(self, number: int, folded: str, words: Sequence[str]) -> Match:
        entry, (slug, names) = self._entries[number], self._folded[number]
        best: tuple[int, Name] | None = None
        for name, text in zip(entry.names, names, strict=True):
            rank = _rank(text, folded, words, exact=name.key in ("acronym", "identifier"))
            if rank is not None and name.key == "other":
                rank = max(rank, 1) if rank <= 1 else 4
            if rank is not None and (best is None or rank < best[0]):
                best = (rank, name)
        if slug == folded and (best is None or best[0] > 0):
            return Match(entry, 0, None, "", "")
        if best is not None:
            return Match(entry, best[0], best[1], "", "")
        for text, language in entry.texts:
            place = _place(text, words)
            if place is not None:
                return Match(entry, _TEXT_RANK, None, _snippet(text, place), language)
        return Match(entry, 6, None, "", "")


def _order(match: Match) -> tuple[int, int]:
    """A concept comes behind all records, unless it is called just that."""
    concept = match.entry.kind == CONCEPT and match.rank > 1
    return (
        max(match.rank, _TEXT_RANK + 1) if concept else match.rank,
        order_of(match.entry.kind)[0],
    )


def _numbers(searcher: Searcher, found: SearchResult) -> list[int]:
    """The numbers of the entries that were found."""
    values = searcher.fast_field_values("entry", [address for _, address in found.hits])
    return [int(value) for value in values if value is not None]


def _counts(searcher: Searcher, query: Query, field: str) -> dict[str, int]:
    """How many of what a query finds have each value of a field."""
    asked = {"values": {"terms": {"field": field, "size": _MOST_VALUES}}}
    told: dict[str, Any] = searcher.aggregate(query, asked)
    return {each["key"]: each["doc_count"] for each in told["values"]["buckets"]}


def _most_first(counts: Mapping[str, int]) -> Mapping[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def fold(text: str) -> str:
    """The text without case, accents and the marks of Arabic, for comparing."""
    if text.isascii():
        # Most names are; there is nothing in them to take apart.
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return " ".join(unicodedata.normalize("NFC", bare).split())


def _rank(name: str, folded: str, words: Sequence[str], *, exact: bool) -> int | None:
    if name == folded:
        return 0 if exact else 1
    if exact:
        return None
    if name.startswith(folded):
        return 2
    if all(_begins(word, name) or _within(word, name) for word in words):
        return 3
    return None


def _begins(word: str, name: str) -> bool:
    """Whether a word of a name begins so."""
    place = name.find(word)
    while place > 0 and _WORD.match(name[place - 1]):
        place = name.find(word, place + 1)
    return place >= 0


def _within(word: str, name: str) -> bool:
    """Whether a word of a script without spaces stands anywhere in a name."""
    return _WIDE.search(word) is not None and word in name


def _place(text: str, words: Sequence[str]) -> int | None:
    """Where the first of the words that the text has begins."""
    plain = text.casefold()
    places = [place for word in words if (place := plain.find(word)) >= 0]
    return min(places) if places else None


def _snippet(text: str, place: int) -> str:
    start = max(0, place - _SNIPPET // 3)
    if start:
        start = text.find(" ", start) + 1 or start
    end = start + _SNIPPET
    cut = text[start:end]
    if end < len(text):
        cut = cut.rpartition(" ")[0] or cut
    return f"{'… ' if start else ''}{cut}{' …' if end < len(text) else ''}"


def _analysers() -> dict[str, TextAnalyzer]:
    def plain(tokenizer: Tokenizer) -> TextAnalyzerBuilder:
        return TextAnalyzerBuilder(tokenizer).filter(Filter.lowercase()).filter(Filter.ascii_fold())

    analysers = {
        "words": plain(Tokenizer.simple()).filter(Filter.remove_long(60)).build(),
        "grams": plain(Tokenizer.ngram(min_gram=1, max_gram=_GRAM, prefix_only=False)).build(),
    }
    for tag, language in _STEMMERS.items():
        builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase())
        analysers[f"stem_{tag}"] = builder.filter(Filter.stemmer(language)).build()
    return analysers


def _document(number: int, entry: Entry) -> Document:
    document = Document()
    document.add_integer("entry", number)
    document.add_text("kind", entry.kind)
    for register in entry.registers:
        document.add_text("register", register)
    for text, language, short in (
        *((name.text, name.language, True) for name in entry.names),
        (entry.slug, "", True),
        *((text, language, False) for text, language in entry.texts),
    ):
        document.add_text("words", fold(text))
        tag = language.partition("-")[0] or "en"
        if tag in _STEMMERS:
            document.add_text(f"stem_{tag}", text)
        if short or _WIDE.search(text):
            document.add_text("grams", fold(text))
    return document
