"""Which client a request comes from: its address, or what a trusted proxy says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

Address = IPv4Address | IPv6Address

_LONGEST_CHAIN: Final = 4096
"""Characters of the proxies' header that are read, from its end."""
_NETWORK_BITS: Final = 64
"""One customer of a provider has a whole IPv6 network of this size or more."""
_FOR: Final = re.compile(r'(?:^|;)\s*for\s*=\s*("?)([^";]*)\1', re.IGNORECASE)


class Networks:
    """A set of addresses and networks, written with commas between them."""

    def __init__(self, listed: str) -> None:
        parts = (part.strip() for part in listed.split(","))
        self._networks = [ip_network(each, strict=False) for each in parts if each]

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


class ClientAddresses:
    """Tells clients apart; what strangers say of themselves counts for nothing."""

    def __init__(self, trusted: Networks, header: str) -> None:
        self._trusted = trusted
        self._header = header

    def of(self, scope: Scope) -> Address | None:
        """The client's address; None where the server knows none.

        Of the chain in the proxies' header the last member that is no trusted proxy counts
        (RFC 7239, section 7.4: what stands before it may be made up).
        """
        peer = address_of((scope.get("client") or ("",))[0])
        if peer is None or peer not in self._trusted:
            return peer
        client = peer
        for said in self._chain(scope):
            hop = address_of(said)
            if hop is None:
                break
            client = hop
            if hop not in self._trusted:
                break
        return client

    def _chain(self, scope: Scope) -> Iterator[str]:
        """The members of the header, the last one first."""
        lines = Headers(scope=scope).getlist(self._header)
        for member in reversed(", ".join(lines)[-_LONGEST_CHAIN:].split(",")):
            if self._header == "forwarded":
                found = _FOR.search(member.strip())
                yield found[2] if found else ""
            else:
                yield member


def client_name(address: Address | None) -> str:
    """What a client is counted under: its address, of IPv6 the network."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _NETWORK_BITS), strict=False))
    return str(address)


def address_of(text: str) -> Address | None:
    """An address as proxies write it: with or without brackets and port."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
