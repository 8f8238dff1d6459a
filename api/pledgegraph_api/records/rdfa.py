"""The attributes by which a page states in its markup, for programs, what it shows to people.

See https://www.w3.org/TR/rdfa-core/ and https://www.w3.org/TR/html-rdfa/.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from pledgegraph.namespaces import RDF
from pledgegraph_api.web.control_chars import printable


def stating(
    prop: NamedNode, value: NamedNode | BlankNode | Literal | Triple, text: str
) -> Mapping[str, str]:
    """For an element that shows ``text`` for the value of a property of what the page is at."""
    if isinstance(value, NamedNode):
        return {"property": prop.value, "resource": value.value, **_whole(prop, value)}
    if not isinstance(value, Literal):
        return {}
    if printable(value.value) != value.value:
        return {}  # no page can hold such characters
    if value.direction is not None:
        return {}  # RDFa has no place for it
    says = {"property": prop.value, **_whole(prop, value.datatype)}
    if value.language is None:
        says["datatype"] = value.datatype.value
    if value.value != text:
        says["content"] = value.value
    return says


def stating_back(prop: NamedNode, source: NamedNode) -> Mapping[str, str]:
    """For an element that shows what links to what the page is at."""
    return {"rev": prop.value, "resource": source.value, **_whole(prop, source)}


def stating_class(kind: NamedNode) -> Mapping[str, str]:
    """For an element that shows a class of what the page is at."""
    return {"property": RDF.type.value, "resource": kind.value, **_whole(kind)}


def stating_of(node: NamedNode) -> Mapping[str, str]:
    """For an element whose content is about a node."""
    return {"about": node.value, **_whole(node)}


def _whole(*nodes: NamedNode) -> dict[str, str]:
    """What keeps whole IRIs from being read as short ones.

    ``schema:Thing`` can be an IRI, and readers know ``schema`` for a prefix, as they do some forty
    others. So it is made a prefix for itself.
    """
    split = (node.value.partition(":") for node in nodes)
    schemes = dict.fromkeys(scheme for scheme, _, rest in split if not rest.startswith("//"))
    mappings = " ".join(f"{scheme.lower()}: {scheme}:" for scheme in schemes)
    return {"prefix": mappings} if mappings else {}
