"""Folders to work in, on the disk of the data directory: hard links do not leave it.

Each is held by a lock that goes with its process, however that ends; what is left of a process
that was killed is cleared away by the next one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pledgegraph.store.atomic_files import alone_with


@contextmanager
def workspace(folder: Path) -> Iterator[Path]:
    """An empty folder under ``folder``, gone when the block is left."""
    folder.mkdir(exist_ok=True)
    _sweep(folder)
    path = folder / uuid.uuid4().hex
    lease = path.with_suffix(".lease")
    descriptor = os.open(lease, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        path.mkdir(mode=0o700)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        lease.unlink(missing_ok=True)
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    for lease in folder.glob("*.lease"):
        try:
            with alone_with(lease) as alone:
                # One being made has no folder yet: its owner makes it after it has the lock.
                if alone and lease.with_suffix("").exists():
                    shutil.rmtree(lease.with_suffix(""), ignore_errors=True)
                    lease.unlink(missing_ok=True)
        except FileNotFoundError:
            continue
