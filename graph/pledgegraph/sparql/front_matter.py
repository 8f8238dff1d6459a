"""The YAML that a query file begins with, in lines that SPARQL takes for comments.

    #+ id: last-report
    #+ defines: [pg:lastReport]

The ``#+`` is the convention of grlc (https://grlc.io/), so its readers understand our files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from pledgegraph.errors import ReadError

_MARK: Final = "#+"
# The one in C is ten times as fast; PyYAML has it where libyaml was there when it was built.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def split_front_matter(path: Path) -> tuple[dict[str, Any], str]:
    """The front matter of a query file, and the query without it.

    Raises:
        ReadError: there is none, or it is not a YAML mapping (line where YAML tells it).
    """
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    count = next((i for i, line in enumerate(lines) if not line.startswith(_MARK)), len(lines))
    head = "".join(line.removeprefix(_MARK).removeprefix(" ") for line in lines[:count])
    try:
        found = read_yaml(head)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ReadError(
            f"The front matter is not YAML: {error.problem}.",
            file=path.name,
            line=mark.line + 1 if mark else None,
            column=mark.column + len(_MARK) + 2 if mark else None,
        ) from error
    if not isinstance(found, dict):
        raise ReadError(
            "The file has no front matter.",
            file=path.name,
            line=1,
            remedy=f"Begin it with lines such as `{_MARK} id: my-query`.",
        )
    return found, "".join(lines[count:])


def read_yaml(text: str) -> Any:
    """What a YAML text holds.

    Raises:
        yaml.YAMLError: it is none.
    """
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - both are safe loaders
