"""jsonld.js dereferences, frames and flattens the shipped records with only HTTP at hand.

And another's RDFa parser finds on their pages what their JSON-LD says.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.clients.conftest import BASE, HERE, brought, npm_ci, run
from tests.conftest import Require
from tests.running_service import running_service
from tests.shipped_store import copy_shipped

FOLDER = HERE / "jsonld_js"


def test_jsonld_js_reads_what_the_service_says(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, require: Require
) -> None:
    for tool in ("node", "npm"):
        require(tool, shutil.which(tool) is not None)
    names = (".npmrc", "package.json", "package-lock.json", "read.mjs")
    folder = brought("jsonld-js", [FOLDER / name for name in names], npm_ci)
    copy_shipped(tmp_path_factory, tmp_path / "store", BASE)
    with running_service(tmp_path / "store", tmp_path / "log") as service:
        said = run("node", "read.mjs", service.address, BASE, folder=folder)
    told = json.loads(said)
    assert told["read"] > 70
    assert told["differing"] == []
    assert told["onPages"] > 10 * told["read"]
    assert told["madeUp"] == []
