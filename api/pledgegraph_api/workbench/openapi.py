"""The list of terms in OpenAPI's words."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from starlette.responses import Response

from pledgegraph_api.http.openapi import HTML, TEXT, JsonAnswer, json_of
from pledgegraph_api.problems.openapi import problem_response


class PropertyOfKnownClass(JsonAnswer):
    """A property as it is stated of the instances of one class."""

    name: str = Field(description="The short name that the list of properties has.")
    triples: int = Field(description="How often it is stated of them.")
    leads_to: list[str] = Field(
        description="Short names of classes and datatypes that it leads to, most first."
    )


class KnownClass(JsonAnswer):
    """A class."""

    iri: str
    name: str = Field(description="With a prefix where there is one; else the IRI.")
    label: str = Field(description="In the language asked for, or the nearest; may be empty.")
    instances: int = Field(description="0 for a class of the ontology that the data do not use.")
    properties: list[PropertyOfKnownClass]


class KnownProperty(JsonAnswer):
    """A property."""

    iri: str
    name: str
    label: str
    triples: int = Field(description="How often it is stated at all.")


class KnownTerms(JsonAnswer):
    """What can be asked for, in the words of the data."""

    snapshot: int
    language: str
    prefixes: dict[str, str] = Field(description="Prefix to namespace.")
    classes: list[KnownClass]
    properties: list[KnownProperty]


def terms_description() -> dict[str, Any]:
    """The keyword arguments of FastAPI's route."""
    return {
        "summary": "Classes and properties",
        "operation_id": "get_sparql_terms",
        "tags": ["SPARQL"],
        "description": "The classes and properties that the data use, how often, and where they "
        "lead, with their names in one language; those of the ontology that are not used have 0.",
        "response_class": Response,
        "responses": {
            200: {
                "description": "The list.",
                "content": {"application/json": json_of(KnownTerms), HTML: TEXT},
            },
            400: problem_response("A parameter cannot be used."),
            406: problem_response("It is JSON or a page."),
        },
    }
