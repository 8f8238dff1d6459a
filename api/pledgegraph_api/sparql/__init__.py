"""The SPARQL 1.1 Protocol: queries, results, service description."""
