"""Checking data against the shapes: one interface, two engines, one kind of report."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
