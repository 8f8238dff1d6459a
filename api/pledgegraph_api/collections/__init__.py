"""Lists of records: commitments, actors, events and sources."""
