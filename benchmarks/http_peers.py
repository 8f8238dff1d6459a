"""The services that are compared over HTTP, each started on the same data."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from benchmarks.sides import Pledgegraph

_PATIENCE: Final = 1800
"""Seconds; one of them reads all data when it starts."""
_SCRIPTS: Final = Path(sys.executable).parent


class PeerMissing(Exception):
    """The program is not installed here."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service that answers."""

    name: str
    process: int
    port: int
    path: str

    @property
    def address(self) -> str:
        """Where it takes queries."""
        return f"http://127.0.0.1:{self.port}{self.path}"


def pledgegraph(data: Path, folder: Path, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """`pledgegraph serve`, with the limits of its defaults, and none for this client alone."""
    if not (folder / "data").exists():
        Pledgegraph().load(data, folder)
    return (str(_SCRIPTS / "pledgegraph"), "serve"), {
        "PLEDGEGRAPH_DATA_DIR": str(folder / "data"),
        "PLEDGEGRAPH_PORT": str(port),
        # One client does here what many do elsewhere, and the peers write no log either.
        "PLEDGEGRAPH_BUDGET_EXEMPT": "127.0.0.1",
        "PLEDGEGRAPH_LOG_REQUESTS": "false",
    }


def two_processes(data: Path, folder: Path, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """`pledgegraph serve` with two processes that speak HTTP, and all else as above."""
    command, environment = pledgegraph(data, folder, port)
    return command, {**environment, "PLEDGEGRAPH_HTTP_WORKERS": "2"}


def on_disk(data: Path, folder: Path, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """`pledgegraph serve` over the same store, without copies of the data in memory."""
    command, environment = pledgegraph(data, folder.with_name("pledgegraph"), port)
    return command, {**environment, "PLEDGEGRAPH_COPIES_MEMORY": "0"}


_LOAD: Final = """
import sys
from pathlib import Path
from benchmarks.sides import Pledgegraph
Pledgegraph().load(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def checkout(
    tree: Path, data: Path, folder: Path, port: int
) -> tuple[Sequence[str], Mapping[str, str]]:
    """`pledgegraph serve` of another checkout, which loads the data by its own program."""
    programs = tree.absolute() / ".venv" / "bin"
    # Its own modules, whatever this process has on its path.
    paths = ":".join(str(tree.absolute() / each) for each in ("", "graph", "api"))
    of_the_tree = {"PYTHONPATH": paths}
    if not (folder / "data").exists():
        load = (str(programs / "python"), "-c", _LOAD, str(data), str(folder))
        subprocess.run(load, check=True, cwd=tree, env={**os.environ, **of_the_tree})
    _, environment = pledgegraph(data, folder, port)
    return (str(programs / "pledgegraph"), "serve"), {**environment, **of_the_tree}


def oxigraph(data: Path, folder: Path, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """`oxigraph serve`, with the union of all graphs as its default graph, as ours has."""
    program = _SCRIPTS / "oxigraph"
    if not program.exists():
        raise PeerMissing("oxigraph (PyPI)")
    if not folder.exists():
        load = (str(program), "load", "--location", str(folder), "--file", str(data))
        subprocess.run(load, check=True, capture_output=True)
    where = ("--location", str(folder), "--bind", f"127.0.0.1:{port}")
    return (str(program), "serve-read-only", *where, "--union-default-graph"), {}


_ENDPOINT: Final = """
import sys, rdflib, uvicorn
from rdflib_endpoint import SparqlEndpoint
data = rdflib.Dataset(default_union=True)
data.parse(sys.argv[1], format="nquads")
uvicorn.run(SparqlEndpoint(graph=data), port=int(sys.argv[2]), log_level="error")
"""


def rdflib_endpoint(
    data: Path, _folder: Path, port: int
) -> tuple[Sequence[str], Mapping[str, str]]:
    """rdflib-endpoint over a dataset in memory."""
    if find_spec("rdflib_endpoint") is None:
        raise PeerMissing("rdflib-endpoint (PyPI)")
    return (sys.executable, "-c", _ENDPOINT, str(data), str(port)), {}


FUSEKI: Final = "5.6.0"
_FUSEKI_ARTEFACT: Final = "org.apache.jena:jena-fuseki-server"


def fuseki(data: Path, folder: Path, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """Fuseki over TDB2, with the union of all graphs as its default graph; Maven brings it."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        raise PeerMissing("jena-fuseki-server (Maven)")
    folder.mkdir(exist_ok=True)
    jar = folder / f"jena-fuseki-server-{FUSEKI}.jar"
    if not jar.exists():
        plugin = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy"
        artefact = f"-Dartifact={_FUSEKI_ARTEFACT}:{FUSEKI}"
        bring = ("mvn", "-B", "-q", plugin, artefact, f"-DoutputDirectory={folder}")
        subprocess.run(bring, check=True, capture_output=True, cwd=folder)
    store = folder / "tdb2"
    if not store.exists():
        load = ("java", "-Xmx4g", "-cp", str(jar), "tdb2.tdbloader", f"--loc={store}", str(data))
        subprocess.run(load, check=True, capture_output=True)
    union = ("--set", "tdb2:unionDefaultGraph=true")
    where = (f"--port={port}", "--localhost", "--tdb2", f"--loc={store}", *union, "/ds")
    return ("java", "-Xmx4g", "-jar", str(jar), *where), {"FUSEKI_BASE": str(folder / "base")}


_SETTINGS: Final = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = {sql}
DirsAllowed = {folder}, {data}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
ServerThreads = 80
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 70
[SPARQL]
ResultSetMaxRows = 200000
"""


def virtuoso(data: Path, folder: Path, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """Virtuoso, loaded by its own bulk loader of N-Quads."""
    if shutil.which("virtuoso-t") is None or shutil.which("isql-vt") is None:
        raise PeerMissing("virtuoso-opensource (Debian)")
    folder.mkdir(exist_ok=True)
    settings = folder / "virtuoso.ini"
    sql = free_port()
    settings.write_text(
        _SETTINGS.format(folder=folder, data=data.parent, sql=sql, port=port), encoding="utf-8"
    )
    command = ("virtuoso-t", "-f", "-c", str(settings))
    if not (folder / "virtuoso.db").exists():
        with _started(command, {}, folder) as process:
            _await(lambda: _connects(sql), process)
            _wait_for_sql(sql)
            for statement in (
                f"DB.DBA.TTLP_MT(file_open('{data}'), '', 'http://localhost:8000/none', 512);",
                "checkpoint;",
            ):
                _sql(sql, statement)
            _sql(sql, "shutdown;")
            process.wait(120)
    return command, {}


Prepare = Callable[[Path, Path, int], tuple[Sequence[str], Mapping[str, str]]]
"""From the data, a folder to keep and a port: the command, and what its environment has more."""

PEERS: Final[dict[str, tuple[Prepare, str]]] = {
    "pledgegraph": (pledgegraph, "/sparql"),
    "pledgegraph on disk": (on_disk, "/sparql"),
    "pledgegraph in two": (two_processes, "/sparql"),
    "oxigraph": (oxigraph, "/query"),
    "rdflib-endpoint": (rdflib_endpoint, "/"),
    "virtuoso": (virtuoso, "/sparql"),
    "fuseki": (fuseki, "/ds/query"),
}


@contextmanager
def running(name: str, data: Path, scratch: Path) -> Iterator[Running]:
    """The service of that name over the data; what it keeps on disk is made once.

    Raises:
        PeerMissing: it is not installed.
    """
    prepare, path = PEERS[name]
    port = free_port()
    command, environment = prepare(data, scratch / name, port)
    with _started(command, environment, scratch) as process:
        service = Running(name, process.pid, port, path)
        _await(lambda: _answers(service), process)
        yield service


_TIMES_READY: Final = 8
"""Answers in a row: where several processes speak HTTP, each tells of its own copies."""


def until_ready(service: Running) -> tuple[dict[str, Any], float]:
    """What one of ours tells of its copies once they are there, and the seconds waited."""
    since = time.perf_counter()
    address = f"http://127.0.0.1:{service.port}/health"
    times = 0
    while True:
        with urllib.request.urlopen(address, timeout=60) as response:
            told: dict[str, Any] = json.load(response)["memory"]
        times = 0 if told["state"] == "loading" else times + 1
        if times == _TIMES_READY:
            return told, time.perf_counter() - since
        if not times:
            time.sleep(0.2)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "output.log").open("ab") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the service did not start: {process.args!r}")
        time.sleep(0.1)


def _answers(service: Running) -> bool:
    request = urllib.request.Request(  # noqa: S310 -- an address of this machine
        f"{service.address}?query=ASK%7B%7D", headers={"Accept": "application/sparql-results+json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 -- the same
            return b"true" in response.read()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _sql(port: int, statement: str) -> None:
    command = ("isql-vt", f"127.0.0.1:{port}", "dba", "dba", f"exec={statement}")
    subprocess.run(command, check=True, capture_output=True)


def _wait_for_sql(port: int) -> None:
    for _ in range(100):
        try:
            _sql(port, "status();")
        except subprocess.CalledProcessError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the service takes no statements")
