"""The fields of the form on a question's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from pledgegraph.catalogue import TODAY, Parameter, Question, WrongParameter
from pledgegraph_api.catalogue.choices import Option, RecordLists
from pledgegraph_api.errors import Fault
from pledgegraph_api.http.query_params import Options
from pledgegraph_api.web.translations import Wording, worded


@dataclass(frozen=True, slots=True)
class Field:
    """One field; ``options`` makes it a list to choose from."""

    name: str
    label: str
    input: str
    """The type of its HTML input: ``date``, ``number`` or ``text``."""
    value: str
    hints: tuple[str, ...]
    error: str
    options: tuple[Option, ...]
    may_be_open: bool
    """True where no value is a value: the question is then asked of everything."""


def fields_of(
    question: Question,
    asked: Options,
    faults: Sequence[Fault],
    *,
    records: RecordLists,
    base: str,
    words: Wording,
) -> tuple[Field, ...]:
    """The fields for a question's parameters, filled in as the request has it.

    Blocks: to be called in a thread.
    """
    wrong = {fault.name: fault for fault in faults}
    return tuple(
        _field(each, wrong.get(each.name), asked=asked, records=records, base=base, words=words)
        for each in question.parameters
    )


def _field(
    parameter: Parameter,
    fault: Fault | None,
    *,
    asked: Options,
    records: RecordLists,
    base: str,
    words: Wording,
) -> Field:
    given = asked.given.get(parameter.name, "")
    options = records.options(parameter, asked.language)
    field = Field(
        name=parameter.name,
        label=worded(parameter.label, asked.language),
        input={"date": "date", "integer": "number"}.get(parameter.type, "text"),
        value="" if given == TODAY else given,
        hints=tuple(_hints(parameter, asked.language, words, listed=bool(options))),
        error="" if fault is None else _error(parameter, fault, words),
        options=options,
        may_be_open=parameter.default is None,
    )
    if not options or fault is not None:
        return field
    chosen = given or parameter.default
    if chosen is None:
        return field
    term = _term(parameter, chosen, base)
    for each in options:
        if _term(parameter, each.value, base) == term:
            return replace(field, value=each.value)
    return replace(field, value=chosen, options=(*options, Option(chosen, chosen)))


def _hints(parameter: Parameter, language: str, words: Wording, *, listed: bool) -> list[str]:
    hints = [parameter.description.get(language, parameter.description["en"])]
    if parameter.default == TODAY:
        hints.append(words["left_empty_today"])
    elif parameter.default is not None and not listed:
        hints.append(words["left_empty"].format(default=parameter.default))
    if parameter.example and not listed and parameter.type != "date":
        hints.append(words["example"].format(example=parameter.example))
    return hints


def _error(parameter: Parameter, fault: Fault, words: Wording) -> str:
    """What is wrong with the value, in the reader's language."""
    if fault.reason == "repeated":
        return words["fault_repeated"]
    if fault.near:
        near = ", ".join(fault.near)
        return words["fault_near"].format(value=fault.value, near=near)
    if parameter.choices:
        expected = words["fault_choices"].format(choices=", ".join(parameter.choices))
    else:
        expected = words[f"fault_{parameter.type}"]
    return words["fault_value"].format(value=fault.value, expected=expected)


def _term(parameter: Parameter, value: str, base: str) -> NamedNode | Literal | None:
    try:
        return parameter.term(value, base)
    except WrongParameter:
        return None
