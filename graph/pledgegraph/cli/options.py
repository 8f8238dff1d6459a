"""The options that several commands take, and the settings that come of them."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Annotated, Any

import pydantic
import typer

from pledgegraph.errors import InputError, SettingsError
from pledgegraph.settings import Settings, ValidatorName
from pledgegraph.writes.attribution import attributable

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="DIR", help="The data directory. [env: PLEDGEGRAPH_DATA_DIR]"
    ),
]
Base = Annotated[
    str | None,
    typer.Option("--base", metavar="IRI", help="The base IRI. [env: PLEDGEGRAPH_BASE]"),
]
Validator = Annotated[
    ValidatorName | None,
    typer.Option("--validator", help="The SHACL engine. [env: PLEDGEGRAPH_VALIDATOR]"),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
Agent = Annotated[
    str | None,
    typer.Option(
        "--agent", metavar="NAME", help="Who makes the change; your login name if left out."
    ),
]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the changes log.")
]


def settings(**given: Any) -> Settings:
    """The settings, with those options over them that were given.

    Raises:
        SettingsError: one has a value that cannot be used; the message names it.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        raise SettingsError(
            f"The setting {name} has the value {first['input']!r}: {first['msg']}.",
            remedy=f"Mend the option --{name.replace('_', '-')} or "
            f"the variable PLEDGEGRAPH_{name.upper()}.",
        ) from error


def agent_or_login(agent: str | None) -> str:
    """The name that the changes log gets.

    Raises:
        InputError: it is an e-mail address; those stay out of the log. Or it is no text.
    """
    found = utf8("--agent", agent or os.environ.get("PLEDGEGRAPH_AGENT") or _login())
    return attributable("The agent", found, remedy="Give a name, or an IRI, with --agent.")


def utf8(option: str, value: str) -> str:
    """The value of an option that becomes data.

    Raises:
        InputError: it is not UTF-8; Python hands such bytes on as lone surrogates.
    """
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"The value of {option} is not UTF-8.", remedy="Use a terminal that is set to UTF-8."
        ) from error
    return value


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
