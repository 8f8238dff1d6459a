"""``nso.ttl``: the national statistical offices with their Wikidata identifiers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pycountry

from reference.m49_package import Area, Kind
from reference.made_from import describe
from reference.office_languages import language_of
from reference.offices import (
    DOUBTFUL,
    NOT_STATISTICAL,
    Office,
    RowNotUnderstood,
    distinct,
    nameless,
    rows,
)
from reference.turtle_text import Document, iri, plain, tagged

NOT_IN_M49 = frozenset({"XK"})
"""Codes of the list for which M49 has no area."""

__all__ = ["RowNotUnderstood", "nso_turtle"]


def nso_turtle(path: Path, areas: dict[str, Area], log: Callable[[str], None]) -> str:
    """The file's text from the list at ``path``. ``log`` is told of every row not taken as it is.

    Raises:
        RowNotUnderstood: no rule covers a row.
    """
    found = rows(path)
    dropped = nameless(found)
    offices = distinct(found)
    for row in dropped:
        log(f"nso: {row.key}: no name and no identifier, left out")
    document = Document(
        "National statistical offices. Made by scripts/reference/generate.py; do not edit."
    )
    describe(
        document,
        "reference-nso",
        label="National statistical offices with their Wikidata identifiers",
        description=(
            "National statistical offices, and the government bodies that the list has among "
            "them. Names are those of the list, misprints included; their languages, which the "
            "list does not give, were added (und: none). Records with the grade high "
            "have an identifier that was looked up; the others are as the list has them."
        ),
        method=(
            "Made by scripts/reference/generate.py from a list of "
            f"{len(found)} rows with identifiers and names from Wikidata (CC0). "
            f"{len(dropped)} rows have neither name nor identifier and are left out: "
            f"{', '.join(row.key for row in dropped)}. The others are {len(offices)} distinct "
            "bodies. Kyrgyzstan's office is missing from the list and was added from the article "
            "on the Collaborative on Citizen Data, without identifier."
        ),
        derived_from=["https://www.wikidata.org/"],
        retrieved="2026-11-22",
        redistributable="yes",
        licence="http://creativecommons.org/publicdomain/zero/1.0/",
    )
    country = {
        c.alpha_2: f"m49:{c.numeric}"
        for c in pycountry.countries
        if c.numeric in areas and areas[c.numeric].kind is Kind.COUNTRY
    }
    for office in offices:
        _add(document, office, country)
        for row in office.same:
            log(f"nso: {row.key}: the same office as {office.row.key}, merged")
        for row in office.astray:
            log(f"nso: {row.key}: carries the office of {office.row.key}, kept as a discrepancy")
            _add_astray(document, office, row.key, row.country, country)
        if office.row.key in NOT_STATISTICAL:
            log(f"nso: {office.row.key}: {office.row.name}: a government body")
        if office.row.wikidata in DOUBTFUL:
            log(f"nso: {office.row.key}: {office.row.wikidata} is in doubt, graded low")
            _add_doubt(document, office)
        if not office.slug.startswith(office.row.key[:2]):
            log(f"nso: {office.row.key}: the code of ISO 3166-1 is {office.row.country}")
    document.add(
        "actor:kg-nsc",
        ("a", ["pg:Actor", "pg:NationalStatisticalOffice"]),
        ("rdfs:label", tagged("National Statistical Committee of the Kyrgyz Republic", "en")),
        ("pg:actorType", "actor-type:national-statistical-office"),
        ("dcterms:spatial", country["KG"]),
        ("pg:grade", "grade:high"),
        ("pg:note", tagged("Not in the list; named by the article, without identifier.", "en")),
    )
    log("nso: kg-nsc: added from the article")
    return document.turtle()


def _add(document: Document, office: Office, country: dict[str, str]) -> None:
    row = office.row
    notes = []
    if not office.statistical:
        notes.append(f"In the list of statistical offices; it is {NOT_STATISTICAL[row.key]}.")
    if row.country in NOT_IN_M49:
        notes.append(f"The list gives {row.country} as its country, for which M49 has no code.")
    elif row.country not in country:
        raise RowNotUnderstood(f"{row.key}: no country of M49 has the code {row.country}")
    kind = "national-statistical-office" if office.statistical else "government"
    classes = ["pg:Actor"] + ["pg:NationalStatisticalOffice"] * office.statistical
    document.add(
        f"actor:{office.slug}",
        ("a", classes),
        ("rdfs:label", tagged(row.name, language_of(row.name))),
        ("pg:actorType", f"actor-type:{kind}"),
        ("dcterms:spatial", [country[row.country]] if row.country in country else []),
        ("dcterms:identifier", [plain(each.key) for each in (row, *office.same)]),
        ("schema:sameAs", f"wd:{row.wikidata}"),
        ("schema:url", [iri(row.website)] if row.website else []),
        ("pg:grade", f"grade:{office.grade}"),
        ("pg:note", [tagged(note, "en") for note in notes]),
    )


def _add_doubt(document: Document, office: Office) -> None:
    slug, row = f"{office.slug}-wikidata", office.row
    document.add(
        f"discrepancy:{slug}",
        ("a", "pg:Discrepancy"),
        ("rdfs:label", tagged(f"Wikidata identifier of {row.name}", "en")),
        ("pg:about", f"actor:{office.slug}"),
        ("pg:property", "schema:sameAs"),
        ("pg:grade", "grade:high"),
    )
    claims = {
        "list": f"The list gives {row.wikidata} as the identifier.",
        "review": DOUBTFUL[row.wikidata],
    }
    for name, text in claims.items():
        document.add(
            f"claim:{slug}-{name}",
            ("a", "pg:Claim"),
            ("pg:partOf", f"discrepancy:{slug}"),
            ("pg:text", tagged(text, "en")),
            ("pg:source", "source:reference-nso"),
            ("pg:grade", "grade:high"),
        )


def _add_astray(
    document: Document, office: Office, key: str, code: str, country: dict[str, str]
) -> None:
    slug = f"{office.slug}-country"
    document.add(
        f"discrepancy:{slug}",
        ("a", "pg:Discrepancy"),
        ("rdfs:label", tagged(f"Country of {office.row.name} ({office.slug})", "en")),
        ("pg:about", f"actor:{office.slug}"),
        ("pg:property", "dcterms:spatial"),
        (
            "pg:note",
            tagged(
                "One identifier, name and website stand under two countries. The website's domain "
                f"decides for {office.row.country}; of an office of {code} nothing is known.",
                "en",
            ),
        ),
        ("pg:grade", "grade:high"),
    )
    for row_key, row_code in ((office.row.key, office.row.country), (key, code)):
        document.add(
            f"claim:{slug}-{row_code.lower()}",
            ("a", "pg:Claim"),
            ("pg:partOf", f"discrepancy:{slug}"),
            ("pg:text", tagged(f"The row {row_key} gives the country as {row_code}.", "en")),
            ("dcterms:spatial", country[row_code]),
            ("pg:source", "source:reference-nso"),
            ("pg:grade", "grade:high"),
        )
