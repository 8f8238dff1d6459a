"""Finding records by the words of their names and texts."""
