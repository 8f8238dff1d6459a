"""What the documents about records hold, and how they read as RDF and as JSON-LD."""

from pledgegraph.documents.document import Document, compose, exists
from pledgegraph.documents.labels import Names
from pledgegraph.documents.profiles import Profiles, View, read_profiles

__all__ = ["Document", "Names", "Profiles", "View", "compose", "exists", "read_profiles"]
