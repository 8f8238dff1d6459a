"""A record as a page, as RDF and as JSON-LD."""
