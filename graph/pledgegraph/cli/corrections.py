"""`pledgegraph corrections`: errors that readers reported, and what came of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from pledgegraph.cli.options import Agent, Base, DataDir, Json, agent_or_login, settings, utf8
from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.corrections import Correction, Corrections, Decision
from pledgegraph.store.directory import open_directory

app: Final = typer.Typer(
    help="Errors that readers reported on pages of the service.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(metavar="ID", help="The report's id, as `list` shows it.")]
Words = Annotated[
    str,
    typer.Option("--words", metavar="TEXT", help="What the page tells its readers of it."),
]
Language = Annotated[
    str, typer.Option("--language", metavar="TAG", help="The language of the words.")
]


@app.command("list")
def list_corrections(
    *,
    decided: Annotated[
        bool, typer.Option("--decided", help="Those that are decided instead.")
    ] = False,
    data_dir: DataDir = None,
    base: Base = None,
    as_json: Json = False,
) -> None:
    """Show the reports that wait, the oldest first, with what their readers wrote."""
    corrections = _corrections(data_dir, base)
    found = corrections.decided() if decided else corrections.waiting()
    if as_json:
        print(json.dumps([_card(each) for each in found], ensure_ascii=False, indent=2))
        return
    if not found:
        print("No report is decided." if decided else "No report waits.")
    for each in found:
        print(harmless(f"{each.id}  {each.received:%Y-%m-%d}  {each.page}  {each.state}"))
        if each.told is None:
            print("    (what the reader wrote is erased)")
        else:
            for name, text in asdict(each.told).items():
                print(f"    {name}: " + harmless(" ".join(text.split())))
        if each.decision is not None:
            print(harmless(f"    {each.decision.by}: {each.decision.words}"))


@app.command()
def accept(
    name: Name,
    *,
    words: Words,
    language: Language = "en",
    agent: Agent = None,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Say on the page that the report was right, and what was changed. Change the data first."""
    _decide(name, data_dir, base, _decision(words, language, agent, accepted=True))


@app.command()
def decline(
    name: Name,
    *,
    words: Words,
    language: Language = "en",
    agent: Agent = None,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Say on the page why nothing was changed."""
    _decide(name, data_dir, base, _decision(words, language, agent, accepted=False))


def _decision(words: str, language: str, agent: str | None, *, accepted: bool) -> Decision:
    return Decision(
        time=datetime.now(UTC).replace(microsecond=0),
        accepted=accepted,
        words=utf8("--words", words),
        language=utf8("--language", language),
        by=agent_or_login(agent),
    )


def _decide(name: str, data_dir: DataDir, base: Base, decision: Decision) -> None:
    decided = _corrections(data_dir, base).decide(name, decision)
    print(harmless(f"The report {decided.id} is {decided.state}; {decided.page} says so."))


def _corrections(data_dir: DataDir, base: Base) -> Corrections:
    chosen = settings(data_dir=data_dir, base=base)
    path = open_directory(chosen.data_dir, base=chosen.asked_base).path
    return Corrections(path, days=chosen.correction_days)


def _card(correction: Correction) -> dict[str, object]:
    told: dict[str, object] = {**asdict(correction), "state": correction.state}
    told["received"] = correction.received.isoformat()
    if correction.decision is not None:
        decision = asdict(correction.decision)
        told["decision"] = {**decision, "time": correction.decision.time.isoformat()}
    return told
