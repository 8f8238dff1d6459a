"""What a release says of itself."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from pathlib import Path

import yaml

from tests.conftest import Require

from .conftest import ROOT, run


def test_every_file_names_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    version = project["version"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["version"] == version
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert f"## [{version}] - {cited['date-released']}\n" in changelog
    for file in (ROOT / "deploy" / "container").glob("compose*.yaml"):
        assert set(re.findall(r"image: pledgegraph:(\S+)", file.read_text())) == {version}


def test_the_bill_of_materials_has_what_runs_in_the_pinned_versions(
    tmp_path: Path, require: Require
) -> None:
    program = shutil.which("cyclonedx-py", path=str(Path(sys.executable).parent))
    require("cyclonedx-py", program is not None)
    run(str(ROOT / "scripts" / "sbom"), str(tmp_path / "bill.json"))
    bill = json.loads((tmp_path / "bill.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "pledgegraph"
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "constraints.txt").read_text(), re.M))
    listed = {part["name"]: part["version"] for part in bill["components"]}
    assert {name: pins.get(name) for name in listed} == listed
    assert {"pyoxigraph", "fastapi", "opentelemetry-sdk"} <= set(listed)
    assert not {"pytest", "ruff", "cyclonedx-bom", "hatchling"} & set(listed)
