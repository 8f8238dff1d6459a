"""Which address has how many connections, so that none of them has them all.

An address gets so many connections. When all of the service's are taken, a newcomer gets the place
of whoever has most: of one of its connections on which nothing is being answered.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, Protocol

from pledgegraph_api.http.client_address import Networks, address_of, client_name

_KEPT: Final = 10
"""One in so many of all connections is out of reach of any single address."""


class Connection(Protocol):
    """A connection as it is counted here."""

    @property
    def is_idle(self) -> bool:
        """Whether no request on it waits for its answer."""
        ...

    def cut(self) -> None:
        """End it at once."""
        ...


class Standing(Enum):
    """What becomes of a connection that comes in."""

    WELCOME = auto()
    TOO_MANY = auto()
    """There is no place for it; it is told so when it has asked for something."""
    CUT = auto()
    """Its address has too many of those, too."""


class OpenConnections:
    """Counts the connections of each address.

    ``most`` is from how many on newcomers are refused, ``each`` how many of them one address may
    have, be it of a client or, of IPv6, of a network. The ``shared`` addresses are of proxies,
    behind whom are many.
    """

    def __init__(self, most: int, each: int, shared: Networks) -> None:
        self._most = most
        self._each = max(1, min(each, most - max(1, most // _KEPT)))
        self._shared = shared
        self._welcome: dict[str, dict[Connection, None]] = {}
        self._told: dict[str, set[Connection]] = {}
        self._count = 0

    def enter(self, connection: Connection, peer: str) -> Standing:
        """Count a connection of that peer in, and say what becomes of it."""
        name = self._name(peer)
        if name is None:
            return Standing.WELCOME
        own = self._welcome.get(name, {})
        is_full = self._count + 1 >= self._most
        if len(own) < self._each and not (is_full and not self._make_room(len(own) + 1)):
            self._welcome.setdefault(name, {})[connection] = None
            self._count += 1
            return Standing.WELCOME
        told = self._told.setdefault(name, set())
        if len(told) < self._each:
            told.add(connection)
            return Standing.TOO_MANY
        return Standing.CUT

    def leave(self, connection: Connection, peer: str) -> None:
        """Count it out again; harmless for one that is not counted."""
        name = self._name(peer)
        if name is None:
            return
        own = self._welcome.get(name, {})
        if connection in own:
            del own[connection]
            self._count -= 1
            if not own:
                del self._welcome[name]
        told = self._told.get(name, set())
        told.discard(connection)
        if not told:
            self._told.pop(name, None)

    def _make_room(self, wanted: int) -> bool:
        """Cut a connection of the address that has most, if that has more than ``wanted``."""
        most = max(self._welcome.values(), key=len, default={})
        if len(most) <= wanted:
            return False
        oldest = next((each for each in most if each.is_idle), None)
        if oldest is not None:
            oldest.cut()
        return oldest is not None

    def _name(self, peer: str) -> str | None:
        """What the connections of a peer are counted under; None where they are not counted."""
        address = address_of(peer)
        if address is None or address in self._shared:
            return None
        return client_name(address)
