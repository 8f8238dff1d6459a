"""Which client a request is counted under, and whose word counts for that."""

from __future__ import annotations

import pytest

from pledgegraph_api.http.client_address import ClientAddresses, Networks, client_name

PROXIES = "10.0.0.0/8, 192.0.2.7, fd00::/8"


def name(peer: str | None, header: str = "x-forwarded-for", *lines: str) -> str:
    """What a client is counted under whose request arrives from ``peer`` with those lines."""
    scope = {
        "type": "http",
        "client": (peer, 4711) if peer else None,
        "headers": [(header.encode(), line.encode("latin-1")) for line in lines],
    }
    return client_name(ClientAddresses(Networks(PROXIES), header).of(scope))


@pytest.mark.parametrize(
    ("peer", "said", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # a stranger's word
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),  # the client made the first up
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 192.0.2.7, 10.1.2.3"], "198.51.100.1"),
        ("10.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        ("10.0.0.1", ["198.51.100.1:50000"], "198.51.100.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, nonsense, 10.2.2.2"], "10.2.2.2"),
        ("10.0.0.1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["[2001:db8:1:2::9]:443"], "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("fd00::1", ["198.51.100.1"], "198.51.100.1"),
        ("fe80::1%eth0", [], "fe80::/64"),
        (None, ["198.51.100.1"], "None"),
    ],
)
def test_the_last_address_that_is_no_proxy_counts(
    peer: str | None, said: list[str], expected: str
) -> None:
    assert name(peer, "x-forwarded-for", *said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("for=198.51.100.1", "198.51.100.1"),
        ('for=1.1.1.1, For="198.51.100.1:8080";proto=https;by=10.0.0.1', "198.51.100.1"),
        ('proto=http;for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::/64"),
        ("for=_hidden", "10.0.0.1"),
        ("proto=https", "10.0.0.1"),
    ],
)
def test_the_standard_header_is_read_too(said: str, expected: str) -> None:
    assert name("10.0.0.1", "forwarded", said) == expected


def test_a_header_that_is_not_the_chosen_one_counts_for_nothing() -> None:
    scope = {
        "type": "http",
        "client": ("10.0.0.1", 1),
        "headers": [(b"x-forwarded-for", b"198.51.100.1")],
    }
    found = ClientAddresses(Networks(PROXIES), "forwarded").of(scope)
    assert str(found) == "10.0.0.1"


def test_a_chain_of_any_length_takes_no_time() -> None:
    assert name("10.0.0.1", "x-forwarded-for", *["10.9.9.9, "] * 100_000) == "10.0.0.1"
