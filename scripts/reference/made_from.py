"""How a reference file says what it was made from, and when that was fetched."""

from __future__ import annotations

from collections.abc import Iterable

from reference.turtle_text import Document, iri, plain, tagged, typed

PACKAGES_FETCHED = "2026-11-23"
"""The day on which the packages were fetched for the files committed here."""
NAMES_FETCHED = "2026-11-29"
"""The same of the package with the names of M49."""


def describe(
    document: Document,
    slug: str,
    *,
    label: str,
    description: str,
    method: str,
    derived_from: Iterable[str],
    retrieved: str,
    redistributable: str,
    licence: str | None = None,
    licence_as_stated: str | None = None,
) -> None:
    """Say that the file is the reference source ``slug``.

    ``description`` tells what is in it, ``method`` how it was made and from what.
    ``derived_from`` takes package URLs (https://github.com/package-url/purl-spec), which name a
    package and its version and no host. What is made of several works under licences of their own
    has no one ``licence``: ``licence_as_stated`` names them, and for what each stands.
    """
    document.add(
        f"source:{slug}",
        ("a", ["pg:ReferenceSource", "pg:Source"]),
        ("rdfs:label", tagged(label, "en")),
        ("dcterms:description", tagged(description, "en")),
        ("pg:method", tagged(method, "en")),
        ("prov:wasDerivedFrom", [iri(each) for each in derived_from]),
        ("dcterms:license", [iri(licence)] if licence else []),
        ("pg:licenceAsStated", [plain(licence_as_stated)] if licence_as_stated else []),
        ("pg:retrieved", typed(retrieved, "xsd:date")),
        ("pg:redistributable", f"redistributable:{redistributable}"),
    )
