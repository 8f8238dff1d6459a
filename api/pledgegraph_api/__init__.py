"""The Pledgegraph HTTP service."""
