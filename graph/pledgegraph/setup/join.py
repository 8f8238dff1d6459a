"""A new data directory that is a node of a shared changes log."""

from __future__ import annotations

from pledgegraph.errors import BaseMismatch, StreamDiffers
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import engine_over
from pledgegraph.setup.shipped_data import bring_up_to_date
from pledgegraph.store.changes import Receipt
from pledgegraph.store.directory import new_directory
from pledgegraph.store.log_address import read_address
from pledgegraph.store.replication.stream import Stream
from pledgegraph.store.replication.writer import Progress, catch_up


def join(
    settings: Settings, *, replicas: int, empty: bool, progress: Progress
) -> tuple[Receipt, str]:
    """Make the data directory, and the shared log where there is none; return its base IRI too.

    The shipped data go into a log that has nothing in it, unless ``empty``; a node of one that
    has takes what is there.

    Raises:
        LogUnavailable: the servers of the log do not answer.
        BaseMismatch, StreamDiffers: the log is for other data.
        DirectoryExists: there is a data directory already.
    """
    address = read_address(settings.log, credentials=settings.log_credentials)
    with Stream(address) as stream:
        told = stream.description()
        if told is None:
            stream.create(base=settings.base, gated=True, replicas=replicas)
            told = stream.description()
        if told is None or not told["gated"]:
            raise StreamDiffers(f"The log {address} cannot be joined.")
        is_new = stream.last() == 0
    base = str(told["base"])
    if settings.asked_base not in (None, base):
        raise BaseMismatch(
            f"The shared log is of {base}, not of {settings.asked_base}.",
            remedy=f"Set PLEDGEGRAPH_BASE={base}, or give the new log another name.",
        )
    with new_directory(settings.data_dir, base=base, log=address) as directory:
        engine = engine_over(directory, settings)
        sequence = catch_up(engine.directory, wait=settings.lock_wait, progress=progress)
        fills = is_new and not empty
        receipt = bring_up_to_date(engine) if fills else Receipt(sequence, 0, 0)
    return receipt, base
