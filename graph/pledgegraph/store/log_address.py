"""Where a shared changes log is: ``nats://host:4222,other:4222/name``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pledgegraph.errors import SettingsError

_SCHEMES: Final = ("nats", "tls")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HOST: Final = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:@/\[\]]+)(?::\d{1,5})?")
_DEFAULT_NAME: Final = "pledgegraph"
_EXAMPLE: Final = "nats://one.example.org:4222,two.example.org:4222/pledgegraph"


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """The servers of a NATS cluster, and the stream on it that holds the changes log."""

    scheme: str
    hosts: tuple[str, ...]
    name: str
    credentials: Path | None = None
    """The file with the user's JWT and key, as ``nsc`` writes it; no data directory names it."""

    @property
    def servers(self) -> list[str]:
        """One address for each server."""
        return [f"{self.scheme}://{host}" for host in self.hosts]

    def __str__(self) -> str:
        return f"{self.scheme}://{','.join(self.hosts)}/{self.name}"


def read_address(text: str, *, credentials: Path | None = None) -> StreamAddress:
    """The address that a text says; without a name the stream is called ``pledgegraph``.

    Raises:
        SettingsError: it says none, or holds a password.
    """
    parts = urlsplit(text.strip())
    hosts = tuple(host.strip() for host in parts.netloc.split(",") if host.strip())
    name = parts.path.strip("/") or _DEFAULT_NAME
    if "@" in parts.netloc:
        raise SettingsError(
            "The address of the log holds a user or a password.",
            remedy="Name a credentials file with PLEDGEGRAPH_LOG_CREDENTIALS instead.",
        )
    if (
        parts.scheme not in _SCHEMES
        or not hosts
        or not all(_HOST.fullmatch(host) for host in hosts)
        or not _NAME.fullmatch(name)
        or parts.query
        or parts.fragment
    ):
        raise SettingsError(
            f"{text!r} is not the address of a log.", remedy=f"Write it like {_EXAMPLE}."
        )
    return StreamAddress(parts.scheme, hosts, name, credentials)


def reached_by(
    address: StreamAddress | None, *, log: str, credentials: Path | None
) -> StreamAddress | None:
    """The address with what the settings say: other servers for the same stream, credentials.

    Raises:
        SettingsError: the settings name another stream than the data directory, which may have
            none.
    """
    if address is None:
        if log:
            raise SettingsError(
                "PLEDGEGRAPH_LOG names a shared log, and the data directory is no node of one.",
                remedy="Make a node with `pledgegraph init --log ...` in another data directory, "
                "or leave PLEDGEGRAPH_LOG out.",
            )
        return None
    if not log:
        return replace(address, credentials=credentials)
    chosen = read_address(log, credentials=credentials)
    if chosen.name != address.name:
        raise SettingsError(
            f"The data directory follows the log {address.name!r}, not {chosen.name!r}.",
            remedy="Set PLEDGEGRAPH_LOG to other servers of the same log, or choose another "
            "data directory.",
        )
    return chosen
