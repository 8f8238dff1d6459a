"""Which record a name means: matched where it can be told, offered with a score where not."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
