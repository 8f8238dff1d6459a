"""`pledgegraph serve`: run the HTTP service."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Final

import typer

from pledgegraph.cli.options import Base, DataDir, Validator, settings
from pledgegraph.errors import SettingsError
from pledgegraph.long_work import long_work
from pledgegraph.settings import Settings
from pledgegraph.setup.gc_pause import nothing_collected
from pledgegraph.setup.prepare import prepare

_SERVICE: Final = "pledgegraph_api.server.run"
"""The service is looked up by name: this package knows nothing of HTTP."""


def command(
    *,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help="Where to listen. [env: PLEDGEGRAPH_HOST]"),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="NUMBER", help="On which port. [env: PLEDGEGRAPH_PORT]"),
    ] = None,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="First make the data directory if there is none, and bring the shipped data "
            "in it up to this release.",
        ),
    ] = False,
    data_dir: DataDir = None,
    base: Base = None,
    validator: Validator = None,
) -> None:
    """Serve the data directory over HTTP until Ctrl-C."""
    chosen = settings(data_dir=data_dir, base=base, validator=validator, host=host, port=port)
    try:
        with nothing_collected():
            run: Callable[[Settings], int] = import_module(_SERVICE).serve
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith(_SERVICE.partition(".")[0]):
            raise
        raise SettingsError(
            "The HTTP service is not installed.", remedy="Install the whole pledgegraph package."
        ) from error
    if update or _begins_here(chosen):
        with long_work(f"Bringing {chosen.data_dir} up to the data of this release"):
            prepared = prepare(chosen)
        print(prepared.in_words(chosen.data_dir))
    raise typer.Exit(run(chosen))


def _begins_here(chosen: Settings) -> bool:
    """Whether somebody tries the program where there is nothing yet, and has named no directory.

    One that is named and is not there is a mistake, or a disk that is not mounted.
    """
    named = "data_dir" in chosen.model_fields_set or bool(chosen.log)
    return not (named or chosen.data_dir.exists())
