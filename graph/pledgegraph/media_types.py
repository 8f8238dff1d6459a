"""The one table of formats: negotiation, OpenAPI, command line and docs all read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from pyoxigraph import QueryResultsFormat, RdfFormat

from pledgegraph.errors import UnknownFormat


class Carries(Enum):
    """What a format can hold."""

    SOLUTIONS = "solutions"
    """The rows of a SELECT, or the truth value of an ASK."""
    TRIPLES = "triples"
    """One graph."""
    QUADS = "quads"
    """A dataset; one graph too."""


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation: ``name`` is what ``--format`` and ``?format=`` take."""

    name: str
    title: str
    media_type: str
    extension: str
    carries: Carries
    iri: str
    """Its IRI in the W3C's registry of file formats, for Service Descriptions."""
    aliases: tuple[str, ...] = ()
    """Further media types that mean the same in an Accept header."""
    text: bool = True

    @property
    def content_type(self) -> str:
        """The Content-Type header; text formats here are always UTF-8."""
        return f"{self.media_type}; charset=utf-8" if self.text else self.media_type

    @property
    def rdf(self) -> RdfFormat:
        """The engine's format for graphs and datasets."""
        found = RdfFormat.from_media_type(self.media_type)
        if found is None or self.carries is Carries.SOLUTIONS:
            raise UnknownFormat(f"{self.title} does not hold RDF.")
        return found

    @property
    def results(self) -> QueryResultsFormat:
        """The engine's format for solutions and truth values."""
        found = QueryResultsFormat.from_media_type(self.media_type)
        if found is None or self.carries is not Carries.SOLUTIONS:
            raise UnknownFormat(f"{self.title} does not hold query solutions.")
        return found


_FORMATS = "http://www.w3.org/ns/formats/"

JSON: Final = Format(
    "json",
    "SPARQL Results JSON",
    "application/sparql-results+json",
    "srj",
    Carries.SOLUTIONS,
    _FORMATS + "SPARQL_Results_JSON",
    aliases=("application/json",),
    text=False,
)
XML: Final = Format(
    "xml",
    "SPARQL Results XML",
    "application/sparql-results+xml",
    "srx",
    Carries.SOLUTIONS,
    _FORMATS + "SPARQL_Results_XML",
    aliases=("application/xml", "text/xml"),
    text=False,
)
CSV: Final = Format(
    "csv",
    "SPARQL Results CSV",
    "text/csv",
    "csv",
    Carries.SOLUTIONS,
    _FORMATS + "SPARQL_Results_CSV",
)
CSV_SAFE: Final = Format(
    "csv-safe",
    "CSV for spreadsheets",
    "text/csv",
    "csv",
    Carries.SOLUTIONS,
    _FORMATS + "SPARQL_Results_CSV",
)
"""To be had by its name only; see `pledgegraph.results.csv_safe`."""
TSV: Final = Format(
    "tsv",
    "SPARQL Results TSV",
    "text/tab-separated-values",
    "tsv",
    Carries.SOLUTIONS,
    _FORMATS + "SPARQL_Results_TSV",
)
TURTLE: Final = Format(
    "turtle",
    "Turtle",
    "text/turtle",
    "ttl",
    Carries.TRIPLES,
    _FORMATS + "Turtle",
    aliases=("application/x-turtle", "text/n3", "text/rdf+n3"),
)
N_TRIPLES: Final = Format(
    "ntriples",
    "N-Triples",
    "application/n-triples",
    "nt",
    Carries.TRIPLES,
    _FORMATS + "N-Triples",
    aliases=("text/plain",),
    text=False,
)
RDF_XML: Final = Format(
    "rdfxml",
    "RDF/XML",
    "application/rdf+xml",
    "rdf",
    Carries.TRIPLES,
    _FORMATS + "RDF_XML",
    aliases=("application/xml", "text/xml"),
    text=False,
)
JSON_LD: Final = Format(
    "jsonld",
    "JSON-LD",
    "application/ld+json",
    "jsonld",
    Carries.QUADS,
    _FORMATS + "JSON-LD",
    aliases=("application/json",),
    text=False,
)
TRIG: Final = Format(
    "trig",
    "TriG",
    "application/trig",
    "trig",
    Carries.QUADS,
    _FORMATS + "TriG",
    aliases=("application/x-trig",),
    text=False,
)
N_QUADS: Final = Format(
    "nquads",
    "N-Quads",
    "application/n-quads",
    "nq",
    Carries.QUADS,
    _FORMATS + "N-Quads",
    aliases=("text/x-nquads",),
    text=False,
)

RESULT_FORMATS: Final[tuple[Format, ...]] = (JSON, XML, CSV, TSV)
"""For SELECT and ASK, the default first."""
GRAPH_FORMATS: Final[tuple[Format, ...]] = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD, TRIG, N_QUADS)
"""For CONSTRUCT and DESCRIBE, the default first."""
FORMATS: Final[tuple[Format, ...]] = RESULT_FORMATS + GRAPH_FORMATS
NAMED_FORMATS: Final[tuple[Format, ...]] = (*FORMATS, CSV_SAFE)
"""Those that can be asked for by name."""


def format_named(name: str, among: tuple[Format, ...] = NAMED_FORMATS) -> Format:
    """The format with that name, file extension or media type.

    Raises:
        UnknownFormat: there is none; the message lists what there is.
    """
    wanted = name.strip().lower().lstrip(".")
    for each in among:
        if wanted in (each.name, each.extension, each.media_type):
            return each
    known = ", ".join(f.name for f in among)
    raise UnknownFormat(f"There is no format {name!r} here.", remedy=f"Use one of: {known}.")
