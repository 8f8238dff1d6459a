"""`pledgegraph template`: an empty workbook for a register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pledgegraph.cli.options import Base, DataDir
from pledgegraph.cli.registers.register import Language, Sheets, write_workbook


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The file to write.")],
    *,
    language: Language = "en",
    sheet: Sheets = None,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Write an empty workbook: headings with help, and lists to choose from."""
    write_workbook(None, file, language, sheet, data_dir, base)
