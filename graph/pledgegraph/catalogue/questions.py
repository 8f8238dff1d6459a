"""The catalogue: questions that the graph answers, one query file each.

A file's front matter gives its id, its title and question in several languages, its typed
parameters and its columns; `answer: graph` marks a CONSTRUCT, which has none. ``limits`` says
what the data cannot answer, ``competency`` which of the 25 competency questions it answers.
A parameter is a variable of the query; a value takes its place as an RDF term (SEP-0007
substitution, in CONSTRUCT too), never as text. The query answers without it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Variable

from pledgegraph.catalogue.columns import words_of
from pledgegraph.catalogue.near import near_matches
from pledgegraph.catalogue.portions import Portions, read_portions
from pledgegraph.errors import InputError, ReadError
from pledgegraph.namespaces import PREFIXES, XSD
from pledgegraph.sparql.front_matter import split_front_matter
from pledgegraph.store.engine import Substitutions

FOLDER: Final = Path(__file__).resolve().parent / "queries"
TODAY: Final = "today"
SDGO: Final = "http://metadata.un.org/sdg/ontology#"

_LONGEST: Final = 200
"""Characters of a value that a message repeats."""

Words = Mapping[str, str]
"""Language tag to text; English is always there."""


class UnknownQuestion(InputError):
    """There is no question of that id in the catalogue."""

    remedy = "List them with `pledgegraph queries list`, or at /queries."


class WrongParameter(InputError):
    """A parameter is not of its type, not among its choices, or not one of the question's."""

    near: tuple[str, ...] = ()
    """Values that there are and that look like the one given."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of a query that its caller may give a value."""

    name: str
    type: str
    """``iri``, ``date``, ``integer`` or ``string``."""
    kind: str | None
    """The class of what is asked for, such as ``Commitment``, or ``sdgo:Goal`` of another's."""
    namespace: str | None
    """For an ``iri`` that is no record: what a short name such as ``454`` is appended to."""
    default: str | None
    """The value where none is given; ``today`` for the present day; None leaves it open."""
    example: str | None
    choices: tuple[str, ...]
    """The only values that are accepted; empty for any of the type."""
    least: int | None
    most: int | None
    """For an ``integer``: the bounds of what makes sense."""
    values_of: tuple[NamedNode, ...]
    """For a ``string``: the properties of the class that have to have it for a value."""
    offered: str | None
    """The pattern of the records, as ``?record``, that a form offers; None for all of the class."""
    label: Words
    """What it is called."""
    description: Words

    @property
    def class_iri(self) -> NamedNode | None:
        """The class of what is asked for."""
        return None if self.kind is None else _class(self.kind)

    @property
    def wanted(self) -> str:
        """What a message says that it expects."""
        if self.choices:
            return f"one of: {', '.join(self.choices)}"
        if self.least is not None and self.most is not None:
            return f"{_EXPECTED[self.type]} from {self.least} to {self.most}"
        return _EXPECTED[self.type]

    def term(self, value: str, base: str) -> NamedNode | Literal:
        """The RDF term that the text ``value`` stands for.

        An IRI may be absolute, or relative to the base, or the slug alone of a record of the
        parameter's kind, or a short name in its namespace.

        Raises:
            WrongParameter: it is not of the type, or not among the choices.
        """
        try:
            term = self._read(value, base)
        except ValueError as error:
            raise self._wrong(value) from error
        if self.choices and term not in [self._read(choice, base) for choice in self.choices]:
            raise self._wrong(value)
        if self.type == "integer" and not self._within(int(term.value)):
            raise self._wrong(value)
        return term

    def _within(self, number: int) -> bool:
        return (self.least is None or self.least <= number) and (
            self.most is None or number <= self.most
        )

    def _read(self, value: str, base: str) -> NamedNode | Literal:
        if self.namespace is not None and value and ":" not in value:
            return NamedNode(self.namespace + value)
        return _READERS[self.type](value, self.kind, base)

    def _wrong(self, value: str) -> WrongParameter:
        example = f" Example: {self.name}={self.example}." if self.example else ""
        alike = near_matches(value, self.choices)
        hint = f" Did you mean {', '.join(alike)}?" if alike else ""
        return WrongParameter(
            f"The parameter {self.name} is {value[:_LONGEST]!r}; expected {self.wanted}.{hint}",
            remedy=f"{self.description.get('en', '')}{example}".strip(),
        )


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the catalogue."""

    id: str
    title: Words
    question: Words
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    """The columns of the answer in their order; empty when the answer is a graph."""
    headings: Mapping[str, Words]
    """What each column is called."""
    limits: Words
    """What the data cannot answer; empty where they can answer wholly."""
    competency: int | None
    """The number of the competency question that it answers, or helps to answer."""
    query: str
    portions: Portions | None = None
    """How a long answer is divided for whoever does not narrow it."""

    @property
    def answers_with_a_graph(self) -> bool:
        """True for a CONSTRUCT."""
        return not self.columns

    def bind(
        self, given: Mapping[str, str], *, base: str, today: date | None = None
    ) -> Substitutions:
        """The terms for the query's variables: what was given, and the defaults of the rest.

        Raises:
            WrongParameter: one is unknown or has a value that cannot be used.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                there = ", ".join(known) or "none"
                raise WrongParameter(
                    f"The question {self.id} has no parameter {name!r}.",
                    remedy=f"Its parameters: {there}.",
                )
        bound: Substitutions = {}
        for name, parameter in known.items():
            value = given.get(name) or parameter.default
            if value == TODAY and parameter.type == "date":
                value = (today or datetime.now(UTC).date()).isoformat()
            if value is not None:
                bound[Variable(name)] = parameter.term(value, base)
        return bound


def catalogue(folder: Path = FOLDER) -> tuple[Question, ...]:
    """All questions, sorted by id; those of this release are read once.

    Raises:
        ReadError: a file's front matter is missing or incomplete.
    """
    return _ours() if folder == FOLDER else _all(folder)


def question(name: str, folder: Path = FOLDER) -> Question:
    """The question of that id.

    Raises:
        UnknownQuestion: there is none.
    """
    for path in folder.glob("*.rq"):
        if path.stem == name:
            return _read(path)
    alike = near_matches(name, [path.stem for path in folder.glob("*.rq")])
    hint = f" Did you mean {', '.join(alike)}?" if alike else ""
    raise UnknownQuestion(f"There is no question {name!r} in the catalogue.{hint}")


@cache
def _ours() -> tuple[Question, ...]:
    return _all(FOLDER)


def _all(folder: Path) -> tuple[Question, ...]:
    return tuple(sorted((_read(path) for path in folder.glob("*.rq")), key=lambda q: q.id))


def _read(path: Path) -> Question:
    matter, query = split_front_matter(path)
    try:
        columns = _columns(matter)
        found = Question(
            id=str(matter["id"]),
            title=_text(matter["title"]),
            question=_text(matter["question"]),
            parameters=tuple(_parameter(each) for each in matter.get("parameters") or ()),
            columns=columns,
            headings={name: words_of(name, columns) for name in columns},
            limits=_text(matter["limits"]) if "limits" in matter else {},
            competency=None if "competency" not in matter else int(matter["competency"]),
            query=query,
            portions=read_portions(matter, query, columns),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ReadError(
            f"The front matter of the query is incomplete: {error}.", file=path.name, line=1
        ) from error
    if found.id != path.stem:
        raise ReadError(f"The query's id is {found.id!r}, not its file name.", file=path.name)
    return found


def _columns(matter: Mapping[str, Any]) -> tuple[str, ...]:
    columns = tuple(str(name) for name in matter.get("columns") or ())
    if (matter.get("answer") == "graph") == bool(columns):
        raise ValueError("it needs either columns or `answer: graph`")
    return columns


def _parameter(matter: Mapping[str, Any]) -> Parameter:
    kind = str(matter["type"])
    if kind not in _READERS:
        raise ValueError(f"no type {kind!r}")
    return Parameter(
        name=str(matter["name"]),
        type=kind,
        kind=matter.get("class"),
        namespace=matter.get("namespace"),
        default=None if matter.get("default") is None else str(matter["default"]),
        example=None if matter.get("example") is None else str(matter["example"]),
        choices=tuple(str(choice) for choice in matter.get("choices") or ()),
        least=None if matter.get("least") is None else int(matter["least"]),
        most=None if matter.get("most") is None else int(matter["most"]),
        values_of=tuple(_class(str(each)) for each in matter.get("values-of") or ()),
        offered=matter.get("offered"),
        label=words_of(str(matter["name"])),
        description=_text(matter["description"]),
    )


def _text(matter: Mapping[str, str]) -> Words:
    if not isinstance(matter, Mapping) or "en" not in matter:
        raise ValueError("a text has no English")
    return {str(language): str(text) for language, text in matter.items()}


def _class(name: str) -> NamedNode:
    """A term by its prefixed name; one of our own goes without the prefix."""
    prefix, _, local = name.rpartition(":")
    return NamedNode({**PREFIXES, "sdgo": SDGO}[prefix or "pg"] + local)


def _iri(value: str, kind: str | None, base: str) -> NamedNode:
    prefix, colon, local = value.partition(":")
    if colon and prefix in PREFIXES:
        return NamedNode(PREFIXES[prefix] + local)
    if colon:
        return NamedNode(value)
    if not value:
        raise ValueError("empty")
    if "/" in value or kind is None:
        return NamedNode(f"{base}/{value.lstrip('/')}")
    return NamedNode(f"{base}/id/{kind.lower()}/{value}")


def _date(value: str, _kind: str | None, _base: str) -> Literal:
    return Literal(date.fromisoformat(value).isoformat(), datatype=XSD.date)


_DIGITS: Final = re.compile(r"[+-]?[0-9]{1,18}")


def _integer(value: str, _kind: str | None, _base: str) -> Literal:
    if not _DIGITS.fullmatch(value):
        raise ValueError("not in the digits 0 to 9")
    return Literal(str(int(value)), datatype=XSD.integer)


def _string(value: str, _kind: str | None, _base: str) -> Literal:
    return Literal(value)


_READERS: Final[dict[str, Callable[[str, str | None, str], NamedNode | Literal]]] = {
    "iri": _iri,
    "date": _date,
    "integer": _integer,
    "string": _string,
}
_EXPECTED: Final = {
    "iri": "an IRI, or the slug of a record",
    "date": "a date such as 2025-12-31",
    "integer": "a whole number",
    "string": "a text",
}
