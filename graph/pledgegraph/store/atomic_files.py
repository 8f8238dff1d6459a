"""Files that are either the old one or the new one, also after a power cut, and their checksums."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SEAL: Final = "seal"
"""The member of a sealed JSON file that holds the checksum of the others."""


class SealBroken(ValueError):
    """A sealed file is not what was written."""


def sync_folder(folder: Path) -> None:
    """Wait until the folder's list of names is on the disk."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def sync_file(path: Path) -> None:
    """Wait until the file's content is on the disk."""
    _sync(path, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Put ``text`` in place of the file's content; a reader sees all of it or the old one.

    ``mode`` is the new file's, less the process's umask.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def publish_folder(partial: Path, final: Path, *, fresh: Iterable[Path] | None = None) -> None:
    """Give a folder of files its name, after all that is in it is on the disk.

    Those files alone are waited for that are ``fresh``, where that is told.
    """
    for entry in partial.iterdir() if fresh is None else fresh:
        sync_file(entry)
    sync_folder(partial)
    partial.rename(final)
    sync_folder(final.parent)


def sealed(content: Mapping[str, Any]) -> str:
    """A JSON object as the text of a file, with a checksum of all that is in it."""
    return json.dumps({**content, SEAL: _seal_of(content)}, indent=2) + "\n"


def unsealed(text: str) -> dict[str, Any]:
    """The JSON object in the text of a file. One without a checksum comes from an older release.

    Raises:
        SealBroken: the text is not what was written.
        ValueError: it is not a JSON object.
    """
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 -- as where it is not JSON
    seal = content.pop(SEAL, None)
    if seal is not None and seal != _seal_of(content):
        raise SealBroken("its checksum does not match its content")
    return content


def is_sealed(path: Path) -> bool:
    """Whether the file, which is a JSON object, has a checksum."""
    return SEAL in json.loads(path.read_text(encoding="utf-8"))


def _seal_of(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@contextmanager
def alone_with(path: Path, *, flags: int = 0, mode: int = 0o644) -> Iterator[bool]:
    """Whether nobody has a lock on the file, nor can get one while the block runs.

    ``flags`` may be ``os.O_CREAT``, to make the file where there is none. The lock goes with
    the process.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, mode)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
