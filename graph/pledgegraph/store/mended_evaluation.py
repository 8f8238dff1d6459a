"""Where a client's query or update is put right before the engine sees it.

See `pledgegraph.sparql.mending` for what is wrong, and `docs/decisions/0013-engine-faults.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, RdfFormat, Store, parse

from pledgegraph.errors import QueryRefused, UpdateRefused
from pledgegraph.sparql.mending.functions import FUNCTIONS
from pledgegraph.sparql.mending.mend import (
    Unreadable,
    is_risky,
    mended_operation,
    mended_query,
)
from pledgegraph.sparql.planning.plan import planned
from pledgegraph.store.engine import Substitutions

SPACES = "Put a space between any two words, and around `<` and `>` that compare."
SHALLOWER = "Put fewer brackets, or signs such as `!`, within each other."

Graph = NamedNode | BlankNode | DefaultGraph


@dataclass(frozen=True, slots=True)
class StoreDataset:
    """The graphs of a store that a query reads."""

    store: Store
    default: Sequence[Graph] = (DefaultGraph(),)
    graphs: Sequence[NamedNode] | None = None
    """The named graphs; None for all of the store."""

    def named(self) -> Sequence[str]:
        """The named graphs, each as an IRI in angle brackets."""
        graphs = self.store.named_graphs() if self.graphs is None else self.graphs
        return [str(graph) for graph in graphs]

    def holds(self, term: str) -> bool:
        """Whether one of the default graphs has a statement on or to the term."""
        (quad,) = parse(f"<urn:s> <urn:p> {term} .", format=RdfFormat.N_TRIPLES)
        found = quad.object
        for graph in self.default:
            if any(True for _ in self.store.quads_for_pattern(None, None, found, graph)):
                return True
            if isinstance(found, NamedNode) and any(
                True for _ in self.store.quads_for_pattern(found, None, None, graph)
            ):
                return True
        return False


def mended(text: str, dataset: StoreDataset, base: str, substitutions: Substitutions | None) -> str:
    """A query as the engine answers it rightly; the same text where nothing is wrong.

    Raises:
        SyntaxError: the text is not a query; of the engine, with the place in the text.
        QueryRefused: the engine cannot answer it rightly.
    """
    if not is_risky(text):
        return text
    parameters = {name.value: str(term) for name, term in (substitutions or {}).items()}
    try:
        found = mended_query(text, dataset, base, parameters)
    except RecursionError as error:
        Store().query(text, base_iri=base)
        raise QueryRefused("The query is nested too deeply.", remedy=SHALLOWER) from error
    except Unreadable as error:
        Store().query(text, base_iri=base)
        raise QueryRefused("The query cannot be read surely.", remedy=SPACES) from error
    if found != text:
        Store().query(text, base_iri=base)
    return found


def planned_well(text: str, base: str) -> str:
    """A query that means the same and that the engine plans well; the same text for most.

    Raises:
        SyntaxError: the text is not a query; of the engine, with the place in the text.
    """
    found = planned(text).text
    if found != text:
        Store().query(text, base_iri=base, custom_functions=FUNCTIONS)
    return found


def run_mended(store: Store, text: str, base: str) -> None:
    """Run one operation of an update, as the engine does it rightly.

    Raises:
        UpdateRefused: the engine cannot do it rightly.
    """
    if is_risky(text):
        try:
            text = mended_operation(text, StoreDataset(store), base)
        except QueryRefused as error:
            raise UpdateRefused(str(error), remedy=error.remedy) from error
        except RecursionError as error:
            raise UpdateRefused("The update is nested too deeply.", remedy=SHALLOWER) from error
        except Unreadable as error:
            raise UpdateRefused("The update cannot be read surely.", remedy=SPACES) from error
    store.update(text, base_iri=base, custom_functions=FUNCTIONS)
