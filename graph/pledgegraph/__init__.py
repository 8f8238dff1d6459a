"""Pledgegraph: public commitments, what became of them, and who says so.

What stands here is for everybody who uses the package; what is not here may change with any
release. Ask a data directory or a service:

    >>> import pledgegraph
    >>> graph = pledgegraph.connect("var/pledgegraph")  # or "http://localhost:8000"
    >>> answer = graph.question("commitments-for-a-group", group="persons-with-disabilities")
    >>> answer.columns[:2], answer.snapshot > 0
    (('group', 'commitment'), True)
    >>> rows = graph.select('''
    ...     PREFIX pg: <https://w3id.org/pledgegraph/def#>
    ...     SELECT (COUNT(*) AS ?n) { ?c a pg:Commitment }
    ... ''')
    >>> rows[0].n > 200
    True

Each name is imported when it is first used: ``import pledgegraph`` itself takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pledgegraph.catalogue.questions import Parameter as Parameter
    from pledgegraph.catalogue.questions import Question as Question
    from pledgegraph.catalogue.questions import catalogue as catalogue
    from pledgegraph.catalogue.questions import question as question
    from pledgegraph.client.answer import IRI as IRI
    from pledgegraph.client.answer import Answer as Answer
    from pledgegraph.client.answer import PackageMissing as PackageMissing
    from pledgegraph.client.answer import Row as Row
    from pledgegraph.client.answer import Text as Text
    from pledgegraph.client.graphs import AnswerCut as AnswerCut
    from pledgegraph.client.graphs import Graph as Graph
    from pledgegraph.client.graphs import NoService as NoService
    from pledgegraph.client.graphs import connect as connect
    from pledgegraph.descriptions import catalog_graph as catalog_graph
    from pledgegraph.descriptions import take_statistics as take_statistics
    from pledgegraph.descriptions import void_graph as void_graph
    from pledgegraph.documents import Document as Document
    from pledgegraph.documents import compose as compose
    from pledgegraph.errors import DirectoryError as DirectoryError
    from pledgegraph.errors import InputError as InputError
    from pledgegraph.errors import PledgegraphError as PledgegraphError
    from pledgegraph.errors import QueryError as QueryError
    from pledgegraph.errors import QueryRefused as QueryRefused
    from pledgegraph.errors import QuerySyntaxError as QuerySyntaxError
    from pledgegraph.errors import QueryTimeout as QueryTimeout
    from pledgegraph.errors import ReadError as ReadError
    from pledgegraph.errors import ServiceBusy as ServiceBusy
    from pledgegraph.errors import SettingsError as SettingsError
    from pledgegraph.errors import ValidationFailed as ValidationFailed
    from pledgegraph.media_types import Format as Format
    from pledgegraph.media_types import format_named as format_named
    from pledgegraph.namespaces import PG as PG
    from pledgegraph.namespaces import PREFIXES as PREFIXES
    from pledgegraph.release import release as release
    from pledgegraph.settings import Settings as Settings
    from pledgegraph.setup.open_engine import open_engine as open_engine
    from pledgegraph.setup.prepare import prepare as prepare
    from pledgegraph.store.engine import Engine as Engine
    from pledgegraph.store.engine import QueryResult as QueryResult
    from pledgegraph.store.engine import ResultKind as ResultKind
    from pledgegraph.store.engine import Snapshot as Snapshot
    from pledgegraph.validation import ValidationReport as ValidationReport
    from pledgegraph.validation import validator_named as validator_named

_WHERE: Final = {
    "catalogue.questions": ("Parameter", "Question", "catalogue", "question"),
    "client.answer": ("IRI", "Answer", "PackageMissing", "Row", "Text"),
    "client.graphs": ("AnswerCut", "Graph", "NoService", "connect"),
    "descriptions": ("catalog_graph", "take_statistics", "void_graph"),
    "documents": ("Document", "compose"),
    "errors": (
        "DirectoryError",
        "InputError",
        "PledgegraphError",
        "QueryError",
        "QueryRefused",
        "QuerySyntaxError",
        "QueryTimeout",
        "ReadError",
        "ServiceBusy",
        "SettingsError",
        "ValidationFailed",
    ),
    "media_types": ("Format", "format_named"),
    "namespaces": ("PG", "PREFIXES"),
    "release": ("release",),
    "settings": ("Settings",),
    "setup.open_engine": ("open_engine",),
    "setup.prepare": ("prepare",),
    "store.engine": ("Engine", "QueryResult", "ResultKind", "Snapshot"),
    "validation": ("ValidationReport", "validator_named"),
}
_MODULES: Final = {name: module for module, names in _WHERE.items() for name in names}

__all__ = sorted(_MODULES)  # noqa: PLE0605 -- it is a list of names


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'pledgegraph' has no attribute {name!r}")
    value = getattr(import_module(f"pledgegraph.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__]
