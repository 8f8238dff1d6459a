"""How to get the same answer by a program: curl, Python and R, ready to be run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

LONGEST_ADDRESS: Final = 60_000
"""Characters; the server reads addresses of up to 64 KB."""

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A program that asks the same."""

    name: str
    text: str


def samples(address: str, given: Parameters, *, form: str) -> tuple[Sample, ...]:
    """Programs that get the answer as ``csv`` or ``turtle`` from the endpoint at ``address``.

    R has one only where the request fits into an address, since it sends no forms by itself.
    """
    query = dict(given)["query"]
    others = [(name, value) for name, value in given if name != "query"]
    parameters = [*others, ("format", form)]
    found = [
        Sample("curl", _curl(address, query, parameters)),
        Sample("Python", _python(address, query, parameters, form=form)),
    ]
    if len(f"{address}?{urlencode([*given, ('format', form)])}") < LONGEST_ADDRESS:
        found.append(Sample("R", _r(address, query, parameters, form=form)))
    return tuple(found)


def _curl(address: str, query: str, parameters: Parameters) -> str:
    lines = [
        f"curl {_shell(address)}",
        f"--data-urlencode {_shell('query=' + query)}",
        *(f"--data-urlencode {_shell(f'{name}={value}')}" for name, value in parameters),
    ]
    return " \\\n  ".join(lines)


def _shell(text: str) -> str:
    """The text in quotes of a POSIX shell, in which nothing has a meaning."""
    return "'" + text.replace("'", "'\\''") + "'"


def _python(address: str, query: str, parameters: Parameters, *, form: str) -> str:
    read = (
        'rows = list(csv.DictReader(answer.read().decode("utf-8-sig").splitlines(keepends=True)))'
        if form == "csv"
        else 'graph = answer.read().decode("utf-8")'
    )
    shown = "print(rows)" if form == "csv" else "print(graph)"
    imports = "import csv\n" if form == "csv" else ""
    fields = "".join(f"    ({name!r}, {value!r}),\n" for name, value in parameters)
    return (
        f"{imports}from urllib.parse import urlencode\nfrom urllib.request import urlopen\n\n"
        f"query = {_python_text(query)}\n"
        f'form = urlencode([\n    ("query", query),\n{fields}])\n'
        f"with urlopen({address!r}, form.encode()) as answer:\n    {read}\n{shown}"
    )


def _python_text(text: str) -> str:
    """The text in a literal: as it is where that reads the same, else escaped."""
    plain = text.replace("\n", "").isprintable() and "\\" not in text
    if plain and "\n" in text and '"""' not in text and not text.endswith('"'):
        return f'"""{text}"""' if not text.startswith("\n") else f'"""\\\n{text}"""'
    return repr(text)


def _r(address: str, query: str, parameters: Parameters, *, form: str) -> str:
    pairs = "".join(
        f',\n  "&{name}=", URLencode({_r_text(value)}, reserved = TRUE)'
        for name, value in parameters
    )
    read = (
        'rows <- read.csv(address, check.names = FALSE, na.strings = "", encoding = "UTF-8")\n'
        "print(rows)"
        if form == "csv"
        else 'graph <- readLines(address, encoding = "UTF-8", warn = FALSE)\nwriteLines(graph)'
    )
    return (
        f"query <- {_r_text(query)}\n"
        f'address <- paste0({_r_text(address)},\n  "?query=", '
        f"URLencode(query, reserved = TRUE){pairs})\n{read}"
    )


def _r_text(text: str) -> str:
    """The text in a raw string of R 4: its end has more dashes than any in the text."""
    dashes = ""
    while f'){dashes}"' in text:
        dashes += "-"
    return f'r"{dashes}({text}){dashes}"'
