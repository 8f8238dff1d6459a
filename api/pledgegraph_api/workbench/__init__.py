"""What helps people to write queries at `/sparql`, and to use the answers."""
