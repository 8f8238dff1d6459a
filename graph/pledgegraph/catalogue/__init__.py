"""The catalogue of questions: SPARQL queries with typed parameters."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
