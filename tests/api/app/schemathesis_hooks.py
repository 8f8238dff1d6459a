"""How schemathesis, which imports this in its own process, sends bodies, and how much it tries."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import schemathesis
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario

from tests.depth import THOROUGH

_met: set[Hashable] = set()


@schemathesis.serializer(
    "application/sparql-query",
    "application/sparql-update",
    "application/ld+json",
    "application/n-triples",
    "application/rdf+xml",
    "text/turtle",
)
def as_it_is(_context: schemathesis.SerializationContext, value: object) -> bytes:
    """Text as UTF-8."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook
def filter_case(_context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """Whether a request is sent: ``make test`` leaves out what only repeats others.

    The phase "coverage" sends all values and mistakes that there are, of each parameter of each
    operation. Here each operation meets each kind of value and mistake, and answers in each of its
    formats; each parameter has each of its values and mistakes, but in one operation only.
    """
    data = case.meta.phase.data if case.meta else None
    if THOROUGH or not isinstance(data, CoveragePhaseData):
        return True
    new = set(_traits(case, data)) - _met
    _met.update(new)
    return bool(new)


def _traits(case: schemathesis.Case[Any], data: CoveragePhaseData) -> Iterator[Hashable]:
    operation = case.operation.label
    yield operation, case.method, case.media_type, data.scenario, data.parameter_location
    value = _value(case, data)
    sort = repr(value) if data.scenario is CoverageScenario.ENUM_VALUE else type(value).__name__
    yield data.scenario, data.parameter, data.description, sort
    if data.parameter == "format":
        yield operation, data.scenario, sort


def _value(case: schemathesis.Case[Any], data: CoveragePhaseData) -> object:
    place = data.parameter_location and data.parameter_location.container_name
    given = getattr(case, place) if place else None
    return given.get(data.parameter) if data.parameter and isinstance(given, Mapping) else given
