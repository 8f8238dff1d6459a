"""The catalogue of questions: SPARQL queries with typed parameters."""
