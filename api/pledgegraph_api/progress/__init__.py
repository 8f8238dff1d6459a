"""What became of the commitments, as of a day: ``/progress``."""
