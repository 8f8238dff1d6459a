"""Answers as rows of Python values, with what they rest on beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, overload

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions

from pledgegraph.datatypes import INTEGERS
from pledgegraph.errors import PledgegraphError
from pledgegraph.namespaces import XSD

if TYPE_CHECKING:
    import pandas
    import polars


class PackageMissing(PledgegraphError):
    """A package that is not installed is needed for this."""


class IRI(str):
    """A text that is an IRI: what names a thing in the graph."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"IRI({str.__repr__(self)})"


class Text(str):
    """A text in a language, such as ``en``."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> Text:
        """The text; ``language`` is its tag (BCP 47)."""
        made = super().__new__(cls, text)
        made.language = language
        return made


Value = str | int | float | bool | Decimal | date | datetime | None
"""What a cell holds; None where the row has no value. `IRI` and `Text` are kinds of ``str``."""


class Row(Mapping[str, Value]):
    """A row, by the names of its columns: ``row["due"]`` or ``row.due``."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __getattr__(self, name: str) -> Value:
        try:
            return self._values[name]
        except KeyError:
            columns = ", ".join(self._values)
            raise AttributeError(f"no column {name!r}; the columns: {columns}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={value!r}' for name, value in self._values.items())})"


@dataclass(frozen=True, slots=True)
class Answer(Sequence[Row]):
    """The rows of an answer, and what they rest on."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    source: str
    """The data directory or the address that was asked."""
    snapshot: int
    """The number of the state of the data that answered."""
    query: str
    complete: bool
    """False where the service cut the answer at one of its limits."""
    limits: str = ""
    """What the data cannot answer, of a question of the catalogue; in English."""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame with a column for each column; ``attrs`` has source and snapshot.

        Raises:
            PackageMissing: pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 -- an extra
        except ImportError as error:
            raise _missing("pandas") from error
        frame = pd.DataFrame([dict(row) for row in self.rows], columns=list(self.columns))
        frame.attrs.update(source=self.source, snapshot=self.snapshot, complete=self.complete)
        return frame

    def to_polars(self) -> polars.DataFrame:
        """A data frame of polars. A column whose values are of several types holds texts.

        Raises:
            PackageMissing: polars is not installed.
        """
        try:
            import polars as pl  # noqa: PLC0415 -- an extra
        except ImportError as error:
            raise _missing("polars") from error
        return pl.DataFrame({name: self._column(name) for name in self.columns}, strict=False)

    def _column(self, name: str) -> list[Any]:
        values = [row[name] for row in self.rows]
        kinds = {
            str if isinstance(each, str) else type(each) for each in values if each is not None
        }
        if kinds <= {str} or len(kinds) > 1:
            return [None if each is None else str(each) for each in values]
        return values


def _truth(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text]


_READERS: Final[Mapping[str, Callable[[str], Value]]] = {
    XSD.decimal.value: Decimal,
    XSD.double.value: float,
    XSD.float.value: float,
    XSD.boolean.value: _truth,
    XSD.date.value: date.fromisoformat,
    XSD.dateTime.value: datetime.fromisoformat,
    **dict.fromkeys((XSD[name].value for name in INTEGERS), int),
}


def rows_of(solutions: QuerySolutions) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The columns and rows of an answer that pyoxigraph has read."""
    names = [variable.value for variable in solutions.variables]
    rows = tuple(Row({name: _value(solution[name]) for name in names}) for solution in solutions)
    return tuple(names), rows


def _value(term: object) -> Value:
    if isinstance(term, NamedNode):
        return IRI(term.value)
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    if not isinstance(term, Literal):
        return None if term is None else str(term)
    if term.language:
        return Text(term.value, term.language)
    try:
        return _typed(term.value, term.datatype.value)
    except (ValueError, KeyError, ArithmeticError):
        return term.value


def _typed(text: str, datatype: str) -> Value:
    """The value of a literal; its text where Python has no type for it."""
    reader = _READERS.get(datatype)
    return text if reader is None else reader(text)


def _missing(package: str) -> PackageMissing:
    return PackageMissing(
        f"{package} is not installed.", remedy=f"Install it: pip install 'pledgegraph[{package}]'."
    )
