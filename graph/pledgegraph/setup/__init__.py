"""Prepares a data directory and opens its engine."""
