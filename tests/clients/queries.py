"""The queries that the clients ask, and what is known of the answers."""

from __future__ import annotations

from typing import Final

PREFIXES: Final = """\
PREFIX pg: <https://w3id.org/pledgegraph/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""

LABELS: Final = PREFIXES + "SELECT ?it ?label { ?it a pg:Commitment ; rdfs:label ?label }"
"""Four labels in four languages, one of which has a line break and quotation marks in it."""

KNOWN: Final = {
    ("water", 'Clean water, "for all"\nand everywhere', "en"),
    ("water", "De l'eau <propre> & sûre", "fr"),
    ("light", "ضوء للجميع", "ar"),
    ("light", "人人享有光明", "zh"),
}

EMOJI: Final = PREFIXES + 'SELECT ?it { ?it rdfs:label "Aïsha Ðorđević 🌍"@en }'
"""One row, if every byte of the query arrives as it was sent."""

GRAPH: Final = (
    PREFIXES
    + "CONSTRUCT { ?it rdfs:label ?label } WHERE { ?it a pg:Commitment ; rdfs:label ?label }"
)

DESCRIPTION: Final = "DESCRIBE <https://data.example.org/id/commitment/water>"

BIG: Final = (
    "SELECT ?a ?b { ?a a <https://data.example.org/def/Thing> . "
    "?b a <https://data.example.org/def/Thing> }"
)
"""As many rows as there are things, times the same again."""

IN_ONE: Final = PREFIXES + "SELECT ?it { ?it a pg:Commitment }"
"""Two rows; one, where the default graph is that of one source."""


def long(query: str, length: int) -> str:
    """The query made longer than an address can be, so that nothing but its length changes."""
    comment = "# " + "very long " * 7 + "\n"
    return comment * (length // len(comment)) + query
