"""The graph from Python, in a notebook or a script: `connect`, then ask."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
