"""The graph from Python, in a notebook or a script: `connect`, then ask."""
