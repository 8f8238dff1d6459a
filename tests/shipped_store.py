"""A data directory with the shipped data, made once for all workers of a run and copied."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

from pledgegraph.settings import Settings
from pledgegraph.setup.prepare import prepare


def copy_shipped(factory: pytest.TempPathFactory, path: Path, base: str) -> Path:
    """Put at ``path`` what `pledgegraph init` makes, with that base.

    The first test that wants it makes it, which takes seconds; the others get a copy.
    """
    run = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    made = run / f"shipped-{sha256(base.encode()).hexdigest()[:8]}"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            unfinished = made.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            prepare(Settings(data_dir=unfinished, base=base))
            unfinished.rename(made)
    shutil.copytree(made, path)
    return path
