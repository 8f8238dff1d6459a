"""A data directory outlives the release that made it, and says which releases it is too new for."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path

import httpx
import pytest

from pledgegraph.store.atomic_files import sealed, unsealed
from pledgegraph.store.directory import FORMAT
from tests.running_service import PROGRAM, environment_of, running_service

BASE = "https://data.example.org"
MADE = Path(__file__).with_name("data-directory-format-2.tar.gz")
"""`init --empty` and three loads by the program of 2026-11-28, which wrote format 2."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    with tarfile.open(MADE) as archive:
        archive.extractall(folder, filter="data")
    assert format_of(folder) == 2
    return folder


def format_of(folder: Path) -> int:
    card = unsealed((folder / "pledgegraph.json").read_text())
    return int(card["format"])


def files_of(folder: Path) -> dict[Path, int]:
    """The files of a directory, with the time that each was written last."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def log_of(folder: Path) -> bytes:
    """All records of the changes log, one after the other."""
    return b"".join(path.read_bytes() for path in sorted((folder / "changes").iterdir()))


def pledgegraph(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        env=environment_of(data_dir=folder),
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_older_directory_is_verified_served_and_written(old: Path, tmp_path: Path) -> None:
    logged, before = log_of(old), files_of(old)
    verified = pledgegraph(old, "verify")
    assert verified.returncode == 0, verified.stderr
    # To look at it changes nothing: an older program can still have it.
    assert files_of(old) == before
    assert pledgegraph(old, "stats").returncode == 0
    # What newer rules compute comes as changes of its own, behind what was there.
    assert log_of(old).startswith(logged)
    with running_service(old, tmp_path / "log") as service:
        label = "SELECT ?l { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l } ORDER BY ?l"
        answer = service.ask(label, format="csv").text.split("\r\n")
        assert set(answer) >= {"Count everybody twice", "The office", "A second page of promises"}
        page = httpx.get(f"{service.address}/doc/commitment/count-all", timeout=60)
        assert page.status_code == 200
        past = service.ask("ASK { ?s ?p 'Count everybody'@en }", version="4", format="json")
        assert past.json()["boolean"] is True
        assert httpx.get(f"{service.address}/health").json()["status"] == "ok"
    change = tmp_path / "more.nt"
    change.write_text(
        f'<{BASE}/id/actor/office> <http://www.w3.org/2004/02/skos/core#altLabel> "Bureau"@fr .\n'
    )
    loaded = pledgegraph(old, "load", str(change), "--source", "second")
    assert loaded.returncode == 0, loaded.stderr
    assert format_of(old) == FORMAT
    assert pledgegraph(old, "verify").returncode == 0


def test_a_directory_of_a_newer_release_is_refused_with_the_reason(old: Path) -> None:
    card = old / "pledgegraph.json"
    newer = {**unsealed(card.read_text()), "format": FORMAT + 1}
    card.write_text(sealed(newer))
    before = files_of(old)
    for command in (
        ["serve", "--port", "0"],
        ["verify"],
        ["query", "ASK {}"],
        ["init", "--update"],
    ):
        refused = pledgegraph(old, *command)
        assert refused.returncode != 0
        assert f"format {FORMAT + 1}" in refused.stderr
        assert "release" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert before == files_of(old)
    assert json.loads(card.read_text())["format"] == FORMAT + 1
