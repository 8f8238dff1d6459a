"""What the documents about records hold, and how they read as RDF and as JSON-LD."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
