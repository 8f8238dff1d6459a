"""Engines that a service keeps its data in, each a process of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

FUSEKI: Final = "5.6.0"
_ARTEFACT: Final = "org.apache.jena:jena-fuseki-server"
_PATIENCE: Final = 60


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A dataset in an engine that answers."""

    dialect: str
    query: str
    update: str
    graphs: str
    credentials: Path | None = None

    def settings(self) -> dict[str, object]:
        """The settings of a service that keeps its data there."""
        found: dict[str, object] = {
            "engine": "remote",
            "remote_dialect": self.dialect,
            "remote_query": self.query,
            "remote_update": self.update,
            "remote_graphs": self.graphs,
        }
        if self.credentials is not None:
            found["remote_credentials"] = self.credentials
        return found


def has_fuseki() -> bool:
    """Whether this machine can run it."""
    return shutil.which("java") is not None and shutil.which("mvn") is not None


def _jar(folder: Path) -> Path:
    """The program, which Maven keeps for the next time."""
    group, name = _ARTEFACT.split(":")
    jar = f"{name}-{FUSEKI}.jar"
    kept = Path.home() / ".m2/repository" / group.replace(".", "/") / name / FUSEKI / jar
    if kept.is_file():
        return kept
    subprocess.run(
        [
            "mvn",
            "--batch-mode",
            "--quiet",
            "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy",
            f"-Dartifact={_ARTEFACT}:{FUSEKI}",
            f"-DoutputDirectory={folder}",
        ],
        cwd=folder,
        check=True,
        timeout=300,
    )
    return folder / jar


_DATASET: Final = """
<#service-{name}> a fuseki:Service ; fuseki:name "{name}" ;
  fuseki:endpoint [ fuseki:operation fuseki:query ; fuseki:name "query" ] ,
    [ fuseki:operation fuseki:update ; fuseki:name "update" ] ,
    [ fuseki:operation fuseki:gsp-rw ; fuseki:name "data" ] ;
  fuseki:dataset <#data-{name}> .
<#data-{name}> a tdb2:DatasetTDB2 ; tdb2:location "{folder}/{name}" ;
  tdb2:unionDefaultGraph true .
"""
_PREFIXES: Final = """
PREFIX fuseki: <http://jena.apache.org/fuseki#>
PREFIX tdb2: <http://jena.apache.org/2016/tdb#>
"""


@contextmanager
def fuseki(folder: Path, *names: str) -> Iterator[dict[str, RemoteStore]]:
    """A Fuseki that runs until the block ends, with those datasets on the disk.

    The default graph of each is the union of its named graphs.
    """
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    config = folder / "config.ttl"
    datasets = (_DATASET.format(name=name, folder=folder) for name in names)
    config.write_text("".join([_PREFIXES, *datasets]), encoding="utf-8")
    command = ["java", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-jar", str(_jar(folder))]
    command += [f"--port={port}", "--localhost", f"--config={config}"]
    with _process(command, folder, {"FUSEKI_BASE": str(folder / "base")}) as process:
        _await(f"{address}/$/ping", process, folder)
        yield {
            name: RemoteStore(
                "fuseki",
                f"{address}/{name}/query",
                f"{address}/{name}/update",
                f"{address}/{name}/data",
            )
            for name in names
        }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _process(
    command: list[str], folder: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _await(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until something answers at the address."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            said = (folder / "output").read_text(errors="replace")
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
        else:
            return
