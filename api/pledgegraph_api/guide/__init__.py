"""The documentation that its users need, as pages of the service at `/guide`."""
