"""Errors of data directories, logs and what they are copied to."""

from __future__ import annotations

from pledgegraph.errors.root import PledgegraphError


class DirectoryError(PledgegraphError):
    """The data directory cannot be used."""


class DirectoryMissing(DirectoryError):
    """There is no data directory at that place."""

    remedy = "Create one with `pledgegraph init`."


class DirectoryExists(DirectoryError):
    """There is a data directory, or something else, at that place already."""


class FormatTooNew(DirectoryError):
    """A newer Pledgegraph wrote the data directory."""

    remedy = "Use the Pledgegraph release that wrote it, or a later one."


class BaseMismatch(DirectoryError):
    """The data directory was made for another base IRI than the one configured."""


class DirectoryLocked(DirectoryError):
    """Another process is writing, for longer than we wait."""

    remedy = "Wait until the other write has ended, then try again."


class DirectoryReadOnly(DirectoryError):
    """This process may read the data directory, but not write to it."""

    remedy = "Fix the permissions of the data directory, or write as the user who owns it."


class MirrorReadOnly(DirectoryReadOnly):
    """The data directory mirrors another service and takes its changes from there only."""

    remedy = "Make the change at the origin; the mirror follows."


class MirrorRefused(DirectoryError):
    """A data directory that has changes of its own cannot become a mirror."""

    remedy = "Choose another place with --data-dir."


class BackupUnusable(PledgegraphError):
    """A backup is damaged, or cannot be made where it was asked for."""

    remedy = "Choose another backup: each is a folder with a file backup.json in it."


class LogUnavailable(PledgegraphError):
    """The shared changes log does not answer, or not by enough of its servers.

    A change of which this is said was not acknowledged; it may be in the log all the same.
    """

    remedy = (
        "Wait until most of the log's servers are back, then look whether the change is there "
        "and make it again if it is not."
    )


class LogMoved(PledgegraphError):
    """Another node has added to the shared changes log first; the change is computed anew."""

    remedy = "Make the change again."


class StreamDiffers(DirectoryError):
    """The shared changes log is not the one that the data directory follows."""


class OriginError(PledgegraphError):
    """The service that a mirror follows cannot be followed."""


class OriginUnreachable(OriginError):
    """The origin does not answer, or not now."""

    remedy = (
        "Check the address and the network, then run the command again: it continues from there."
    )


class OriginDiffers(OriginError):
    """The origin is not the one that was mirrored, or sends what cannot be taken."""

    remedy = "Check the address. To follow another service, mirror it to another data directory."


class VersionMissing(PledgegraphError):
    """The changes log does not reach back, or not yet forward, to that version."""


class ChangeMissing(PledgegraphError):
    """The changes log has no change set of that number."""


class ShapesUnusable(PledgegraphError):
    """The shapes are Turtle, but not SHACL that the engines can work with."""


class LogDamaged(PledgegraphError):
    """A record in the middle of the changes log is not what was written."""

    remedy = "Restore the data directory from a backup; nothing was changed now."


class StoreDiffers(PledgegraphError):
    """The store, or the log itself, is not what was written."""

    remedy = (
        "If only the store is wrong, run `pledgegraph verify --mend`: it makes the store and the "
        "snapshot again from the changes log. Else restore the data directory from a backup."
    )


class NotCanonical(PledgegraphError):
    """A dataset cannot be brought into canonical form."""

    remedy = "Compare smaller datasets, or name the blank nodes."


class StorageFull(PledgegraphError):
    """The disk refused a write; nothing was changed."""

    remedy = "Free some space on the disk that holds the data directory, then try again."


class PublishDelayed(PledgegraphError):
    """A change set is in the changes log, but its snapshot could not be written."""

    remedy = (
        "Do not repeat the change. Free some space on the disk; the change becomes visible "
        "with the next write."
    )


class RemoteDiffers(DirectoryError):
    """What the remote engine holds is not what this data directory's log comes to."""

    remedy = (
        "Give this data directory a dataset of its own, or empty the one that it has in the remote "
        "engine: the next start fills it from the log."
    )
