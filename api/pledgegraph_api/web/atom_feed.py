"""Atom feeds: RFC 4287, with paging as in RFC 5005.

See https://www.rfc-editor.org/rfc/rfc4287.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as Tree

ATOM_TYPE: Final = "application/atom+xml"
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_LINKED: Final = ("http://", "https://")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even escaped."""
_SINCE_EVER: Final = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link; ``type`` is a media type, or empty."""

    relation: str
    address: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry; times are as RFC 3339 has them."""

    id: str
    title: str
    updated: str
    summary: str
    author: str = ""
    links: Sequence[FeedLink] = ()
    published: str = ""


def feed_xml(
    entries: Sequence[FeedEntry],
    *,
    identifier: str,
    title: str,
    links: Sequence[FeedLink],
    language: str = "en",
) -> bytes:
    """The feed, with the newest entry first."""
    root = Tree.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": language})
    _text(root, "id", identifier)
    _text(root, "title", title)
    _text(root, "updated", max((entry.updated for entry in entries), default=_SINCE_EVER))
    _text(Tree.SubElement(root, "author"), "name", "Pledgegraph")
    for link in links:
        _link(root, link)
    for entry in entries:
        element = Tree.SubElement(root, "entry")
        _text(element, "id", entry.id)
        _text(element, "title", entry.title)
        _text(element, "updated", entry.updated)
        if entry.published:
            _text(element, "published", entry.published)
        if entry.author:
            _text(Tree.SubElement(element, "author"), "name", entry.author)
        for link in entry.links:
            _link(element, link)
        _text(element, "summary", entry.summary)
    text: bytes = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _link(parent: Tree.Element, link: FeedLink) -> None:
    if not link.address.lower().startswith(_LINKED):
        return  # a reader would follow it, and it can be a script
    attributes = {"rel": link.relation, "href": link.address}
    if link.type:
        attributes["type"] = link.type
    Tree.SubElement(parent, "link", attributes)


def _text(parent: Tree.Element, name: str, text: str) -> None:
    Tree.SubElement(parent, name).text = _NOT_XML.sub("\ufffd", text)
