"""The ontology as shipped: its files, terms and concept schemes."""
