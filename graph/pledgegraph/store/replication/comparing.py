"""Whether a node's own log is, record for record, what the shared log holds."""

from __future__ import annotations

from collections.abc import Iterator

from pledgegraph.store.directory import DataDirectory
from pledgegraph.store.log.changes_log import ChangesLog
from pledgegraph.store.replication.position import read_position
from pledgegraph.store.replication.reading import records_of
from pledgegraph.store.replication.stream import Stream
from pledgegraph.store.scratch import workspace


def differences(directory: DataDirectory) -> Iterator[str]:
    """What is not the same, a sentence each; nothing where all is well.

    Raises:
        LogUnavailable: the shared log does not answer.
        StreamDiffers: one of its messages cannot be read.
    """
    if directory.log is None:
        return
    ours = ChangesLog(directory.changes).after(0)
    position = read_position(directory)
    with Stream(directory.log) as stream:
        for number in range(1, position.message + 1):
            step = stream.step(number)
            if step is None:
                yield f"The shared log lacks message {number}, which this node has taken."
                return
            with workspace(directory.work) as folder:
                for theirs in records_of(step, folder):
                    mine = next(ours, None)
                    if mine is None or mine.sha256 != theirs.sha256:
                        yield f"Change set {theirs.sequence} is another one in the shared log."
                        return
    if next(ours, None) is not None:
        yield f"This node has change sets after {position.record} that the shared log lacks."
