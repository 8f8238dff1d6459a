"""Rules for the files of this repository that no linter knows.

No committed file names a machine's own path or a package registry's host; every module says what
it is for; no file is left over from a merge.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_ROOT = Path(__file__).resolve().parent.parent

# Put together from parts, so that this file passes its own check.
_FORBIDDEN: Final[dict[str, re.Pattern[str]]] = {
    "a machine's own path": re.compile(
        r"(?<![\w.:/<-])/(?:(?:home|Users)/[\w.-]+|root|work|opt)/[\w.-]+"
    ),
    "a package registry's host": re.compile(
        r"\b(?:pypi\.(?:org)|files\.pythonhosted\.(?:org)|registry\.npmjs\.(?:org)"
        r"|registry\.yarnpkg\.(?:com)|proxy\.golang\.(?:org)|crates\.(?:io)"
        r"|repo1?\.maven\.(?:org)|deb\.debian\.(?:org))\b"
    ),
    "a merge's left-over": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
}
_NO_TEXT: Final = (".png", ".woff2", ".ico", ".gz", ".zst")


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [_ROOT / name for name in listed.stdout.split("\0") if name]


def _unwanted(path: Path, text: str) -> Iterator[str]:
    for what, pattern in _FORBIDDEN.items():
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{path.relative_to(_ROOT)}:{line}: {what}: {found[0]!r}"


def _undescribed(path: Path, text: str) -> Iterator[str]:
    if path.suffix == ".py" and not ast.get_docstring(ast.parse(text)):
        yield f"{path.relative_to(_ROOT)}:1: the module does not say what it is for"


def problems(paths: list[Path]) -> Iterator[str]:
    """One line for each breach, with its place."""
    for path in paths:
        if path.suffix in _NO_TEXT or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        yield from _unwanted(path, text)
        yield from _undescribed(path, text)


def main() -> int:
    """Check every file that git knows or would add; 1 when there is a problem."""
    found = list(problems(_tracked()))
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
