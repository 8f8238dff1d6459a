"""SPARQL text: lexer, syntax and rewrites."""
