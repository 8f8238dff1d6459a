"""Writes `data/LICENSE.md`: what each source's file under `data/` says of its licence.

Usage: python scripts/licence_table.py --write
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import Dataset, Literal, NamedNode, RdfFormat, parse

from pledgegraph.namespaces import DCTERMS, PG, RDF, RDFS, SCHEMA

_ROOT = Path(__file__).resolve().parent.parent
PAGE = _ROOT / "data" / "LICENSE.md"
_BASE: Final = "http://base.invalid/"
_KINDS: Final = (PG.Source, PG.EditorialSource, PG.ReferenceSource)
_NAMES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "http://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}

_HEAD = """# Licence of the data

What the Pledgegraph contributors wrote themselves (the ontology in `ontology/`; descriptions,
kinds, matches and links in `data/`) may be used under the licence [Creative Commons Attribution 4.0
International](https://creativecommons.org/licenses/by/4.0/) (CC BY 4.0). Cite Pledgegraph as
`CITATION.cff` says.

The facts come from the sources below, told in our own words. Where a short text is quoted (a title,
the name of a principle) it stays its author's. "Not known" means that nothing we have read
states a licence. Every source's description in the graph says the same.

This page is written by `scripts/licence_table.py` from the files; a test compares.

| file | source | licence |
|---|---|---|
"""
_MADE = """
## How the reference data were made, and from what

"""


def _first(dataset: Dataset, subject: NamedNode, predicate: NamedNode) -> str | None:
    """The value in English, or the only one."""
    values = [q.object for q in dataset.quads_for_subject(subject) if q.predicate == predicate]
    values.sort(key=lambda value: isinstance(value, Literal) and value.language != "en")
    return values[0].value if values and not hasattr(values[0], "subject") else None


def _sources(path: Path) -> Iterator[tuple[NamedNode, Dataset]]:
    dataset = Dataset(parse(path=path, format=RdfFormat.TURTLE, base_iri=_BASE))
    found = dict.fromkeys(
        quad.subject
        for kind in _KINDS
        for quad in dataset.quads_for_object(kind)
        if quad.predicate == RDF.type and isinstance(quad.subject, NamedNode)
    )
    for source in found:
        yield source, dataset


def page() -> str:
    """The page as it should be."""
    rows, made = "", ""
    for path in sorted((_ROOT / "data").rglob("*.ttl")):
        for source, dataset in _sources(path):
            label = (_first(dataset, source, RDFS.label) or "").replace("|", "\\|")
            address = _first(dataset, source, SCHEMA.url)
            licence = _first(dataset, source, DCTERMS.license)
            method = _first(dataset, source, PG.method)
            words = _first(dataset, source, PG.licenceAsStated)
            stated = f"[{_NAMES.get(licence, licence)}]({licence})" if licence else "not known"
            if method:
                stated = stated if licence else words or "see below"
                made += f"- `{path.relative_to(PAGE.parent)}`: {method}\n"
            title = f"[{label}]({address})" if address else label
            rows += f"| `{path.relative_to(PAGE.parent)}` | {title} | {stated} |\n"
    return _HEAD + rows + _MADE + made


def main() -> int:
    """Write the page with ``--write``, else print it."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
