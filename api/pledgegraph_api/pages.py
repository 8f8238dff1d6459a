"""Renders the HTML pages, which work without scripts and without any other host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from pledgegraph_api.languages import DEFAULT
from pledgegraph_api.wording import grouped, read_wording

_HERE: Final = Path(__file__).resolve().parent
STATIC: Final = _HERE / "static"

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of pages: no script at all."""


class Pages:
    """The templates of the service; what is put into them is escaped."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["grouped"] = grouped
        self.wording: Final = read_wording()

    def render(
        self,
        request: Request,
        template: str,
        *,
        lang: str = DEFAULT,
        status: int = 200,
        policy: str = PAGE_POLICY,
        headers: Mapping[str, str] | None = None,
        **content: object,
    ) -> HTMLResponse:
        """A page made from a template in a language, with its Content-Security-Policy."""
        # Where the service is mounted is the operator's word; the Host header is anyone's.
        root = request.scope.get("root_path", "").rstrip("/")
        text = self._templates.get_template(template).render(
            root=root, lang=lang, t=self.wording[lang], **content
        )
        own = {"content-security-policy": policy, "content-language": lang}
        return HTMLResponse(text, status, {**own, **(headers or {})})
