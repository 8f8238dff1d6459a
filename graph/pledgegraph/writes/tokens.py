"""Bearer tokens: who may do what over HTTP (RFC 6750).

A token is 256 random bits, so that its SHA-256 is as good as a slow hash would be for a
password: there is nothing to guess. Only that hash is kept, in ``tokens.json`` of the data
directory, which its owner alone may read. The file is read again whenever it has changed, so a
running service knows a new token, and no longer knows a revoked one, with the next request.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Final

from filelock import FileLock

from pledgegraph.errors import DirectoryError, DirectoryReadOnly, InputError, TokenMissing
from pledgegraph.store.atomic_files import SealBroken, is_sealed, sealed, unsealed, write_whole
from pledgegraph.writes.attribution import attributable

NAME: Final = "tokens.json"
_PREFIX: Final = "pgt_"
"""Begins every token, so that scanners for leaked secrets can know one."""
_LOCK_WAIT: Final = 10.0
_OF_MAKER: Final = re.compile(r"report:([a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?)")
_OF_REGISTER: Final = re.compile(r"write:([a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?)")


class Scope(Enum):
    """What a token allows; each allows what those before it do."""

    READ = "read"
    """What everybody may do as well, at present."""
    WRITE = "write"
    """To change the data."""
    ADMIN = "admin"
    """To run the service."""

    def covers(self, needed: AnyScope) -> bool:
        """Whether who has this scope may do what asks for ``needed``."""
        asked = Scope.WRITE if isinstance(needed, RegisterScope | MakerScope) else needed
        order = list(Scope)
        return order.index(self) >= order.index(asked)


@dataclass(frozen=True, slots=True)
class RegisterScope:
    """To change one register and nothing else: ``write:REGISTER``."""

    register: str
    """The last part of its IRI, ``{base}/id/register/{register}``."""

    @property
    def value(self) -> str:
        """How it is written."""
        return f"{Scope.WRITE.value}:{self.register}"

    def covers(self, needed: AnyScope) -> bool:
        """Whether who has this scope may do what asks for ``needed``."""
        return needed in (self, Scope.READ)


@dataclass(frozen=True, slots=True)
class MakerScope:
    """To report on the commitments that one actor made, as that actor: ``report:ACTOR``."""

    actor: str
    """The last part of its IRI, ``{base}/id/actor/{actor}``."""

    @property
    def value(self) -> str:
        """How it is written."""
        return f"report:{self.actor}"

    def covers(self, needed: AnyScope) -> bool:
        """Whether who has this scope may do what asks for ``needed``."""
        return needed in (self, Scope.READ)


AnyScope = Scope | RegisterScope | MakerScope


def scope_named(text: str) -> AnyScope:
    """The scope that is written so: ``read``, ``write``, ``write:REGISTER``, ``report:ACTOR``...

    Raises:
        InputError: there is no such scope.
    """
    if match := _OF_REGISTER.fullmatch(text):
        return RegisterScope(match[1])
    if match := _OF_MAKER.fullmatch(text):
        return MakerScope(match[1])
    try:
        return Scope(text)
    except ValueError:
        raise InputError(
            f"There is no scope {text!r}.",
            remedy="Write read, write or admin; or write: and the name of a register, as in "
            "write:commit-to-data; or report: and the name of an actor, as in report:co-dane.",
        ) from None


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; the token itself is known to its holder only."""

    id: str
    """By what people name it: to list and to revoke it."""
    label: str
    """Whose it is. The changes log names this as the agent."""
    scopes: tuple[AnyScope, ...]
    created: datetime
    expires: datetime | None
    sha256: str

    def allows(self, scope: AnyScope) -> bool:
        """Whether it may be used for what asks for ``scope``."""
        return any(each.covers(scope) for each in self.scopes)

    @property
    def registers(self) -> tuple[str, ...]:
        """The registers that it names; one that may write everything names none."""
        return tuple(each.register for each in self.scopes if isinstance(each, RegisterScope))

    @property
    def makers(self) -> tuple[str, ...]:
        """The actors as which its holder may report."""
        return tuple(each.actor for each in self.scopes if isinstance(each, MakerScope))

    def is_over(self, now: datetime) -> bool:
        """True once its time has run out."""
        return self.expires is not None and self.expires <= now


class Tokens:
    """The tokens of a data directory."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._seen: tuple[int, int, int] | None = None
        self._known: tuple[Token, ...] = ()

    def create(
        self, *, scopes: tuple[AnyScope, ...], label: str | None = None, days: float | None = None
    ) -> tuple[Token, str]:
        """A new token, and the secret that is its holder's; nobody can tell it again.

        Without a label it is called by its id.

        Raises:
            InputError: the label cannot stand in the changes log.
            DirectoryReadOnly: this process may not write there.
        """
        name = secrets.token_hex(4)
        label = attributable(
            "The label",
            f"token {name}" if label is None else label,
            remedy="Give a name, or an IRI, with --label.",
        )
        secret = _PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC).replace(microsecond=0)
        token = Token(
            id=name,
            label=label,
            scopes=scopes,
            created=now,
            expires=None if days is None else now + timedelta(days=days),
            sha256=_hashed(secret),
        )
        with self._changing():
            self._write([*self.all(), token])
        return token, secret

    def all(self) -> tuple[Token, ...]:
        """Every token that is not revoked, the oldest first.

        Raises:
            DirectoryError: the file is damaged, or may not be read.
        """
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen != self._seen:
                self._known = _read(self._path.read_text(encoding="utf-8"))
                self._seen = seen
        except FileNotFoundError:
            self._known, self._seen = (), None
        except OSError as error:
            raise DirectoryError(
                f"The tokens cannot be read: {error.strerror or error}.",
                remedy=f"Mend the permissions of {NAME} in the data directory.",
            ) from error
        return self._known

    def revoke(self, name: str) -> Token:
        """Make the token of that id worthless, from now on.

        Raises:
            TokenMissing: there is none.
        """
        with self._changing():
            known = self.all()
            for token in known:
                if token.id == name:
                    self._write([each for each in known if each is not token])
                    return token
        raise TokenMissing(f"There is no token {name!r}.")

    def exported(self) -> str:
        """All tokens as text that `take` of another data directory reads; it holds no secret."""
        return _content(self.all())

    def take(self, exported: str) -> tuple[list[Token], list[Token]]:
        """Have the tokens of another data directory, and no others; return those come and gone.

        Raises:
            InputError: the text is not what `exported` gave; nothing was changed.
            DirectoryReadOnly: this process may not write there.
        """
        try:
            theirs = _read(exported)
        except DirectoryError as error:
            raise InputError(
                "That is not what `pledgegraph token export` prints, or not all of it; "
                "nothing was changed.",
                remedy="Export the tokens again from the other data directory.",
            ) from error
        with self._changing():
            ours = self.all()
            self._write(theirs)
        return [each for each in theirs if each not in ours], [
            each for each in ours if each not in theirs
        ]

    def holder(self, secret: str) -> Token | None:
        """The token that ``secret`` is; None for one that is none, or is over.

        All hashes are compared, each in constant time, so that the time tells nothing.
        """
        presented = _hashed(secret)
        found = None
        for token in self.all():
            if hmac.compare_digest(token.sha256, presented):
                found = token
        return None if found is None or found.is_over(datetime.now(UTC)) else found

    def seal(self) -> None:
        """Give the file of an older release its checksum.

        Raises:
            DirectoryError: the file is damaged, or cannot be written.
        """
        if self.all() and not is_sealed(self._path):
            with self._changing():
                self._write(self.all())

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Be the only one who changes the file."""
        lock = FileLock(self._path.with_name("tokens.lock"), timeout=_LOCK_WAIT)
        try:
            lock.acquire()
        except OSError as error:
            raise DirectoryReadOnly(
                f"The data directory cannot be written: {error.strerror or error}."
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _write(self, tokens: Iterable[Token]) -> None:
        write_whole(self._path, _content(tokens), mode=0o600)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _content(tokens: Iterable[Token]) -> str:
    return sealed({"tokens": [_card(token) for token in tokens]})


def _card(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "label": token.label,
        "scopes": [scope.value for scope in token.scopes],
        "created": token.created.isoformat(),
        "expires": None if token.expires is None else token.expires.isoformat(),
        "sha256": token.sha256,
    }


def _read(text: str) -> tuple[Token, ...]:
    try:
        return tuple(
            Token(
                id=str(card["id"]),
                label=str(card["label"]),
                scopes=tuple(scope_named(each) for each in card["scopes"]),
                created=datetime.fromisoformat(card["created"]),
                expires=None
                if card["expires"] is None
                else datetime.fromisoformat(card["expires"]),
                sha256=str(card["sha256"]),
            )
            for card in unsealed(text)["tokens"]
        )
    except SealBroken as error:
        raise DirectoryError(
            f"{NAME} of the data directory was changed since it was written; no token is taken.",
            remedy=f"Put {NAME} back from a backup, or remove it and make new tokens with "
            "`pledgegraph token create`.",
        ) from error
    except (InputError, ValueError, KeyError, TypeError) as error:
        raise DirectoryError(
            f"{NAME} of the data directory is damaged; no token is taken.",
            remedy=f"Remove {NAME} and make new tokens with `pledgegraph token create`.",
        ) from error
