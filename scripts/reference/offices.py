"""The rows of ``nso_wikidata.csv``, merged to distinct offices, with what was decided and why."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ISO_CODE = {"UK": "GB"}
"""Codes of the list that are not those of ISO 3166-1."""

NOT_STATISTICAL = {
    "ae-nso-moe": "a ministry",
    "dj-nso-stat": "a ministry",
    "fr-nso-ined": "a research institute for demography",
    "in-nso-mspi": "a ministry",
    "mv-nso-dnp": "a ministry",
    "pk-nso-meas": "a ministry",
    "sv-nso-me": "a ministry",
    "uk-nso-gros": "a register office",
}
"""Rows that name a government body which is not a statistical office."""

CHECKED = frozenset({"Q1190181", "Q6392669", "Q18391614", "Q17067223", "Q20423308", "Q4924172"})
"""Identifiers that were looked up one by one; all others are as the list has them."""

DOUBTFUL = {"Q98079239": "A review of the list found that Q98079239 looks like a duplicate entry."}
"""Identifiers of which the list's flaws are known."""

PREFERRED_KEY = {"Q20423308": "sa-nso-gas"}
"""The key that gives the slug, where several rows of one country are one office."""


class RowNotUnderstood(Exception):
    """The list has a row, or two rows together, that no rule here covers."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. ``country`` is an alpha-2 code of ISO 3166-1, or XK."""

    country: str
    wikidata: str
    name: str
    website: str
    key: str


@dataclass(frozen=True, slots=True)
class Office:
    """A distinct office: the row that describes it best and the others that mean it too."""

    row: Row
    same: tuple[Row, ...] = ()
    """Further rows of the same country."""
    astray: tuple[Row, ...] = ()
    """Rows of another country that carry this office's identifier, name and website."""

    @property
    def slug(self) -> str:
        """``co-dane`` for the key ``co-nso-dane``; the country's code is the one of ISO."""
        country, _, rest = self.row.key.partition("-nso-")
        code = ISO_CODE.get(country.upper(), country)
        return f"{code}-{rest}".lower()

    @property
    def statistical(self) -> bool:
        """Whether it is a national statistical office."""
        return self.row.key not in NOT_STATISTICAL

    @property
    def grade(self) -> str:
        """How sure the record is: ``high`` when checked, ``low`` when known to be in doubt."""
        if self.row.wikidata in CHECKED:
            return "high"
        return "low" if self.row.wikidata in DOUBTFUL else "medium"


def rows(path: Path) -> list[Row]:
    """All rows of the list, with the codes of ISO 3166-1."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                ISO_CODE.get(line["iso2"], line["iso2"]),
                line["wikidata"],
                line["name_en"],
                line["website"],
                line["registry_key"],
            )
            for line in csv.DictReader(file)
        ]


def nameless(found: list[Row]) -> list[Row]:
    """The rows that give neither name nor identifier, so that nothing is known of their office."""
    return [row for row in found if not row.name and not row.wikidata]


def distinct(found: list[Row]) -> list[Office]:
    """The offices that the rows with a name mean, in the list's order.

    Rows with one identifier are one office. Where they name several countries, the office is of
    the country whose domain its website has, and the other rows are astray.

    Raises:
        RowNotUnderstood: a row has a name without an identifier or the reverse, or rows share an
            identifier and the website does not tell the country.
    """
    by_identifier: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        if bool(row.name) != bool(row.wikidata):
            raise RowNotUnderstood(f"{row.key}: a name without an identifier, or the reverse")
        if row.wikidata:
            by_identifier[row.wikidata].append(row)
    return [_office(group) for group in by_identifier.values()]


def _office(group: list[Row]) -> Office:
    if len(group) == 1:
        return Office(group[0])
    if len({row.country for row in group}) == 1:
        preferred = PREFERRED_KEY.get(group[0].wikidata)
        chosen = [row for row in group if row.key == preferred]
        if len(chosen) != 1:
            raise RowNotUnderstood(f"{group[0].key}: stands {len(group)} times; choose one key")
        return Office(chosen[0], same=tuple(row for row in group if row is not chosen[0]))
    at_home = [row for row in group if f".{row.country.lower()}/" in row.website + "/"]
    if len(at_home) != 1:
        raise RowNotUnderstood(f"{group[0].key}: the website does not tell the office's country")
    return Office(at_home[0], astray=tuple(row for row in group if row is not at_home[0]))
