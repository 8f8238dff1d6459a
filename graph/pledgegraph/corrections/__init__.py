"""Errors that readers report: kept for a time, decided by stewards, answered in public."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
