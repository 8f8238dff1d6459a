"""Which representation a client gets: the Accept header, and ``?format=``.

Four libraries were tried and none kept to RFC 9110: python-mimeparse compares case-sensitively
and reads ``q=1e9`` as 1; webob drops the whole header when one of its members is malformed and
then sends anything; werkzeug does not find ``text/turtle;charset=utf-8``; accept-types is from
2014. What is left to do is short.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from starlette.requests import Request

from pledgegraph.media_types import (
    CSV_SAFE,
    GRAPH_FORMATS,
    RESULT_FORMATS,
    TSV,
    TURTLE,
    Format,
)
from pledgegraph.store import ResultKind
from pledgegraph_api.errors import DocumentMissing, HeaderTooLarge, NotAcceptable

LONGEST_ACCEPT: Final = 4096
"""Characters; the longest that browsers and RDF libraries send have a few hundred."""
PAGE: Final = "html"
"""The name that asks for a page, beside those of the formats."""

_MEMBER = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"|")+')
_PART = re.compile(r'(?:[^";]|"(?:[^"\\]|\\.)*"|")+')
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|\.[0-9]{1,3}|1(?:\.0{0,3})?)")

_TRUE_OF_ALL: Final = frozenset({("charset", "utf-8"), ("header", "present")})
"""Parameters that hold of everything sent here: UTF-8, and CSV with its heading."""
_HINTS: Final = frozenset({"profile"})
"""Parameters that a server may leave unheeded (JSON-LD 1.1, appendix C)."""


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One member of an Accept header."""

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]]
    quality: float

    @property
    def specificity(self) -> tuple[bool, bool, int]:
        """Orders ranges as RFC 9110 does: type, subtype, number of parameters."""
        return (self.type != "*", self.subtype != "*", len(self.parameters))

    def covers(self, media_type: str) -> bool:
        """Whether what is sent here as ``media_type`` is in this range."""
        kind, _, subtype = media_type.partition("/")
        return (
            self.type in ("*", kind)
            and self.subtype in ("*", subtype)
            and all(p in _TRUE_OF_ALL or p[0] in _HINTS for p in self.parameters)
        )


@dataclass(frozen=True, slots=True)
class Accept:
    """What a client accepts: RFC 9110, section 12.5.1.

    See https://www.rfc-editor.org/rfc/rfc9110.html#section-12.5.1
    """

    ranges: tuple[MediaRange, ...]
    present: bool
    """False where there was no header, or an empty one: then everything is accepted."""

    @classmethod
    def parse(cls, header: str | None) -> Accept:
        """What the header says; a malformed member counts for nothing.

        Raises:
            HeaderTooLarge: it is longer than any honest client's.
        """
        if header is None or not header.strip(" \t,"):
            return cls((), present=False)
        if len(header) > LONGEST_ACCEPT:
            raise HeaderTooLarge(
                f"The Accept header has {len(header)} characters; "
                f"up to {LONGEST_ACCEPT} are read here.",
                remedy="Name the formats that you can read, once each.",
            )
        members = (_media_range(member) for member in _MEMBER.findall(header))
        return cls(tuple(r for r in members if r is not None), present=True)

    def rank(self, media_type: str, aliases: Sequence[str] = ()) -> tuple[float, bool, bool]:
        """How welcome it is: the quality, and how exactly it was asked for; (0, ...) is refused.

        The most specific range decides. An alias is another name of the same format: it
        counts only where it is written out, and never against the media type's own name.
        """
        if not self.present:
            return (1.0, False, False)
        found = self._most_specific(media_type)
        if found is not None and found.subtype != "*":
            return (found.quality, True, True)
        named = [self._most_specific(alias) for alias in aliases]
        candidates = [r for r in (found, *named) if r and (r is found or r.subtype != "*")]
        return max(
            ((r.quality, *r.specificity[:2]) for r in candidates), default=(0.0, False, False)
        )

    def _most_specific(self, media_type: str) -> MediaRange | None:
        covering = (r for r in self.ranges if r.covers(media_type))
        return max(covering, key=lambda r: r.specificity, default=None)


def _media_range(member: str) -> MediaRange | None:
    """The media range that a member of the header says, or ``None`` where it says none."""
    name, *rest = (part.strip(" \t") for part in _PART.findall(member) or [""])
    kind, slash, subtype = name.lower().partition("/")
    if (kind, slash) == ("*", ""):
        subtype = "*"  # java.net.URLConnection writes `*` for `*/*`
    if not (_TOKEN.fullmatch(kind) and _TOKEN.fullmatch(subtype)):
        return None
    if kind == "*" and subtype != "*":
        return None
    parameters = set()
    quality = 1.0
    for part in rest:
        key, _, value = part.partition("=")
        key, value = key.strip(" \t").lower(), value.strip(" \t")
        if key == "q":
            if not _QUALITY.fullmatch(value):
                return None
            quality = float(value)
            break  # what follows the weight is an extension, not the media type's
        if key:
            parameters.add((key, value.strip('"').lower()))
    return MediaRange(kind, subtype, frozenset(parameters), quality)


def formats_for(kind: ResultKind) -> tuple[Format, ...]:
    """The formats that carry that kind of answer, the default first."""
    return GRAPH_FORMATS if kind is ResultKind.GRAPH else RESULT_FORMATS


def choose_format(kind: ResultKind, accept: Accept, name: str | None = None) -> Format:
    """The format that the client likes best for that kind of answer; ``name`` goes first.

    Raises:
        NotAcceptable: none will do; carries those that there are.
    """
    if kind is not ResultKind.GRAPH and name is not None and name.strip() == CSV_SAFE.name:
        return CSV_SAFE
    carried = "a graph" if kind is ResultKind.GRAPH else "solutions or a truth value"
    return choose_among(
        formats_for(kind), accept, name, what=f"the answer to this query, which is {carried}"
    )


def page_or_format(
    request: Request, available: Sequence[Format], name: str | None, *, what: str
) -> Format | None:
    """What the client likes best of a page, which is None, and the formats of ``what``.

    Raises:
        NotAcceptable: neither will do; carries the formats that there are.
        HeaderTooLarge: the Accept header is too long.
    """
    accept = accept_of(request)
    if PageOrFormat(accept, name).prefers_page(available):
        return None
    return choose_among(available, accept, name, what=what)


def form_of(extension: str, available: Sequence[Format], *, what: str, path: str) -> Format | None:
    """The format of that extension, or a page, which is None.

    Raises:
        DocumentMissing: ``what`` comes in none of that extension; carries the addresses at which
            it is, which begin with ``path``.
    """
    forms: dict[str, Format | None] = {PAGE: None, **{each.extension: each for each in available}}
    if extension not in forms:
        raise DocumentMissing(
            f"{what} has no form with the extension .{extension[:80]}.",
            remedy=f"Its extensions: {', '.join('.' + each for each in forms)}.",
            near=[f"{path}.{each}" for each in forms],
        )
    return forms[extension]


def choose_among(
    available: Sequence[Format], accept: Accept, name: str | None, *, what: str
) -> Format:
    """The format that the client likes best of those; ``what`` says what would be in it.

    ``name`` may be several names with commas between them; the first that is there decides.

    Raises:
        NotAcceptable: none will do; carries those that there are.
    """
    if name is not None:
        for one in name.split(","):
            for each in available:
                if _answers_to(each, one):
                    return each
        raise NotAcceptable(f"There is no format {name[:80]!r} for {what}.", available)
    best = max(available, key=lambda each: accept.rank(each.media_type, each.aliases))
    if accept.rank(best.media_type, best.aliases)[0] == 0:
        raise NotAcceptable(f"The Accept header asks for no format that carries {what}.", available)
    return best


@dataclass(frozen=True, slots=True)
class Settled:
    """What an Accept header and a name come to, for each kind of answer."""

    accept: Accept
    name: str | None
    pages: frozenset[ResultKind]
    """The kinds of which the client would rather see a page."""
    formats: Mapping[ResultKind, Format]
    """The format for each kind that can be had in one that the client accepts."""
    refusals: Mapping[ResultKind, NotAcceptable]
    """What is wrong with each of the other kinds."""

    @classmethod
    def of(cls, header: str | None, name: str | None) -> Settled:
        """What that header and that name come to.

        Raises:
            HeaderTooLarge: there is too much of it.
        """
        accept = Accept.parse(header)
        choice = PageOrFormat(accept, name)
        formats, refusals = {}, {}
        for kind in ResultKind:
            try:
                formats[kind] = choose_format(kind, accept, name)
            except NotAcceptable as error:
                refusals[kind] = error.with_traceback(None)
        pages = frozenset(k for k in ResultKind if choice.prefers_page(formats_for(k)))
        return cls(accept, name, pages, formats, refusals)

    def format(self, kind: ResultKind) -> Format:
        """The format for that kind of answer.

        Raises:
            NotAcceptable: there is none that the client accepts.
        """
        if kind in self.formats:
            return self.formats[kind]
        refusal = self.refusals[kind]
        raise NotAcceptable(str(refusal), refusal.available)


class Negotiator:
    """Settles what clients want, and remembers it: they send the same headers again and again."""

    def __init__(self) -> None:
        self._settled = lru_cache(maxsize=500)(Settled.of)

    def choice(self, request: Request, name: str | None) -> PageOrFormat:
        """A page or a format for the answer to a request.

        Raises:
            HeaderTooLarge: there is too much of its Accept header.
        """
        lines = request.headers.getlist("accept")
        settled = self._settled(", ".join(lines) if lines else None, name)
        return PageOrFormat(settled.accept, name, settled)


class PageOrFormat:
    """Chooses a page for clients that would rather have one, and a format for all others.

    Once asked, ``page`` says which; the format is then the one that the page is made from.
    """

    def __init__(
        self, accept: Accept, name: str | None = None, settled: Settled | None = None
    ) -> None:
        self._accept = accept
        self._name = name
        self._settled = settled
        self.page = False

    def __call__(self, kind: ResultKind) -> Format:
        """What `choose_format` says, unless the client prefers a page to every format.

        Raises:
            NotAcceptable: none will do.
        """
        self.page = self.wants_page(kind)
        if self.page:
            return TURTLE if kind is ResultKind.GRAPH else TSV
        if self._settled is not None:
            return self._settled.format(kind)
        return choose_format(kind, self._accept, self._name)

    def wants_page(self, kind: ResultKind) -> bool:
        """Whether the client prefers a page to every format of that kind of answer."""
        if self._settled is not None:
            return kind in self._settled.pages
        return self.prefers_page(formats_for(kind))

    def prefers_page(self, others: Sequence[Format]) -> bool:
        """Whether the client would rather have a page than any of the formats."""
        if self._name is not None:
            return self._name.partition(";")[0].strip().lower() in (PAGE, "text/html")
        return all(prefers_page(self._accept, each.media_type, each.aliases) for each in others)


def accept_of(request: Request) -> Accept:
    """What the request accepts; several Accept headers count as one (RFC 9110, section 5.3).

    Raises:
        HeaderTooLarge: there is too much of it.
    """
    lines = request.headers.getlist("accept")
    return Accept.parse(", ".join(lines) if lines else None)


def prefers_page(accept: Accept, otherwise: str, aliases: Sequence[str] = ()) -> bool:
    """Whether the client would rather have an HTML page than ``otherwise``; in doubt not."""
    page = accept.rank("text/html")
    return page[0] > 0 and page > accept.rank(otherwise, aliases)


def _answers_to(form: Format, name: str) -> bool:
    """Whether a format is meant by a name as clients write them: ``xml``, ``rdf+xml``, ``nt``."""
    # A plus sign in an address stands for a space, so a media type arrives with one.
    # Parameters hold of everything sent here, or hint at what a server may leave unheeded.
    wanted = name.partition(";")[0].strip().lower().replace(" ", "+")
    types = (form.media_type, *form.aliases)
    names = {form.name, form.extension, *types, *(t.partition("/")[2] for t in types)}
    return wanted in names or wanted.replace("-", "") == form.name
