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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tantivy import (
    Document,
    Filter,
    Index,
    Occur,
    Query,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from pledgegraph.search.entries import CONCEPT, Entry, Name, count_by, order_of, read_entries
from pledgegraph.store.engine import Snapshot

LONGEST_SEARCH: Final = 200
"""Letters of a query."""
_MOST_WORDS: Final = 12
_CANDIDATES: Final = 2_000
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
        self._by_iri = {entry.thing.value: entry for entry in self._entries}
        self.kinds: Final = tuple(sorted({entry.kind for entry in self._entries}))
        """Kinds of what can be found."""
        builder = SchemaBuilder()
        builder.add_integer_field("entry", stored=True)
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

    def search(self, text: str, *, kind: str = "", register: str = "") -> Found:
        """What has all the words of a text, the best first; else what has something like them.

        ``kind`` and ``register`` (an IRI) keep only what is of it or in it; the counts by kind
        are of what is in the register, those by register of what is of the kind.
        """
        folded = fold(text[:LONGEST_SEARCH])
        words = _WORD.findall(folded)[:_MOST_WORDS]
        if not words:
            return Found(self.sequence, (), {}, {}, nearest=False)
        numbers = self._candidates(
            Query.boolean_query([(Occur.Must, self._word(w)) for w in words])
        )
        nearest = not numbers
        if nearest:
            numbers = self._candidates(self._like(folded))[:_NEAREST]
        matches = [self._match(self._entries[number], folded, words) for number in numbers]
        # Sorting keeps the order of the candidates among equals.
        matches.sort(key=_order)
        in_register = [m for m in matches if not register or register in m.entry.registers]
        of_kind = [m for m in matches if not kind or m.entry.kind == kind]
        counted = Counter(iri for match in of_kind for iri in match.entry.registers)
        return Found(
            self.sequence,
            tuple(match for match in in_register if not kind or match.entry.kind == kind),
            count_by(match.entry for match in in_register),
            dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))),
            nearest,
        )

    def like(self, text: str, *, kind: str = "") -> list[Entry]:
        """What shares groups of letters with a text, the most first; a few of each kind."""
        folded = fold(text[:LONGEST_SEARCH])
        if not _WORD.search(folded):
            return []
        found = (self._entries[number] for number in self._candidates(self._like(folded)))
        return [entry for entry in found if not kind or entry.kind == kind]

    def _candidates(self, query: Query) -> list[int]:
        searcher = self._index.searcher()
        hits = searcher.search(query, limit=_CANDIDATES, count=False).hits
        return [int(searcher.doc(address)["entry"][0]) for _, address in hits]

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

    def _match(self, entry: Entry, folded: str, words: Sequence[str]) -> Match:
        best: tuple[int, Name] | None = None
        for name in entry.names:
            rank = _rank(
                fold(name.text), folded, words, exact=name.key in ("acronym", "identifier")
            )
            if rank is not None and name.key == "other":
                rank = max(rank, 1) if rank <= 1 else 4
            if rank is not None and (best is None or rank < best[0]):
                best = (rank, name)
        if fold(entry.slug) == folded and (best is None or best[0] > 0):
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


def fold(text: str) -> str:
    """The text without case, accents and the marks of Arabic, for comparing."""
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
    parts = _WORD.findall(name)
    if all(any(part.startswith(word) for part in parts) or _within(word, name) for word in words):
        return 3
    return None


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
