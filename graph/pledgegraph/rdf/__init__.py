"""Reading and indexing RDF."""
