"""Renders the HTML pages, which work without scripts and without any other host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from pledgegraph.corrections import Outcomes, page_of
from pledgegraph.errors import InputError
from pledgegraph.release import release
from pledgegraph_api.http.languages import (
    DEFAULT,
    PageLanguage,
    direction,
    language_of,
    required_language,
)
from pledgegraph_api.http.respond import respond
from pledgegraph_api.web.assets import Assets, shipped_assets
from pledgegraph_api.web.control_chars import unbroken
from pledgegraph_api.web.links import language_links, path_of, root_of, with_language
from pledgegraph_api.web.translations import (
    anchor,
    code,
    dated,
    day_of,
    filled,
    grouped,
    read_wording,
    spoken,
    worded,
)

_HERE: Final = Path(__file__).resolve().parent

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of pages: no script at all."""
VARY: Final = "Accept, Accept-Language"

_HTML: Final = "text/html; charset=utf-8"
_FIRST_ERROR: Final = 400
_NOT_REPORTED: Final = ("/corrections", "/steward")
"""How the paths begin of pages that are about reports themselves, or for stewards."""


@cache
def _templates(assets: Assets) -> Environment:
    """The templates, which are compiled once a process."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=unbroken,
        # To look at each file costs every page.
        auto_reload=False,
    )
    for each in (code, dated, day_of, filled, grouped, spoken, worded):
        made.filters[each.__name__] = each
    made.globals |= {
        "anchor": anchor,
        "asset": assets.address,
        "release": release(),
        # What texts of the service itself are in, where they are in no other language.
        "english": {DEFAULT: ""},
    }
    return made


class Pages:
    """The templates of the service; what is put into them is escaped.

    Every page extends ``page.html``, which gives it its head, its language switch, the way to
    the rest of the service, and its foot.
    """

    def __init__(self, outcomes: Outcomes | None = None, *, reporting: bool = False) -> None:
        """``outcomes`` tells what came of errors reported on a page; each page with such tells it.

        With ``reporting`` pages lead to the form by which one reports an error.
        """
        self._outcomes = outcomes
        self._reporting = reporting
        self.assets: Final = shipped_assets()
        self._templates = _templates(self.assets)
        self.wording: Final = read_wording()

    def text(self, template: str, language: str, **content: object) -> str:
        """What a template makes that is no page, such as a picture; see `render`."""
        return self._templates.get_template(template).render(
            lang=language, dir=direction(language), t=self.wording[language], **content
        )

    def render(
        self,
        request: Request,
        template: str,
        *,
        language: PageLanguage | None = None,
        status: int = 200,
        policy: str = PAGE_POLICY,
        headers: Mapping[str, str] | None = None,
        state: tuple[object, ...] | None = None,
        late: Callable[[], Mapping[str, object]] | None = None,
        **content: object,
    ) -> Response:
        """A page made from a template, in the language that the request asks for.

        ``state`` says what the page is made of beside its address and language, such as the
        number of the snapshot; a client that has the page of that state gets none. ``late`` makes
        further content, and is called only where the client gets the page.

        In the template ``t`` holds the words, ``lang`` is the language, and ``link("/queries")``
        is the address of another page, which keeps the language where the reader chose it.

        Raises:
            ParameterError: the request names a language that there is not.
        """
        if language is None:
            # A page that tells of an error must not fail over another one.
            choose = language_of if status >= _FIRST_ERROR else required_language
            language = choose(request)
        own = {
            "content-security-policy": policy,
            "content-language": language.tag,
            "vary": VARY,
            **{name.lower(): value for name, value in (headers or {}).items() if name != "Vary"},
        }
        shadowed = content.keys() & self._templates.globals.keys()
        here = self._reported_as(request, status)
        outcomes = () if here is None or self._outcomes is None else self._outcomes.of(here)
        if state is not None and outcomes:
            state = (*state, *(each.id for each in outcomes))
        if shadowed:
            raise TypeError(f"every page has its own already: {sorted(shadowed)}")

        def write() -> str:
            root = root_of(request)
            return self._templates.get_template(template).render(
                root=root,
                path=path_of(request),
                link=partial(_link, root, language),
                lang=language.tag,
                dir=direction(language.tag),
                language_asked=language.asked,
                status=status,
                t=self.wording[language.tag],
                # The address of a form that was sent in a body says nothing of what was in it.
                languages=() if request.method == "POST" else language_links(request),
                reported_as=here if self._reporting else None,
                outcomes=outcomes,
                **content,
                **(late() if late else {}),
            )

        return respond(request, write, content_type=_HTML, state=state, status=status, headers=own)

    def _reported_as(self, request: Request, status: int) -> str | None:
        """The path under which errors of a page are reported; None where none can be."""
        path = path_of(request)
        if self._outcomes is None or status >= _FIRST_ERROR or path.startswith(_NOT_REPORTED):
            return None
        try:
            return page_of(path)
        except InputError:
            return None


def _link(root: str, language: PageLanguage, address: str) -> str:
    if not address.startswith("/"):
        return address  # of another host
    if language.asked:
        address = with_language(address, language.tag)
    return root + address
