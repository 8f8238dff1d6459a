"""Editors that are measured beside the workbench, and what measures them."""
