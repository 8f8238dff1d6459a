"""What a request asks of a question of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pledgegraph.catalogue import TODAY, Parameter, Question, WrongParameter
from pledgegraph.sparql import query_words
from pledgegraph.store import Substitutions
from pledgegraph_api.errors import Fault
from pledgegraph_api.http.query_params import OPTIONS, Options, refuse


@dataclass(frozen=True, slots=True)
class Binding:
    """The terms that take the place of a question's parameters."""

    terms: Substitutions
    today: frozenset[str]
    """The parameters that stand for the present day."""
    hangs_on_today: bool
    """True where the answer would be another one on another day, for the same request."""
    day: date | None
    """The present day, where the query may ask the clock for it."""


Find = Callable[[Parameter, str], str]
"""What a parameter takes for a text, where the data hold it; raises `WrongParameter` if not."""


def bind(question: Question, options: Options, base: str, find: Find) -> Binding:
    """The terms for the parameters as given, and the defaults of the rest.

    Raises:
        WrongParameters: some cannot be used; all of them are told.
    """
    today = datetime.now(UTC).date()
    faults = list(options.faults)
    told = {fault.name for fault in faults}
    usable = {}
    for parameter in question.parameters:
        value = options.given.get(parameter.name)
        if value is None or parameter.name in told:
            continue
        try:
            found = find(parameter, value)
            question.bind({parameter.name: found}, base=base, today=today)
            usable[parameter.name] = found
        except WrongParameter as error:
            faults.append(
                Fault(
                    parameter.name,
                    "value",
                    str(error),
                    value,
                    parameter.type,
                    parameter.choices,
                    parameter.example or "",
                    error.near,
                )
            )
    refuse(faults, (*(each.name for each in question.parameters), *OPTIONS))
    days = {
        each.name: usable.get(each.name, each.default)
        for each in question.parameters
        if each.type == "date"
    }
    today_taken = frozenset(name for name, value in days.items() if value == TODAY)
    asks_the_clock = "NOW" in query_words(question.query).words
    return Binding(
        question.bind(usable, base=base, today=today),
        today_taken,
        bool(today_taken) or (asks_the_clock and (not days or None in days.values())),
        today if asks_the_clock else None,
    )
