"""`pledgegraph validate`: would these files be accepted?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import pyoxigraph
import typer

from pledgegraph.cli.load import Files, Source, source_files, warn_of_addresses
from pledgegraph.cli.options import Base, DataDir, Json, Validator, settings
from pledgegraph.cli.terminal.progress_bar import reading_bar, working
from pledgegraph.cli.terminal.validation_report import print_effect, print_report, print_report_json
from pledgegraph.errors import DirectoryMissing, ValidationFailed
from pledgegraph.rdf.term_places import refusals_placed
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import Gatekeeper
from pledgegraph.store.directory import open_directory
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.normalisation import EngineForm, difference, settle
from pledgegraph.writes.effect import Effect, effect_of
from pledgegraph.writes.loading import change_from_files
from pledgegraph.writes.places import places_of

if TYPE_CHECKING:
    from pledgegraph.store.changes import Change
    from pledgegraph.validation import ValidationReport


def command(
    *,
    files: Files,
    source: Source = None,
    alone: Annotated[
        bool,
        typer.Option("--alone", help="Judge the files by themselves, without the data directory."),
    ] = False,
    data_dir: DataDir = None,
    base: Base = None,
    validator: Validator = None,
    as_json: Json = False,
) -> None:
    """Check files against the shapes, as a load would, and change nothing.

    What the data directory holds counts as known, so that a file may speak of its actors.
    """
    chosen = settings(data_dir=data_dir, base=base, validator=validator)
    engine = None if alone else _engine(chosen)
    its_base = engine.directory.base if engine else chosen.base
    with reading_bar(files) as progress:
        change = change_from_files(
            source_files(files, source, its_base),
            base=its_base,
            agent="validate",
            reason="",
            progress=progress,
        )
    with refusals_placed((str(path), path.read_bytes) for path in files):
        change = settle(change, its_base, EngineForm())
    gatekeeper = Gatekeeper(chosen.validator, its_base)
    with working("Validating"):
        if engine is None:
            report, effect = _judged(gatekeeper, pyoxigraph.Store(), change, its_base)
        else:
            with engine.snapshot() as snapshot:
                report, effect = _judged(gatekeeper, snapshot.store, change, its_base)
        places = places_of(report, files, its_base)
    if as_json:
        print_report_json(report, places=places, effect=effect)
    if not report.conforms:
        warn_of_addresses(files, its_base)
        failed = ValidationFailed(report, base=its_base)
        failed.places = places
        raise failed
    print_report(report, base=its_base, places=places)
    if engine is None and not as_json:
        print("Valid by themselves.")
    elif not as_json:
        print("Valid.")
        print_effect(effect, base=its_base)
    warn_of_addresses(files, its_base)


def _judged(
    gatekeeper: Gatekeeper, store: pyoxigraph.Store, change: Change, base: str
) -> tuple[ValidationReport, Effect]:
    """What is found fault with, and what a load would come to."""
    brought = change.add if isinstance(change.add, pyoxigraph.Dataset) else ()
    change_set = difference(store, change)
    report = gatekeeper.report(store, change_set)
    return report, effect_of(len(brought), change_set, store, base, gatekeeper.reads)


def _engine(chosen: Settings) -> EmbeddedEngine | None:
    """The engine over the data directory, if there is one."""
    try:
        return EmbeddedEngine(open_directory(chosen.data_dir, base=chosen.asked_base))
    except DirectoryMissing:
        return None
