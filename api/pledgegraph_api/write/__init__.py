"""SPARQL Update and the Graph Store Protocol."""
