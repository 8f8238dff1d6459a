"""`pledgegraph mcp`: the graph for an assistant on this machine."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any, Final

import typer

from pledgegraph.cli.options import Base, DataDir, settings
from pledgegraph.errors import InputError, SettingsError
from pledgegraph.setup.gc_pause import nothing_collected

_SERVER: Final = "pledgegraph_api.server.stdio"
"""It is looked up by name: this package knows nothing of the service."""


def command(
    *,
    service: Annotated[
        str | None,
        typer.Option(
            "--service",
            metavar="ADDRESS",
            help="Ask the service at this address instead of a data directory.",
        ),
    ] = None,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Answer an assistant over standard input and output (Model Context Protocol)."""
    if service is not None and (data_dir is not None or base is not None):
        raise InputError(
            "--service was given with --data-dir or --base.",
            remedy="Give the one or the other: a service has its own data.",
        )
    with nothing_collected():
        server = _server()
    if service is None:
        raise typer.Exit(server.serve_directory(settings(data_dir=data_dir, base=base)))
    if not service.startswith(("http://", "https://")):
        raise InputError(
            f"{service!r} is not the address of a service.",
            remedy="Give one such as https://data.example.org.",
        )
    raise typer.Exit(server.serve_service(service))


def _server() -> Any:
    try:
        return import_module(_SERVER)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"The command needs {error.name}, which is not installed.",
            remedy="Install the whole pledgegraph package.",
        ) from error
