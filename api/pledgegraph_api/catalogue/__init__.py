"""The questions of the catalogue over HTTP: a page, an operation and a form for each."""
