"""What designed pages show of the things around a record: names, sources, dates, inferences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from textwrap import shorten
from typing import Final

from pyoxigraph import Literal, NamedNode

from pledgegraph.documents import Names, Profiles
from pledgegraph.namespaces import DCTERMS, PG, SCHEMA
from pledgegraph.store import Snapshot
from pledgegraph_api.http.languages import DEFAULT
from pledgegraph_api.records.statements import Span, Statements
from pledgegraph_api.web.control_chars import printable
from pledgegraph_api.web.naming import acronyms_of, best_name, naming, with_acronym
from pledgegraph_api.web.prefixed_names import link_to, short_name
from pledgegraph_api.web.record_paths import record_path
from pledgegraph_api.web.translations import Wording, spanned

_LONGEST: Final = 90
_EDITORIAL: Final = frozenset({PG.EditorialSource, PG.ReferenceSource})
_ACCOUNTS: Final = (PG.Assessment, PG.StatusReport, PG.ProgressNote)
_STARTS: Final = (PG.asOf, PG.earliest, PG.startsOn)
_ENDS: Final = (PG.asOf, PG.latest, PG.endsOn)
_WORDS: Final = (PG.dateAsPublished, PG.dateAsResearched)
DATED: Final = tuple(dict.fromkeys((*_STARTS, *_ENDS, *_WORDS)))
"""The properties that say when something was."""
_LINKS: Final = frozenset(
    {
        PG.contributesTo,
        PG.resultedFrom,
        PG.superEvent,
        PG.evidenceFor,
        PG.reportsOn,
        PG.repliesTo,
        PG.concerns,
        PG.addresses,
        PG.grade,
        PG.inferred,
    }
)
"""Properties that only tie a record to another, and what is said of these statements."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing is called, in which language, and where it leads."""

    text: str
    language: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class When:
    """When something was: in words, and as the last day that it can have been."""

    text: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Inferred:
    """Why something was inferred."""

    about: tuple[Name, ...]
    """Of the record itself."""
    links: tuple[Name, ...]
    """Only that it belongs to another; what the record is, sources state."""


@dataclass(frozen=True, slots=True)
class Original:
    """A source as readers find it: its record here, and its address outside."""

    number: int
    name: Name
    url: str | None
    publisher: Name | None
    read: str
    licence: Name | None
    grades: tuple[str, ...]


class Things:
    """Names and dates of what has been read, for a reader of a language."""

    def __init__(
        self,
        said: Statements,
        snapshot: Snapshot,
        names: Names,
        profiles: Profiles,
        *,
        language: str,
        words: Wording,
        base: str,
        version: int | None,
    ) -> None:
        self.said = said
        self.language = language
        self.words = words
        self._snapshot = snapshot
        self._names = names
        self._profiles = profiles
        self._base = base
        self._version = version
        self._labels: dict[NamedNode, list[tuple[NamedNode, Literal]]] = {}
        self._acronyms: dict[NamedNode, frozenset[str]] = {}
        self._originals: dict[NamedNode, Original] = {}
        self._called: dict[NamedNode, Name] = {}

    def learn(self, nodes: Iterable[NamedNode]) -> None:
        """Look up what these are called, all at once."""
        wanted = sorted(set(nodes) - self._labels.keys(), key=lambda each: each.value)
        for node in wanted:
            self._labels[node] = []
        for node, prop, label in naming(self._names.about(self._snapshot, wanted)):
            self._labels[node].append((prop, label))
        self._acronyms |= acronyms_of(self._snapshot, wanted)

    def name(self, node: NamedNode) -> Name:
        """What a node is called: by its label, its text, or its IRI made short."""
        known = self._called.get(node)
        if known is not None:
            return known
        if node not in self._labels:
            self.learn([node])
        label = best_name(self._labels[node], self.language)
        if label is None:
            text = self.said.text(node, self.language, PG.text, DCTERMS.title)
            if text is not None:
                start = shorten(printable(text.value), _LONGEST, placeholder="\u00a0…")
                return Name(start, text.language or "", self.href(node))
            short = Name(printable(short_name(node.value, self._base)), "", self.href(node))
            return self._account(node, short)
        text_of = printable(with_acronym(label.value, self._acronyms.get(node, ())))
        called = self._called[node] = Name(text_of, label.language or "", self.href(node))
        return called

    def _account(self, node: NamedNode, short: Name) -> Name:
        """An account without words as what it is, of what, and by whom; else as it is given."""
        kind = next((each for each in _ACCOUNTS if each in self.said.classes(node)), None)
        if kind is None:
            return short
        # Where an account is said to be about itself, its name ends there.
        self._called[node] = short
        told = (*self.names(node, PG.reportsOn), *self.names(node, PG.assessor, PG.reporter))
        words = " · ".join(dict.fromkeys(each.text for each in (self.name(kind), *told)))
        named = self._called[node] = replace(short, text=words)
        return named

    def names(self, node: NamedNode, *props: NamedNode) -> tuple[Name, ...]:
        """The names of the values of properties."""
        return tuple(self.name(each) for each in self.said.nodes(node, *props))

    def term(self, prop: NamedNode) -> Name:
        """What the ontology or a document calls a property."""
        view = self._profiles.outgoing.get(prop)
        words = view.words if view else self._profiles.terms.get(prop, {})
        tag = self.language if self.language in words else DEFAULT
        return Name(words.get(tag) or short_name(prop.value, self._base), tag)

    def href(self, node: NamedNode) -> str | None:
        """Where a name leads, in the version that the page is of."""
        address = link_to(node.value, self._base)
        if address is None or self._version is None or record_path(node.value, self._base) is None:
            return address
        return f"{address}?version={self._version}"

    def when(
        self,
        node: NamedNode,
        first: tuple[NamedNode, ...] = _STARTS,
        last: tuple[NamedNode, ...] = _ENDS,
        words: tuple[NamedNode, ...] = _WORDS,
    ) -> When | None:
        """When something was; what sources say differently is all there. None if none says.

        "2025" beside "4 March 2025" is not different, only less exact.
        """
        spans = self.said.spans(node, first, last)
        if spans:
            exact = [span for span in spans if not _is_rounded(span, spans)]
            told = [spanned(begins, ends, self.language) for begins, ends in exact]
            return When(" / ".join(dict.fromkeys(told)), max(ends for _, ends in spans))
        written = self.said.texts(node, *words)
        return When(printable(written[0].value)) if written else None

    def inferred(self, node: NamedNode) -> Inferred:
        """Why something that is said of the node was inferred, where it was."""
        about: list[Name] = []
        links: list[Name] = []
        for each in self.said.texts(node, PG.inferred):
            graphs = self.said.stating(node, PG.inferred, each)
            only_links = graphs and all(
                self.said.properties(node, graph) <= _LINKS for graph in graphs
            )
            name = Name(printable(each.value), each.language or "")
            (links if only_links else about).append(name)
        return Inferred(tuple(about), tuple(links))

    def original(self, *candidates: Iterable[NamedNode]) -> Original | None:
        """The source to read: of the first candidates that hold one, and no editorial one."""
        for graphs in candidates:
            for graph in sorted(graphs, key=lambda each: each.value):
                if PG.Source in self.said.classes(graph) - _EDITORIAL:
                    return self._original(graph)
        return None

    def originals(self) -> list[Original]:
        """All sources that were asked for, by number."""
        return list(self._originals.values())

    def outside(self, node: NamedNode) -> str | None:
        """The web address that a record gives of itself."""
        for term in self.said.terms(node, SCHEMA.url):
            if isinstance(term, Literal | NamedNode) and term.value.lower().startswith(
                ("http://", "https://")
            ):
                return term.value
        return None

    def _original(self, graph: NamedNode) -> Original:
        known = self._originals.get(graph)
        if known is not None:
            return known
        said = self.said
        read = said.days(graph, PG.retrieved)
        publishers = said.nodes(graph, PG.publishedBy)
        licences = said.nodes(graph, DCTERMS.license)
        found = Original(
            number=len(self._originals) + 1,
            name=self.name(graph),
            url=self.outside(graph),
            publisher=self.name(publishers[0]) if publishers else None,
            read=spanned(read[-1], read[-1], self.language) if read else "",
            licence=self._licence(licences[0]) if licences else self._stated_licence(graph),
            grades=(),
        )
        self._originals[graph] = found
        return found

    def _licence(self, licence: NamedNode) -> Name:
        return Name(printable(licence.value), "", link_to(licence.value, self._base))

    def _stated_licence(self, graph: NamedNode) -> Name | None:
        text = self.said.text(graph, self.language, PG.licenceAsStated)
        return None if text is None else Name(printable(text.value), text.language or "")


def _is_rounded(span: Span, spans: Iterable[Span]) -> bool:
    """Whether a span is of whole months or years, and another within it says when exactly."""
    begins, ends = span
    is_whole = begins.day == 1 and ends < date.max and (ends + timedelta(days=1)).day == 1
    within = any(begins <= first and last <= ends for first, last in spans if (first, last) != span)
    return is_whole and within
