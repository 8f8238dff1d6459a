"""`pledgegraph queries`: the catalogue of questions."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from pledgegraph.catalogue.known_values import KnownValues
from pledgegraph.catalogue.questions import Question, Words, WrongParameter, catalogue, question
from pledgegraph.cli.options import Base, DataDir, Json, settings
from pledgegraph.cli.terminal.output import print_answer
from pledgegraph.cli.terminal.validation_report import preferred_languages
from pledgegraph.setup.engine_choice import open_engine

app: Final = typer.Typer(help="The catalogue of questions.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The question's id, as `list` shows it.")]


@app.command("list")
def list_questions(*, as_json: Json = False) -> None:
    """List the questions that there are."""
    questions = catalogue()
    if as_json:
        print(json.dumps([_card(each) for each in questions], ensure_ascii=False, indent=2))
        return
    table = Table(Column("id", no_wrap=True), "question", "parameters")
    for each in questions:
        names = ", ".join(parameter.name for parameter in each.parameters)
        table.add_row(each.id, Text(_in_locale(each.question)), names)
    Console().print(table)


@app.command()
def show(name: Id) -> None:
    """Show one question: its words, its parameters and its SPARQL."""
    found = question(name)
    print(_in_locale(found.question), file=sys.stderr)
    _tell_limits(found)
    for parameter in found.parameters:
        default = f" (default {parameter.default})" if parameter.default else ""
        print(
            f"  {parameter.name}: {parameter.type}{default}. {_in_locale(parameter.description)}",
            file=sys.stderr,
        )
    print(found.query, end="")


@app.command()
def run(
    name: Id,
    *,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; may be repeated."),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="As for `pledgegraph query`."),
    ] = None,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Answer a question from the newest snapshot."""
    found = question(name)
    engine = open_engine(settings(data_dir=data_dir, base=base))
    base_iri = engine.directory.base
    with engine.snapshot() as snapshot:
        given = KnownValues(base_iri).of(found, _pairs(parameters or []), snapshot)
        bound = found.bind(given, base=base_iri)
        _tell_limits(found)
        result = snapshot.query(found.query, substitutions=bound)
        print_answer(result, form, base=base_iri, columns=found.columns)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise WrongParameter(
                f"{each!r} is not a parameter.", remedy="Give it as in --param day=2025-12-31."
            )
        pairs[name] = value
    return pairs


def _tell_limits(asked: Question) -> None:
    """Say on the standard error what the data cannot answer."""
    if asked.limits:
        print(_in_locale(asked.limits), file=sys.stderr)


def _in_locale(text: Words) -> str:
    return next(text[tag] for tag in (*preferred_languages(), "en") if tag in text)


def _card(each: Question) -> dict[str, object]:
    return {
        "id": each.id,
        "title": dict(each.title),
        "question": dict(each.question),
        "limits": dict(each.limits),
        "competency": each.competency,
        "answer": "graph" if each.answers_with_a_graph else "table",
        "columns": list(each.columns),
        "headings": {name: dict(words) for name, words in each.headings.items()},
        "parameters": [
            {
                "name": parameter.name,
                "label": dict(parameter.label),
                "type": parameter.type,
                "class": parameter.kind,
                "namespace": parameter.namespace,
                "example": parameter.example,
                "default": parameter.default,
                "choices": list(parameter.choices),
                "description": dict(parameter.description),
            }
            for parameter in each.parameters
        ],
    }
