"""Changes that were sent for review: kept until another person applies or declines them."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
