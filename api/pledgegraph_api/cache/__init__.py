"""Responses kept in memory, named by snapshot and request."""
