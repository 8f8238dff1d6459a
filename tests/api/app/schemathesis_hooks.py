"""How schemathesis, which imports this in its own process, sends bodies that are no JSON."""

from __future__ import annotations

import schemathesis


@schemathesis.serializer(
    "application/sparql-query",
    "application/sparql-update",
    "application/ld+json",
    "application/n-triples",
    "application/rdf+xml",
    "text/turtle",
)
def as_it_is(_context: schemathesis.SerializationContext, value: object) -> bytes:
    """Text as UTF-8."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
