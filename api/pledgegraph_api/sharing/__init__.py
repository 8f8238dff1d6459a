"""Taking a record along: citing it, and following what is told of it."""
