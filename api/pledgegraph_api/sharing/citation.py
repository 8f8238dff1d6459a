"""How a record is cited: as text, and in the forms that reference managers read.

BibTeX as biblatex 3 has it, RIS, and CSL-JSON 1.0
(https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

AUTHOR: Final = "The Pledgegraph contributors"
PUBLISHER: Final = "Pledgegraph"
_SPECIAL: Final = re.compile(r"[\\{}$&#^_~%]")
_BIBTEX: Final[Mapping[str, str]] = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited: a record, as one state of the data told of it."""

    iri: str
    title: str
    language: str
    """The tag of the title's language; empty where it has none."""
    published: date
    """When that state was published."""
    snapshot: int
    accessed: date

    @property
    def key(self) -> str:
        """A name for it among others: letters, digits and hyphens."""
        tail = re.sub(r"[^A-Za-z0-9]+", "-", self.iri.rpartition("/id/")[2] or self.iri)
        return f"pledgegraph-{tail.strip('-')}-{self.snapshot}"


def as_text(citation: Citation) -> str:
    """A line for a list of references."""
    return (
        f"{AUTHOR} ({citation.published.year}). {_plain(citation.title)} "
        f"[Record, snapshot {citation.snapshot}]. {PUBLISHER}. {citation.iri} "
        f"(accessed {citation.accessed.isoformat()}).\n"
    )


def as_bibtex(citation: Citation) -> str:
    """An entry of biblatex."""
    fields = {
        "author": "{" + AUTHOR + "}",
        "title": "{" + _escaped(citation.title) + "}",
        "date": citation.published.isoformat(),
        "publisher": PUBLISHER,
        "version": f"snapshot {citation.snapshot}",
        "url": citation.iri,
        "urldate": citation.accessed.isoformat(),
    }
    if citation.language:
        fields["langid"] = citation.language
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@dataset{{{citation.key},\n{lines}}}\n"


def as_ris(citation: Citation) -> str:
    """An entry of RIS; lines end as its specification says."""
    lines = [
        ("TY", "DATA"),
        ("AU", AUTHOR),
        ("TI", _plain(citation.title)),
        ("PB", PUBLISHER),
        ("PY", str(citation.published.year)),
        ("DA", citation.published.strftime("%Y/%m/%d")),
        ("ET", f"snapshot {citation.snapshot}"),
        ("UR", citation.iri),
        ("Y2", citation.accessed.strftime("%Y/%m/%d")),
        *([("LA", citation.language)] if citation.language else []),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)


def as_csl(citation: Citation) -> str:
    """A list of one item of CSL-JSON."""

    def parts(day: date) -> dict[str, list[list[int]]]:
        return {"date-parts": [[day.year, day.month, day.day]]}

    item = {
        "id": citation.key,
        "type": "dataset",
        "title": _plain(citation.title),
        "author": [{"literal": AUTHOR}],
        "publisher": PUBLISHER,
        "issued": parts(citation.published),
        "accessed": parts(citation.accessed),
        "version": f"snapshot {citation.snapshot}",
        "URL": citation.iri,
        **({"language": citation.language} if citation.language else {}),
    }
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


FORMS: Final[Mapping[str, tuple[str, str, Callable[[Citation], str]]]] = {
    "txt": ("Text", "text/plain; charset=utf-8", as_text),
    "bib": ("BibTeX", "application/x-bibtex; charset=utf-8", as_bibtex),
    "ris": ("RIS", "application/x-research-info-systems; charset=utf-8", as_ris),
    "json": ("CSL-JSON", "application/vnd.citationstyles.csl+json", as_csl),
}
"""By extension: the form's title, its media type, and what writes it."""


def _plain(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def _escaped(text: str) -> str:
    """The text as TeX shows it."""
    return _SPECIAL.sub(lambda sign: _BIBTEX.get(sign[0], "\\" + sign[0]), _plain(text))
