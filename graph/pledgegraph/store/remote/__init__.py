"""Another program's store: how it is spoken to, and how the writer keeps it in step."""
