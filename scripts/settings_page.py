"""Writes `docs/settings.md` from the settings' own types, defaults and help texts.

Usage: python scripts/settings_page.py --write
"""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from pledgegraph.settings import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

_HEAD = """# Settings

Every setting has a default that suits one machine. Set it with an environment variable. A command
line option of the same name (`pledgegraph serve --port 9000`), where the command has one, overrides
the variable.

This page is written by `scripts/settings_page.py`; a test compares it with the program.

| setting | environment variable | default | what it is for |
|---|---|---|---|
"""


def _default(field: FieldInfo) -> str:
    if field.default in (None, PydanticUndefined):
        return "none"
    return f"`{field.default}`"


def page() -> str:
    """The page as it should be."""
    prefix = Settings.model_config["env_prefix"]
    rows = [
        f"| `{name}` | `{prefix}{name.upper()}` | {_default(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    ]
    return _HEAD + "".join(rows)


def main() -> int:
    """Write the page with ``--write``, else print it."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
