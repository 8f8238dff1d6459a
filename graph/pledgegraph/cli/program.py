"""The program: its commands, and what happens when one fails."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pledgegraph.cli import (
    backup,
    corrections,
    dump,
    follow,
    init,
    load,
    mcp,
    mirror,
    queries,
    query,
    records,
    restore,
    serve,
    stats,
    token,
    validate,
    verify,
)
from pledgegraph.cli.exit_codes import Exit, complain, exit_code
from pledgegraph.cli.history import blame, log, revert, show
from pledgegraph.cli.registers import reconcile, register, template
from pledgegraph.errors import PledgegraphError
from pledgegraph.release import release

app = typer.Typer(
    name="pledgegraph",
    help="A knowledge graph of public commitments.",
    epilog="Exit codes: 0 fine, 1 data break a shape, 2 wrong use, 3 a file or query cannot be "
    "read, 4 the data directory cannot be used, 5 the disk refused, 6 the service to mirror "
    "cannot be followed, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
_COMMANDS = (
    *(init, load, validate, query, stats),
    *(log, show, revert, blame),
    *(dump, backup, restore, verify, mirror, follow, serve, mcp),
    *(template, reconcile),
)
for _command in _COMMANDS:
    app.command(_command.__name__.rpartition(".")[2])(_command.command)
for _name, _act in records.COMMANDS.items():
    app.command(_name)(_act)
app.add_typer(queries.app, name="queries")
app.add_typer(register.app, name="register")
app.add_typer(token.app, name="token")
app.add_typer(corrections.app, name="corrections")


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        print(f"pledgegraph {release()}")
        raise typer.Exit


@app.callback()
def _program(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """A knowledge graph of public commitments."""


def run() -> None:
    """Run the command line of this process, and end the process with its exit code.

    Raises:
        KeyboardInterrupt: Ctrl-C came.
    """
    try:
        app()
    except PledgegraphError as error:
        complain(error)
        sys.exit(exit_code(error))
    except OSError as error:
        # The engine's own words name its files, which is of no use to anybody.
        reason = error.strerror or "an error of the disk"
        print(f"The system refused: {reason}.", file=sys.stderr)
        sys.exit(Exit.STORAGE)
    except SystemExit as ending:
        if ending.code == Exit.INTERRUPTED:
            raise KeyboardInterrupt from None
        raise
