"""Puts the service together from its parts."""
