"""The types of those settings that hold more than a number, a word or a path."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def _base(value: str) -> str:
    """The base IRI without its final slash; refuse what cannot begin an identifier."""
    if not value.startswith(("http://", "https://")):
        raise ValueError("must be an http: or https: IRI, such as https://data.example.org")
    if any(c in value for c in ' <>"{}|\\^`?#'):
        raise ValueError("must be an IRI without query, fragment or forbidden characters")
    return value.rstrip("/")


def _networks(value: str) -> str:
    """Addresses and networks, as they were given; refuse what is neither."""
    for each in filter(None, (part.strip() for part in value.split(","))):
        ip_network(each, strict=False)
    return value


def _endpoints(value: str) -> str:
    """IRIs of endpoints, as they were given; refuse what is none."""
    for each in value.split():
        if not each.startswith(("http://", "https://")) or any(c in each for c in '<>"{}|\\^`#'):
            raise ValueError(f"{each!r} is not an http: or https: IRI")
    return value


def _origins(value: str) -> str:
    """Origins of pages, as they were given; refuse what is none."""
    for each in value.split():
        parts = urlsplit(each)
        if not parts.netloc or each != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"{each!r} is not an origin such as https://tools.example.org")
    return value


Base = Annotated[str, AfterValidator(_base)]
Endpoints = Annotated[str, AfterValidator(_endpoints)]
Origins = Annotated[str, AfterValidator(_origins)]
Networks = Annotated[str, AfterValidator(_networks)]
