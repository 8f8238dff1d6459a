"""The golden answers: which questions they answer, and how they are made.

`golden/` has a file for each case. ``{id}.csv`` answers the question with the examples of its
parameters, ``{id}--{name}={value},{name}={value}.csv`` with the parameters that the name gives;
graphs are ``.nt``, with their lines sorted. After a change of the data or of a question,
``python -m tests.catalogue.answers`` writes those that are there anew; read the difference.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pledgegraph.catalogue.questions import Question, catalogue
from pledgegraph.media_types import CSV, N_TRIPLES
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph.setup.prepare import prepare
from pledgegraph.store.embedded import EmbeddedEngine
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot

BASE: Final = "http://localhost:8000"
FOLDER: Final = Path(__file__).with_name("golden")
TODAY: Final = date(2026, 11, 23)


@dataclass(frozen=True)
class Case:
    """A question with parameters, and the file that holds its answer."""

    file: Path
    question: Question
    given: dict[str, str]

    def answer(self, snapshot: EmbeddedSnapshot) -> str:
        """What the snapshot answers, as the file should have it."""
        held = io.BytesIO()
        bound = self.question.bind(self.given, base=BASE, today=TODAY)
        result = snapshot.query(self.question.query, substitutions=bound)
        if not self.question.answers_with_a_graph:
            result.serialise(held, CSV)
            return held.getvalue().decode().replace("\r\n", "\n")
        result.serialise(held, N_TRIPLES)
        return "".join(sorted(held.getvalue().decode().splitlines(keepends=True)))


def cases() -> list[Case]:
    """Every case that has a file."""
    questions = {each.id: each for each in catalogue()}
    return [_case(file, questions) for file in sorted(FOLDER.iterdir())]


def examples(of: Question) -> dict[str, str]:
    """The parameters of a question with the values that it gives as examples."""
    return {each.name: each.example for each in of.parameters if each.example is not None}


def prepared(path: Path) -> EmbeddedEngine:
    """The engine over a data directory with the shipped data, which is made if need be."""
    settings = Settings(data_dir=path, base=BASE)
    prepare(settings)
    return open_engine(settings)


def _case(file: Path, questions: Mapping[str, Question]) -> Case:
    name, dashes, rest = file.name.removesuffix(file.suffix).partition("--")
    asked = questions[name]
    given = dict(each.split("=") for each in rest.split(",")) if dashes else examples(asked)
    return Case(file, asked, given)


def main() -> None:
    """Write every golden answer anew."""
    with tempfile.TemporaryDirectory() as folder:
        engine = prepared(Path(folder) / "data")
        with engine.snapshot() as snapshot:
            for each in cases():
                each.file.write_text(each.answer(snapshot), encoding="utf-8")
        engine.close()


if __name__ == "__main__":
    main()
