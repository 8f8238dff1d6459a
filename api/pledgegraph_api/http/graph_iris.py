"""Which graph a request of the Graph Store Protocol is about, and where a graph is found.

See https://www.w3.org/TR/sparql11-http-rdf-update/#graph-identification. Indirectly, a graph is
named by ``/graphs?graph=IRI`` or ``/graphs?default``. Directly, what stands behind ``/graphs/``
stands behind ``{base}/id/`` in the IRI of the graph: ``/graphs/source/x`` is the graph
``{base}/id/source/x``. In a store without a gate the address itself is the IRI, as the
conformance suite has it; always under the configured base, never under the Host header.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from pyoxigraph import DefaultGraph, NamedNode
from starlette.requests import Request

from pledgegraph.store import Graph
from pledgegraph_api.errors import ParameterError
from pledgegraph_api.http.query_params import decoded

PATH: Final = "/graphs"


class GraphAddresses:
    """Translates addresses into graphs, and graphs into addresses."""

    def __init__(self, base: str) -> None:
        self._base = base

    def graph_of(self, request: Request, *, gated: bool) -> Graph | None:
        """The graph that a request names; None where it names the store as a whole.

        Raises:
            ParameterError: it names two, or what is no IRI.
        """
        given = decoded(request.scope["query_string"], "The query string")
        named = [value for name, value in given if name == "graph"]
        default = [value for name, value in given if name == "default"]
        raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode("ascii")
        _, _, rest = raw.decode("ascii").partition(f"{PATH}/")
        if len(named) + len(default) + bool(rest) > 1:
            raise ParameterError(
                "The request names more than one graph.",
                remedy="Give one of: /graphs/..., the parameter `graph` once, or `default` once.",
            )
        if default:
            if default[0]:
                raise ParameterError(
                    "The parameter `default` takes no value.", remedy="Send it as `?default`."
                )
            return DefaultGraph()
        if rest:
            return self._iri(self._root(gated=gated) + rest)
        return self._iri(named[0]) if named else None

    def address_of(self, graph: Graph, *, gated: bool) -> str:
        """Where the graph is found, under the configured base."""
        root = self._root(gated=gated)
        if isinstance(graph, DefaultGraph):
            return f"{self._base}{PATH}?default"
        rest = graph.value.removeprefix(root)
        # A path is taken for the IRI to the letter: what it would change has to be named whole.
        if rest != graph.value and rest == quote(rest, safe="/%:@!$&'()*+,;=~"):
            return f"{self._base}{PATH}/{rest}"
        return f"{self._base}{PATH}?graph={quote(graph.value, safe='')}"

    def _root(self, *, gated: bool) -> str:
        return f"{self._base}/id/" if gated else f"{self._base}{PATH}/"

    def _iri(self, text: str) -> NamedNode:
        try:
            return NamedNode(text)
        except ValueError:
            raise ParameterError(
                f"The graph is not named by an absolute IRI: {text[:200]!r}.",
                remedy="Give the graph's whole IRI, percent-encoded.",
            ) from None
