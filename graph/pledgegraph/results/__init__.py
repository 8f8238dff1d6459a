"""Query results as they are written: encoding, truncation, safe text."""
