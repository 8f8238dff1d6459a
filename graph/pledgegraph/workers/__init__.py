"""Queries in processes that can be killed: the engine itself can be neither timed nor stopped.

The parts are imported from their modules: a worker that begins needs nothing of the pool's.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
