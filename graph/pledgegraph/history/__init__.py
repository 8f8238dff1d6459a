"""Past versions, dumps, mirrors and verification of a data directory."""
