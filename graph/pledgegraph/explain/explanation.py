"""What is told of a query, as it goes from the process that parses it to whoever asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of the algebra (SPARQL 1.1 Query, section 18.2), with what it works on."""

    name: str
    text: str = ""
    """Its conditions, variables or patterns, as a person would write them."""
    inputs: tuple[Operator, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """The operator and what is below it, one a line, indented."""
        yield "  " * depth + f"{self.name} {self.text}".rstrip()
        for each in self.inputs:
            yield from each.lines(depth + 1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern of the query."""

    text: str
    properties: tuple[str, ...]
    """The IRIs of the properties that it needs; several for a path."""
    any_property: bool = False
    """True when the property is a variable, or a path that excludes some."""
    is_path: bool = False
    """True when it may take several statements to match."""
    at_most: int | None = None
    """How many statements match at most, by the counts of a snapshot; None if that is open."""


@dataclass(frozen=True, slots=True)
class SlowShape:
    """A shape in the query that is known to be slow or to mislead, and what to write instead."""

    name: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A place in the query that is asked in another way, which means the same."""

    what: str
    """``exists``, ``minus``, ``optional`` or ``subquery``."""
    line: int
    column: int
    written: str
    """What the engine is asked there."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is told of a query."""

    algebra: Operator | None
    """None when only the engine can read the query."""
    patterns: tuple[Pattern, ...] = ()
    slow: tuple[SlowShape, ...] = ()
    misleads: tuple[SlowShape, ...] = ()
    """What is likely to be meant otherwise."""
    rewritten: tuple[Rewritten, ...] = ()

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Explanation:
        """What `document` came from."""
        algebra = document["algebra"]
        return cls(
            _operator(algebra) if algebra else None,
            tuple(
                Pattern(**{**each, "properties": tuple(each["properties"])})
                for each in document["patterns"]
            ),
            tuple(SlowShape(**each) for each in document["slow"]),
            tuple(SlowShape(**each) for each in document["misleads"]),
            tuple(Rewritten(**each) for each in document["rewritten"]),
        )


def _operator(document: Mapping[str, Any]) -> Operator:
    return Operator(
        document["name"], document["text"], tuple(_operator(each) for each in document["inputs"])
    )
