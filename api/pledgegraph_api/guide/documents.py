"""Which documents the guide has, and how their Markdown becomes a page.

Links between documents lead to their pages and have their titles, and those to files that are not
in the guide become plain text, which says that they are in the source code. Where examples ask
``http://localhost:8000`` they ask this service instead.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final
from urllib.parse import urlencode

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

from pledgegraph.shipped import shipped
from pledgegraph_api.http.languages import direction

PATH: Final = "/guide"
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "guide_ask": ("first-queries", "queries", "sparql", "python", "assistants"),
    "guide_take": ("linked-data", "descriptions", "changes", "dumps", "past"),
    "guide_understand": ("methodology", "registers", "reference-data", "catalogue"),
    "guide_run": ("command-line", "operating", "settings", "data-directory", "writing"),
}
"""The documents by what their readers want; the names are those of messages."""
FILES: Final = "notebooks"
"""The folder of what can be downloaded."""
_ELSEWHERE: Final = {"methodology": "/methodology", "README": PATH}
"""Documents that have addresses of their own."""
OF_EXAMPLES: Final = "http://localhost:8000"
"""The address of the service in the examples of the documents."""
_IN_SOURCES: Final = " (in the source code)"
_OF_SOURCES: Final = re.compile(r"<code>(?:python )?(?:api|docs|graph|scripts|tests)/")
_SOURCES_NOTE: Final = (
    "<p>Paths such as <code>tests/</code> and <code>scripts/</code> are those of the source code, "
    "which is not served here.</p>\n"
)
_DEEPEST: Final = 3
"""Headings of this level, and above, are in a page's contents."""

Link = Callable[[str], str]
"""The address of a page of the service, as the reader's language has it."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document, with its anchor."""

    anchor: str
    title: str
    level: int


class GuideDocument:
    """One document; it is read and parsed when it is asked for the first time."""

    def __init__(self, name: str, base: str) -> None:
        self.name: Final = name
        self.address: Final = _ELSEWHERE.get(name, f"{PATH}/{name}")
        self._base = base

    @property
    def title(self) -> str:
        """What its first heading says."""
        return self._headings[0].title

    @property
    def contents(self) -> Sequence[Heading]:
        """Its headings below the first."""
        return [each for each in self._headings[1:] if each.level <= _DEEPEST]

    def html(self, link: Link, *, invitation: str, language: str) -> Markup:
        """Its text, with the links as ``link`` makes them.

        Below each query stands the ``invitation`` to try it, in that ``language``.
        """
        parser = _parser()
        words = f' lang="{language}" dir="{direction(language)}"'
        env = {"link": link, "try": invitation, "words": words}
        text = str(parser.renderer.render(self._tokens, parser.options, env))
        if _OF_SOURCES.search(text):
            text += _SOURCES_NOTE
        # The text is our own file, and its HTML is not let through.
        return Markup(text)  # noqa: S704

    @cached_property
    def _tokens(self) -> list[Token]:
        text = (shipped("docs") / f"{self.name}.md").read_text(encoding="utf-8")
        tokens = _parser().parse(text.replace(OF_EXAMPLES, self._base))
        for each in tokens:
            for inner in each.children or ():
                if inner.type == "link_open":
                    _lead(inner, each.children or [])
        return tokens

    @cached_property
    def _headings(self) -> list[Heading]:
        found: list[Heading] = []
        taken: Counter[str] = Counter()
        for opening, inside in zip(self._tokens, self._tokens[1:], strict=False):
            if opening.type == "heading_open":
                title = "".join(each.content for each in inside.children or ())
                name = anchor_of(title)
                opening.attrs["id"] = f"{name}-{taken[name]}" if taken[name] else name
                taken[name] += 1
                found.append(Heading(str(opening.attrs["id"]), title, int(opening.tag[1:])))
        return found


def anchor_of(title: str) -> str:
    """The anchor of a heading: ``Maker's report`` is at ``makers-report``."""
    return re.sub("[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


@cache
def summaries() -> Mapping[str, str]:
    """What each document tells, as the table of all documents has it."""
    table = (shipped("docs") / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[([\w-]+)\.md\]\([^)]*\) \| (.*) \|$", table, re.MULTILINE)
    return {name: about.replace("`", "") for name, about in rows}


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for name, rule in (
        ("link_open", _link),
        ("table_open", _table_open),
        ("th_open", _th_open),
        ("table_close", _table_close),
        ("code_block", _code),
        ("fence", _code),
    ):
        parser.add_render_rule(name, rule)
    return parser


def _lead(link: Token, among: list[Token]) -> None:
    """Have a link lead to a page of the service; where there is none it is hidden."""
    address, mark, anchor = str(link.attrs.get("href", "")).partition("#")
    if not address or address.startswith("/") or "://" in address:
        return
    name, extension = posixpath.splitext(address)
    if address.startswith(f"{FILES}/"):
        link.attrs["href"] = f"{PATH}/{address}"
    elif extension == ".md" and any(name in group for group in (*GROUPS.values(), _ELSEWHERE)):
        link.attrs["href"] = f"{_ELSEWHERE.get(name, f'{PATH}/{name}')}{mark}{anchor}"
        said = among[_place_of(link, among) + 1]
        if said.content == address:
            said.content = _title_of(name)
    else:
        link.hidden = True
        begun = _place_of(link, among)
        end = next(each for each in among[begun:] if each.type == "link_close")
        end.hidden = True
        among[among.index(end) - 1].content += _IN_SOURCES


def _place_of(token: Token, among: Sequence[Token]) -> int:
    return next(place for place, each in enumerate(among) if each is token)


@cache
def _title_of(name: str) -> str:
    """The first heading of a document."""
    text = (shipped("docs") / f"{name}.md").read_text(encoding="utf-8")
    return text.partition("\n")[0].lstrip("# ")


def _link(
    _renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: object, env: Any
) -> str:
    token = tokens[place]
    if token.hidden:
        return ""
    address = str(token.attrs["href"])
    if address.startswith("/"):
        page, mark, anchor = address.partition("#")
        address = f"{env['link'](page)}{mark}{anchor}"
    return f'<a href="{escape(address)}">'


def _table_open(
    _renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: object, env: Any
) -> str:
    end = next(each for each in range(place, len(tokens)) if tokens[each].type == "thead_close")
    heads = [each.content for each in tokens[place:end] if each.type == "inline"]
    env["tables"] = number = env.get("tables", 0) + 1
    name = escape(f"{', '.join(filter(None, heads))} ({number})")
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">\n<table>\n'


def _th_open(*_: object) -> str:
    return '<th scope="col">'


def _table_close(*_: object) -> str:
    return "</table>\n</div>\n"


def _code(
    _renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: object, env: Any
) -> str:
    text = tokens[place].content
    shown = f'<pre tabindex="0" dir="ltr"><code>{escape(text)}</code></pre>\n'
    if tokens[place].info.strip() != "sparql":
        return shown
    address = env["link"](f"/sparql?{urlencode({'query': text})}")
    return f'{shown}<p{env["words"]}><a href="{escape(address)}">{escape(env["try"])}</a></p>\n'
