"""Pages that answer beside those of records: countries, two things compared, and embedded ones."""
