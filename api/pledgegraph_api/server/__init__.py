"""Runs the service: processes, sockets and signals."""
