"""The ontology, concept schemes and methodology as pages and RDF."""
