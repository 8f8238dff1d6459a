"""In which language an office's name is: the list gives none, and calls all of them English."""

from __future__ import annotations

UNDETERMINED = "und"
"""For names that are no words of one language (RFC 5646, section 4.1)."""

_FIRST_WORDS = {
    "Agence Nationale": "fr",
    "Agencija": "bs",
    "Centre national": "fr",
    "Departament d": "ca",
    "Departamento": "es",
    "Dirección": "es",
    "Direction Générale": "fr",
    "Institut ": "fr",
    "Instituto": "es",
    "Ministerio": "es",
    "Office National": "fr",
}
"""How names that are not English begin; what no line covers is English."""

_PORTUGUESE = "Estatística"
_MADE_UP = frozenset(
    {
        "ICASEES",
        "INSEE",
        "INSEED",
        "INSEED-TOGO",
        "Istat",
        "STATEC",
        "Statbel",
        "TAJSTAT",
        "UZSTAT",
    }
)
"""Acronyms and names made from them."""


def language_of(name: str) -> str:
    """The language tag for an office's name: ``es`` for an Instituto, ``und`` for an acronym."""
    if name in _MADE_UP:
        return UNDETERMINED
    if name.startswith("Instituto") and name.endswith(_PORTUGUESE):
        return "pt"
    return next((tag for start, tag in _FIRST_WORDS.items() if name.startswith(start)), "en")
