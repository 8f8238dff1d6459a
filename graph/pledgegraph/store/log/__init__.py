"""The log of changes on disk, and the form of its records."""
