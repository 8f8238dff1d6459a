"""Bringing a data directory of an earlier release to the format of this one."""

from __future__ import annotations

import shutil

from pledgegraph.store.directory import FORMAT, DataDirectory, open_directory, write_card


def upgraded(directory: DataDirectory, *, wait: float) -> DataDirectory:
    """The data directory in the present format; the next writer rebuilds its store from the log.

    Format 2 keeps the union of the named graphs as the store's default graph, which a store of
    format 1 lacks. A store of format 3 names no graph that holds nothing; the earlier ones name
    those that once held something. The changes log is the same in all.

    Raises:
        DirectoryLocked: another process writes there for longer than ``wait`` seconds.
        DirectoryReadOnly: this process may not write there.
    """
    if directory.format == FORMAT:
        return directory
    with directory.locked(wait):
        # Whoever had the lock before may have done it.
        if open_directory(directory.path).format != FORMAT:
            directory.current.unlink(missing_ok=True)
            shutil.rmtree(directory.primary, ignore_errors=True)
            write_card(
                directory.path, base=directory.base, gated=directory.gated, origin=directory.origin
            )
    return open_directory(directory.path)
