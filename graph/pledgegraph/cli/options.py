"""The options that several commands take, and the settings that come of them."""

from __future__ import annotations

import getpass
import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

import pydantic
import typer
from pyoxigraph import NamedNode

from pledgegraph.errors import InputError, SettingsError
from pledgegraph.settings import Settings, ValidatorName
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.store.embedded import EmbeddedEngine
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

_OPTIONS: Final[dict[str, tuple[Any, object]]] = {
    "agent": (Agent, None),
    "reason": (Reason, None),
    "data_dir": (DataDir, None),
    "base": (Base, None),
    "validator": (Validator, None),
    "as_json": (Json, False),
}


@dataclass(frozen=True, slots=True)
class Changing:
    """Where a change is made, by whom, why, and how it is told."""

    engine: EmbeddedEngine
    agent: str
    reason: str | None
    as_json: bool


def changing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a change; it gets what they come to as its first argument."""

    @wraps(command)
    def with_options(**given: Any) -> None:
        agent, reason, data_dir, base, validator, as_json = (given.pop(name) for name in _OPTIONS)
        engine = open_engine(settings(data_dir=data_dir, base=base, validator=validator))
        command(Changing(engine, agent_or_login(agent), reason, as_json), **given)

    signature, hints = inspect.signature(command), get_type_hints(command, include_extras=True)
    own = [each.replace(annotation=hints[each.name]) for each in signature.parameters.values()][1:]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _OPTIONS.items()
    ]
    asked = signature.replace(parameters=[*own, *options])
    with_options.__signature__ = asked  # type: ignore[attr-defined] # typer reads it
    with_options.__annotations__ = {each.name: each.annotation for each in (*own, *options)}
    return with_options


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


def named_record(engine: EmbeddedEngine, text: str) -> NamedNode:
    """What is named by its whole IRI, or by what follows the base.

    Raises:
        InputError: it is no IRI.
    """
    whole = text if ":" in text else f"{engine.base}/{text.lstrip('/')}"
    try:
        return NamedNode(whole)
    except ValueError as error:
        raise InputError(f"{text!r} is not an IRI.", remedy="Give its whole IRI.") from error


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
