"""What a cell says, both ways: statements shown as text, and text read as statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from pledgegraph.namespaces import XSD
from pledgegraph.search import fold
from pledgegraph.tabular.columns import Column, Days, Kind
from pledgegraph.tabular.dates import NoDay, Span, read_span, span_of
from pledgegraph.tabular.faults import Offer, sentence
from pledgegraph.tabular.lists import GOALS, NOT_REPORTED, Listing, Lists
from pledgegraph.tabular.raw import LONGEST

Term = NamedNode | Literal
BETWEEN_TEXTS: Final = "\n---\n"
"""Stands between several texts of one property in one language."""
NEW: Final = "new"
"""In brackets behind a name: it is that of a new organisation."""
_EMAIL: Final = re.compile(r"[^\s@<>()\[\],;:]+@[^\s@<>()\[\],;:]+\.[^\s@<>()\[\],;:.]{2,}")
_BRACKETED: Final = re.compile(r"(.*?)\s*\[([^\[\]\s]+)\]", re.DOTALL)
_PARTS: Final = re.compile(r";(?=\s|$)|\n")
_TWO_DAYS: Final = re.compile(
    r"(?<![\d-])\d{1,2}\s*[-\u2013]\s*\d{1,2}(?![\d-])|\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d"
)
_NOT_IN_IRIS: Final = re.compile(r"[\x00-\x20<>\"{}|\\^`]")
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)


class Unreadable(Exception):
    """A cell's text does not say what the column holds."""

    def __init__(
        self, kind: str, message: str, remedy: str = "", offers: Sequence[Offer] = ()
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.remedy = remedy
        self.offers = tuple(offers)


@dataclass(frozen=True, slots=True)
class Named:
    """A part of a cell that names a record: the name, and what stands in brackets behind it."""

    text: str
    name: str
    bracketed: str


@dataclass(slots=True)
class Reading:
    """What a cell was read as."""

    values: list[tuple[NamedNode, Term]]
    """Properties with their values."""
    notes: list[str]


def parts_of(text: str) -> list[str]:
    """The members of a list in a cell, between semicolons or on lines of their own."""
    return [part.strip() for part in _PARTS.split(text) if part.strip()]


def named_in(text: str) -> Named:
    """A part of a cell that names a record, taken apart."""
    match = _BRACKETED.fullmatch(text)
    return Named(text, match[1].strip(), match[2]) if match else Named(text, text, "")


class Cells:
    """Shows and reads cells in one language."""

    def __init__(
        self,
        lists: Lists,
        language: str,
        *,
        label: Callable[[NamedNode], str],
        short: Callable[[NamedNode, Column], str],
        own: Callable[[NamedNode], bool],
    ) -> None:
        """``label`` names a record, ``short`` gives the identifier that a column shows of it.

        ``own`` tells whether a record has a row of its own in the register's workbook.
        """
        self._lists = lists
        self._language = language
        self._label = label
        self._short = short
        self._own = own

    def shown(self, column: Column, values: Iterable[tuple[NamedNode, Term]], tag: str = "") -> str:
        """The text of a cell; ``tag`` is the language of a column of texts."""
        pairs = list(values)
        if column.days is not None:
            return _span(column.days, pairs).written()
        terms = sorted({term for _, term in pairs}, key=str)
        if column.kind is Kind.TEXT:
            texts = [t.value for t in terms if isinstance(t, Literal) and t.language == tag]
            return BETWEEN_TEXTS.join(texts)
        if column.kind is Kind.LINK:
            return "\n".join(term.value for term in terms)
        return "; ".join(sorted(filter(None, (self._word(column, term) for term in terms))))

    def _word(self, column: Column, term: Term) -> str:
        if isinstance(term, Literal):
            if column.kind in (Kind.NUMBER, Kind.WHOLE):
                return _plain(term.value)
            return term.value
        if column.kind in (Kind.CONCEPT, Kind.SHOWN_CONCEPT):
            return self._member(self._lists.of(*column.of), term)
        if column.kind is Kind.PLACE:
            return self._member(self._lists.places, term)
        if column.kind is Kind.GOAL:
            return term.value.removeprefix(GOALS)
        # The name of a record stands in its own row alone: whoever changes it changes one cell.
        return self._short(term, column) if self._own(term) else self.reference(term, column)

    def reference(self, record: NamedNode, column: Column) -> str:
        """Names a record of others, or offers one: its name, and its identifier in brackets."""
        name = re.sub(r"[;\n\[\]]+\s*", ", ", self._label(record)).strip(" ,")
        return f"{name} [{self._short(record, column)}]".strip()

    def _member(self, listing: Listing, term: NamedNode) -> str:
        member = listing.members.get(term)
        if member is None:
            return term.value
        label = member.label(self._language).replace(";", ",")
        return label if listing.named(label) == {term} else f"{label} [{member.slug}]"

    def read(self, column: Column, text: str, tag: str = "") -> Reading:
        """What a cell's text says; records are for `records` to find.

        Raises:
            Unreadable: it does not say what the column holds.
        """
        refuse_unfit(text)
        if column.kind is Kind.TEXT:
            texts = [part.strip() for part in text.split(BETWEEN_TEXTS) if part.strip()]
            return Reading([(_property(column), Literal(part, language=tag)) for part in texts], [])
        if column.days is not None:
            return _read_days(column.days, text)
        parts = parts_of(text) if column.many else [text]
        readers: dict[Kind, Callable[[Column, str], Term]] = {
            Kind.WORDS: lambda _, part: Literal(part),
            Kind.CONCEPT: self._concept,
            Kind.PLACE: self._place,
            Kind.GOAL: self._goal,
            Kind.LINK: _link,
            Kind.NUMBER: _number,
            Kind.WHOLE: _whole,
        }
        reader = readers[column.kind]
        values = dict.fromkeys((_property(column), reader(column, part)) for part in parts)
        return Reading(list(values), [])

    def _concept(self, column: Column, text: str) -> NamedNode:
        return self.concept(column, text)

    def concept(self, column: Column, text: str) -> NamedNode:
        """The member of a column's list that a text names.

        Raises:
            Unreadable: there is none, or it is not the only one.
        """
        listing = self._lists.of(*column.of)
        found = _found(listing, text)
        if len(found) == 1:
            (node,) = found
            if node.value == NOT_REPORTED:
                raise Unreadable(
                    "list",
                    f"“{text}” is what Pledgegraph says where nothing was reported.",
                    "Leave the cell empty.",
                )
            return node
        if not found and column.key == "status":
            self._refuse_others_status(text)
        raise self._not_in_list(listing, text, column)

    def _refuse_others_status(self, text: str) -> None:
        listing = self._lists.of("status")
        known = self._lists.status_words.get(fold(text), ())
        if not known:
            return
        offers = tuple(
            dict.fromkeys(Offer(self._member(listing, ours), ours.value) for *_, ours in known)
        )
        whose = sentence(
            dict.fromkeys(self._lists.scheme_label(name, self._language) for name, *_ in known)
        )
        raise Unreadable(
            "status",
            f"“{text}” is a word of {whose}, not of this list.",
            f"Write {sentence(offer.write for offer in offers)} here, and “{text}” into the column "
            "“Status as published”.",
            offers,
        )

    def _place(self, column: Column, text: str) -> NamedNode:
        found = _found(self._lists.places, text)
        if len(found) == 1:
            return next(iter(found))
        raise self._not_in_list(self._lists.places, text, column)

    def _goal(self, _: Column, text: str) -> NamedNode:
        goal = self._lists.goal(text)
        if goal is None:
            raise Unreadable(
                "list",
                f"“{text}” is no goal, target or indicator of the SDGs.",
                "Write its number, such as 5 or 17.18.",
            )
        return goal

    def _not_in_list(self, listing: Listing, text: str, column: Column) -> Unreadable:
        several = _found(listing, text)
        near = [(node, None) for node in sorted(several, key=str)] or listing.near(text)
        offers = tuple(
            Offer(
                f"{listing.members[node].label(self._language)} [{listing.members[node].slug}]"
                if several
                else self._member(listing, node),
                node.value,
                score,
            )
            for node, score in near
        )
        if several:
            return Unreadable(
                "list",
                f"“{text}” may be several things.",
                f"Write {sentence(offer.write for offer in offers)}.",
                offers,
            )
        what = "country or region" if column.kind is Kind.PLACE else "member of the column's list"
        remedy = (
            f"Write {sentence(offer.write for offer in offers)}?"
            if offers
            else "Take one from the list."
        )
        return Unreadable("list", f"“{text}” is no {what}.", remedy, offers)


def refuse_unfit(text: str) -> None:
    """Refuse what must not stand in any cell.

    Raises:
        Unreadable: there is an e-mail address in it, or a control character, or it is too long.
    """
    if _EMAIL.search(text):
        raise Unreadable(
            "email",
            "There is an e-mail address in the cell; contact persons' addresses stay out.",
            "Take it out, or give the address of a web page.",
        )
    if found := _UNSEEN.search(text):
        raise Unreadable(
            "text",
            f"There is a character that nobody sees in the cell (U+{ord(found[0]):04X}).",
            "Type the text anew.",
        )
    if len(text) > LONGEST:
        raise Unreadable("text", f"The text has {len(text):,} letters.", "Shorten it.")


def _property(column: Column) -> NamedNode:
    if column.predicate is None:
        raise TypeError(f"the column {column.key} has no property of its own")
    return column.predicate


def _found(listing: Listing, text: str) -> set[NamedNode]:
    named = named_in(text)
    if named.bracketed:
        by_slug = {
            n for n in listing.named(named.bracketed) if listing.members[n].slug == named.bracketed
        }
        if by_slug:
            return by_slug
    return listing.named(text)


def _link(_: Column, text: str) -> NamedNode:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or "." not in parts.hostname:
        instead = f"https://{text}" if re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/\S*)?", text) else ""
        raise Unreadable(
            "link",
            f"“{text}” is no web address.",
            f"Write “{instead}”?" if instead else "Begin it with https://.",
            [Offer(instead)] if instead else [],
        )
    if bad := _NOT_IN_IRIS.search(text):
        raise Unreadable(
            "link",
            f"The web address holds {bad[0]!r}, which no address may.",
            "Copy it from the browser's address bar; write one address on each line.",
        )
    return NamedNode(text)


def _number(_: Column, text: str) -> Literal:
    plain = re.sub(r"(?<=\d)[\u00a0\u202f ](?=\d{3}\b)", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or len(plain) > 40:  # noqa: PLR2004
        raise Unreadable(
            "number", f"“{text}” is no number.", "Write digits with a decimal point: 143.5."
        )
    written = f"{value:f}"
    return Literal(written if "." in written else f"{written}.0", datatype=XSD.decimal)


def _whole(_: Column, text: str) -> Literal:
    if not re.fullmatch(r"[+-]?\d{1,15}", text):
        raise Unreadable("number", f"“{text}” is no whole number.", "Write digits alone: 12.")
    return Literal(str(int(text)), datatype=XSD.integer)


def _plain(number: str) -> str:
    return number.removesuffix(".0") if re.fullmatch(r"-?\d+\.0", number) else number


def _span(days: Days, pairs: Sequence[tuple[NamedNode, Term]]) -> Span:
    """The span that statements tell of."""

    def of(predicate: NamedNode | None) -> list[str]:
        return sorted(term.value for each, term in pairs if each == predicate)

    begin = of(days.exact) or of(days.earliest) or of(days.starts)
    end = of(days.exact) or of(days.latest) or of(days.ends)
    words = of(days.words)
    return span_of(begin[0] if begin else None, end[-1] if end else None, "; ".join(words))


def _read_days(days: Days, text: str) -> Reading:
    try:
        span = read_span(text)
    except NoDay as error:
        offers = tuple(Offer(each) for each in error.instead)
        remedy = (
            f"Write {sentence(error.instead)}."
            if error.instead
            else "Write it as 2025-02-28, “28 February 2025”, “February 2025” or 2025."
        )
        raise Unreadable("date", f"“{text}” is not a day.", remedy, offers) from None
    if days.exact is not None and days.earliest is None and not span.exact:
        raise Unreadable("date", f"“{text}” is not one day.", "Write it as 2025-02-28.")
    values: list[tuple[NamedNode, Term]] = []
    notes = []

    def say(predicate: NamedNode | None, value: object) -> None:
        if predicate is not None and value is not None:
            values.append((predicate, Literal(str(value), datatype=XSD.date)))

    if span.words and days.words is None:
        raise Unreadable("date", f"“{text}” is not a day.", "Write it as 2025-02-28.")
    if span.words and days.words is not None:
        values.append((days.words, Literal(span.words)))
    if span.first is None:
        notes.append(f"No day can be told from “{text}”; it is kept as it is written.")
    if span.guessed and span.first is not None:
        notes.append(f"“{text}” is read as {span.first.day} {span.first:%B %Y}.")
    say(days.earliest, span.first)
    say(days.latest, span.last)
    if span.exact:
        say(days.exact, span.first)
    if span.first is not None and (span.exact or _tells_days(text)):
        say(days.starts, span.first)
        say(days.ends, span.last)
    return Reading(values, notes)


def _tells_days(text: str) -> bool:
    """Whether both ends of a span are told to the day: "10-13 March 2025"."""
    return _TWO_DAYS.search(text) is not None
