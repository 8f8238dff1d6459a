"""The built wheel does the main job in a clean environment, far from the tree."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Environment, run
from .service import answer, free_port, interrupt, running

COUNT = """
PREFIX pg: <https://w3id.org/pledgegraph/def#>
SELECT (COUNT(DISTINCT ?source) AS ?sources)
WHERE { ?source a ?kind . VALUES ?kind { pg:Source pg:EditorialSource pg:ReferenceSource } }
"""


def test_the_wheel_does_the_main_job(installed: Environment, tmp_path: Path) -> None:
    program = installed.bin / "pledgegraph"
    run(str(program), "init", cwd=tmp_path)
    printed = run(str(program), "query", "--format", "json", COUNT, cwd=tmp_path)
    by_command = json.loads(printed)["results"]["bindings"][0]["sources"]["value"]
    assert int(by_command) > 0

    port = free_port()
    with running([str(program), "serve"], tmp_path, PLEDGEGRAPH_PORT=str(port)) as process:
        by_service = json.loads(answer(process, port, COUNT))["results"]["bindings"][0]["sources"][
            "value"
        ]
        assert by_service == by_command

        interrupt(process)


def test_serve_alone_makes_what_it_serves(installed: Environment, tmp_path: Path) -> None:
    """Where nobody has said where the data are; a directory that is named has to be there."""
    program = str(installed.bin / "pledgegraph")
    port = free_port()
    with running([program, "serve"], tmp_path, PLEDGEGRAPH_PORT=str(port)) as process:
        answered = json.loads(answer(process, port, COUNT, patience=120))
        assert int(answered["results"]["bindings"][0]["sources"]["value"]) > 0
        assert "Made the data directory var/pledgegraph" in interrupt(process)
    missing = str(tmp_path / "not-mounted")
    with running([program, "serve", "--data-dir", missing], tmp_path) as process:
        process.process.wait(60)
        assert f"There is no data directory at {missing}." in process.end()
