"""The checksums of a snapshot's files: `SHA256SUMS` in its folder, as `sha256sum --check` reads it.

Most files of a snapshot are hard links to files of the one before, whose checksums are taken
over: they tell what was once written, also where a bit has turned since.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pledgegraph.store.atomic_files import write_whole

NAME: Final = "SHA256SUMS"
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^/\n]+)")
_BLOCK: Final = 1 << 20
_NOT_DATA: Final = ("LOG", "LOCK", NAME, ".")
"""How names begin of files that change without the data, or that nobody reads."""


def write_checksums(folder: Path, *, like: Path | None = None) -> list[Path]:
    """Write the checksums of the folder's files, and return those files that are new.

    The checksums of files that are the same ones as in ``like``, by their inodes, are taken from
    there. The new files, with that of the checksums, may not be on the disk yet.
    """
    known = _known(like) if like is not None else {}
    lines, fresh = [], []
    for entry in _files(folder):
        found = known.get((entry.name, entry.inode()))
        if found is None:
            found = _sum_of(folder / entry.name)
            fresh.append(folder / entry.name)
        lines.append(f"{found}  {entry.name}\n")
    (folder / NAME).write_text("".join(lines), encoding="utf-8")
    return [*fresh, folder / NAME]


def add_checksums(folder: Path) -> None:
    """Give a snapshot of an older release the checksums of its files as they are now."""
    lines = [f"{_sum_of(folder / each.name)}  {each.name}\n" for each in _files(folder)]
    write_whole(folder / NAME, "".join(lines))


def has_checksums(folder: Path) -> bool:
    """Whether the folder has checksums at all: those of older releases have none."""
    return (folder / NAME).exists()


def damaged_files(folder: Path, *, pause: Callable[[], None] = lambda: None) -> list[str]:
    """The names of the folder's files that are not what was written; empty where all is well.

    ``pause`` is called after each megabyte that was read.
    """
    if not has_checksums(folder):
        return []
    written = _read(folder)
    if not written:
        return [NAME]
    names = {entry.name for entry in _files(folder)}
    missing = written.keys() - names
    changed = {n for n in written.keys() & names if _sum_of(folder / n, pause) != written[n]}
    return sorted({*missing, *changed})


def _files(folder: Path) -> list[os.DirEntry[str]]:
    """The files of a folder, by name; a store has hundreds, and none is looked at for this."""
    with os.scandir(folder) as entries:
        found = [e for e in entries if not e.name.startswith(_NOT_DATA) and e.is_file()]
    return sorted(found, key=lambda entry: entry.name)


def _known(folder: Path) -> dict[tuple[str, int], str]:
    written = _read(folder)
    if not written:
        return {}
    return {
        (entry.name, entry.inode()): written[entry.name]
        for entry in _files(folder)
        if entry.name in written
    }


def _read(folder: Path) -> dict[str, str]:
    """What the file says; nothing where it is not there or does not say that."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return {}
    found = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            return {}
        found[match[2]] = match[1]
    return found


def _sum_of(path: Path, pause: Callable[[], None] = lambda: None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            pause()
    return digest.hexdigest()
