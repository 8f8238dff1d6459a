"""Backups: a data directory copied while it serves, verified, and put back.

    DIR/pledgegraph-{N}-{time}/backup.json   what is there, with checksums
    DIR/pledgegraph-{N}-{time}/data/         the changes log up to N, snapshot N, the small files

A backup has its name only when all of it is on the disk and has been read again.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
