"""Where the store of another program is, and how that program wants to be spoken to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from pledgegraph.errors import SettingsError

_SCHEMES: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """The addresses of a remote engine, with what it needs to know the caller by."""

    query: str
    update: str
    graphs: str = ""
    """Where it takes whole graphs (SPARQL 1.1 Graph Store HTTP Protocol); empty without."""
    dialect: str = "generic"
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: float = 30.0
    """The longest that a query may take there."""

    def card(self) -> dict[str, Any]:
        """The same for another process; goes through JSON."""
        return asdict(self)


def of_card(card: Mapping[str, Any]) -> RemoteAddress:
    """The address that a card tells."""
    return RemoteAddress(**card)


def remote_address(
    *,
    query: str,
    update: str,
    graphs: str,
    dialect: str,
    credentials: Path | None,
    seconds: float,
) -> RemoteAddress:
    """The address that the settings say.

    Raises:
        SettingsError: one that is needed is missing, or none at all.
    """
    for name, value in (("remote_query", query), ("remote_update", update)):
        if not value:
            raise SettingsError(
                f"The setting {name} is missing, which PLEDGEGRAPH_ENGINE=remote needs.",
                remedy=f"Set PLEDGEGRAPH_{name.upper()} to the engine's address for it.",
            )
    for value in filter(None, (query, update, graphs)):
        if not value.startswith(_SCHEMES) or "@" in value.split("/")[2]:
            raise SettingsError(
                f"{value!r} is not the http: or https: address of an engine.",
                remedy="Write it like http://engine.example.org:3030/pledgegraph/query; a user "
                "and a password go into the file that PLEDGEGRAPH_REMOTE_CREDENTIALS names.",
            )
    user, password = _read(credentials)
    return RemoteAddress(query, update, graphs, dialect, user, password, seconds)


def _read(credentials: Path | None) -> tuple[str, str]:
    if credentials is None:
        return "", ""
    try:
        user, colon, password = credentials.read_text(encoding="utf-8").strip().partition(":")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The file of credentials {credentials} cannot be read.",
            remedy="Let it hold one line, user:password, and let this user read it.",
        ) from error
    if not user or not colon:
        raise SettingsError(
            f"The file of credentials {credentials} holds no user and password.",
            remedy="Let it hold one line, user:password.",
        )
    return user, password
