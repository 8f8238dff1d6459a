"""What a request asks of a question of the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from starlette.requests import Request

from pledgegraph.catalogue.questions import TODAY, Parameter, Question, WrongParameter
from pledgegraph.results.truncation import LIMIT
from pledgegraph.sparql.lexer import query_words
from pledgegraph.store.engine import Substitutions
from pledgegraph_api.errors import Fault, WrongParameters
from pledgegraph_api.http.languages import LANGUAGES, page_language, preferred_language
from pledgegraph_api.http.request_limits import TIMEOUT, AskedLimits, limits_of
from pledgegraph_api.sparql.protocol import decoded

RESERVED: Final = ("format", "lang", TIMEOUT, LIMIT)
"""What no parameter of a question can be called."""

_LONGEST_QUOTE: Final = 200
"""Characters of a wrong value that a message repeats."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a request says beside the parameters of a question."""

    given: dict[str, str]
    """The parameters that have a value; one left empty in a form counts as left out."""
    faults: tuple[Fault, ...]
    format: str | None
    limits: AskedLimits
    language: str
    """The language of the page."""
    language_asked: bool
    """True where the address names it; links of the page then do so too."""


def read_wishes(request: Request, parameters: Sequence[Parameter] = ()) -> Wishes:
    """What the query string says, where it may hold those parameters, each once.

    Raises:
        EncodingError: it is not UTF-8.
        ParameterError: there is far too much of it.
    """
    pairs = decoded(request.scope["query_string"], "The query string")
    given = {name: value for name, value in pairs if value}
    faults = [*_names(pairs, parameters)]
    language = given.pop("lang", None)
    language = language and page_language(language)
    if language is not None and language not in LANGUAGES:
        faults.append(
            Fault(
                "lang",
                "value",
                f"The parameter lang is {language[:_LONGEST_QUOTE]!r}; "
                f"expected one of: {', '.join(LANGUAGES)}.",
                language,
                "string",
                tuple(LANGUAGES),
                "fr",
            )
        )
        language = None
    limits, wrong = limits_of(given)
    faults += wrong
    for name in (TIMEOUT, LIMIT):
        given.pop(name, None)
    preferred = preferred_language(",".join(request.headers.getlist("accept-language")))
    return Wishes(
        given=given,
        faults=tuple(faults),
        format=given.pop("format", None),
        limits=limits,
        language=language or preferred,
        language_asked=language is not None,
    )


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


def bind(question: Question, wishes: Wishes, base: str, find: Find) -> Binding:
    """The terms for the parameters as given, and the defaults of the rest.

    Raises:
        WrongParameters: some cannot be used; all of them are told.
    """
    today = datetime.now(UTC).date()
    faults = list(wishes.faults)
    told = {fault.name for fault in faults}
    usable = {}
    for parameter in question.parameters:
        value = wishes.given.get(parameter.name)
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
    require_none(faults, question.parameters)
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


def require_none(faults: Sequence[Fault], parameters: Sequence[Parameter]) -> None:
    """Refuse a request that has faults.

    Raises:
        WrongParameters: there is one.
    """
    if faults:
        names = ", ".join(each.name for each in parameters)
        there = f"The parameters of this address: {names}, " if names else "There are only "
        raise WrongParameters(
            " ".join(fault.detail for fault in faults),
            remedy=f"{there}{', '.join(RESERVED[:-1])} and {RESERVED[-1]}; each may be there once.",
            faults=faults,
        )


def _names(pairs: Iterable[tuple[str, str]], parameters: Sequence[Parameter]) -> Iterable[Fault]:
    """What is wrong with the names of the parameters."""
    known = {parameter.name: parameter for parameter in parameters}
    for name, times in Counter(name for name, _ in pairs).items():
        quoted = name[:_LONGEST_QUOTE]
        if name not in known and name not in RESERVED:
            yield Fault(quoted, "unknown", f"There is no parameter {quoted!r} here.")
        elif times > 1:
            kind = known[name].type if name in known else "string"
            detail = f"The parameter {name} is there {times} times; send it once."
            yield Fault(name, "repeated", detail, type=kind)
