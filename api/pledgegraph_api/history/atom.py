"""The newest change sets as an Atom feed: RFC 4287, with paging as in RFC 5005.

See https://www.rfc-editor.org/rfc/rfc4287.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as Tree

from pledgegraph.store.changes import Header

ATOM_TYPE: Final = "application/atom+xml"
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_LINKED: Final = ("http://", "https://")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even escaped."""
_SINCE_EVER: Final = "1970-01-01T00:00:00+00:00"


def feed(headers: Sequence[Header], *, stream: str, here: str, older: str | None) -> bytes:
    """The feed: ``headers`` the newest first, ``stream`` the IRI of all of them."""
    root = Tree.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    _text(root, "id", stream)
    _text(root, "title", "Pledgegraph: changes")
    _text(root, "updated", headers[0].time.isoformat() if headers else _SINCE_EVER)
    _text(Tree.SubElement(root, "author"), "name", "Pledgegraph")
    Tree.SubElement(root, "link", {"rel": "self", "href": here})
    Tree.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": stream})
    if older is not None:
        Tree.SubElement(root, "link", {"rel": "next", "href": older})
    for header in headers:
        _entry(root, header, f"{stream}/{header.sequence}")
    text: bytes = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _entry(root: Tree.Element, header: Header, address: str) -> None:
    entry = Tree.SubElement(root, "entry")
    _text(entry, "id", address)
    _text(entry, "title", header.reason or f"Change set {header.sequence}")
    _text(entry, "updated", header.time.isoformat())
    _text(entry, "published", header.time.isoformat())
    _text(Tree.SubElement(entry, "author"), "name", header.agent)
    Tree.SubElement(entry, "link", {"rel": "alternate", "href": address})
    patch = {"rel": "enclosure", "type": "application/rdf-patch", "href": f"{address}.rdfp"}
    Tree.SubElement(entry, "link", patch)
    for source in header.sources:
        if not source.lower().startswith(_LINKED):
            continue  # a reader would follow it, and it can be a script
        Tree.SubElement(entry, "link", {"rel": "related", "href": source})
    _text(entry, "summary", f"Added {header.added:,} statements, removed {header.removed:,}.")


def _text(parent: Tree.Element, name: str, text: str) -> None:
    Tree.SubElement(parent, name).text = _NOT_XML.sub("\ufffd", text)
