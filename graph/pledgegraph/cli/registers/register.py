"""`pledgegraph register`: a register as a workbook that people fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from pledgegraph.cli.options import Base, DataDir, settings
from pledgegraph.cli.terminal.progress_bar import working
from pledgegraph.errors import InputError
from pledgegraph.setup import open_engine
from pledgegraph.tabular import LANGUAGES, SHEETS, Workbooks

app: Final = typer.Typer(help="Registers: out as a workbook.", no_args_is_help=True)

Language = Annotated[
    str,
    typer.Option(
        "--language",
        metavar="TAG",
        help="Of the headings (en, fr, es) and of the lists (those, ar, ru, zh).",
    ),
]
Sheets = Annotated[
    list[str] | None,
    typer.Option(
        "--sheet",
        metavar="NAME",
        help=f"A further sheet; may be repeated: {', '.join(list(SHEETS)[2:])}; or all.",
    ),
]


@app.callback()
def _registers() -> None:
    """Registers: out as a workbook. `pledgegraph load` brings it back in."""


@app.command()
def export(
    register: Annotated[
        str,
        typer.Argument(metavar="ID", help="The register: what follows /id/register/ in its IRI."),
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The file to write.")],
    *,
    language: Language = "en",
    sheet: Sheets = None,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Write a register as a workbook, to be changed and loaded again."""
    write_workbook(register, file, language, sheet, data_dir, base)


def write_workbook(  # noqa: PLR0917 -- as the command has them
    register: str | None,
    file: Path,
    language: str,
    sheets: list[str] | None,
    data_dir: Path | None,
    base: str | None,
) -> None:
    """Write a register's workbook, or the template for None, to a file.

    Raises:
        InputError: there is no such register, language or sheet.
    """
    if language not in LANGUAGES:
        raise InputError(
            f"There are no words in the language {language!r}.",
            remedy=f"Take one of {', '.join(LANGUAGES)}.",
        )
    if file.suffix.lower() != ".xlsx":
        raise InputError(f"{file} is no name of a workbook.", remedy="Let it end with .xlsx.")
    wanted = list(SHEETS) if sheets and "all" in sheets else sheets or []
    if unknown := next((each for each in wanted if each not in SHEETS), None):
        raise InputError(
            f"There is no sheet {unknown!r}.", remedy=f"Take one of {', '.join(SHEETS)}; or all."
        )
    chosen = settings(data_dir=data_dir, base=base)
    with working("Writing the workbook"):
        books = Workbooks(open_engine(chosen), chosen)
        content = books.export(register, language=language, sheets=wanted)
    file.write_bytes(content)
    print(f"Wrote {file} ({len(content):,} bytes).")
