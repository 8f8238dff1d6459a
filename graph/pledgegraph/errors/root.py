"""The root of all errors, and what limits and settings say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that was met: the setting or the parameter that it comes from, and its value."""

    name: str
    value: float
    unit: str


class PledgegraphError(Exception):
    """The root of the tree; ``remedy`` says what the reader can do about it."""

    remedy: str = ""
    limit: Limit | None = None
    """The limit that was met, where it is one of the settings'."""

    def __init__(
        self, message: str, *, remedy: str | None = None, limit: Limit | None = None
    ) -> None:
        super().__init__(message)
        self.limit = limit
        if remedy is not None:
            self.remedy = remedy


class SettingsError(PledgegraphError):
    """A setting has a value that cannot be used."""
