"""Which node the balancer of `deploy/` asks."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.conftest import Require
from tests.deploy.proxies import nginx


class _Answer(BaseHTTPRequestHandler):
    """Says on which port it was asked."""

    def do_GET(self) -> None:
        said = str(self.server.server_port).encode()  # type: ignore[attr-defined]  # typed as the base class
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_arguments: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def nodes() -> Iterator[list[ThreadingHTTPServer]]:
    found = [ThreadingHTTPServer(("127.0.0.1", 0), _Answer) for _ in range(3)]
    for each in found:
        each.daemon_threads = True
        threading.Thread(target=each.serve_forever, kwargs={"poll_interval": 0.01}).start()
    yield found
    for each in found:
        each.shutdown()
        each.server_close()


def test_what_a_node_keeps_for_itself_is_asked_of_one_node(
    nodes: list[ThreadingHTTPServer], tmp_path: Path, require: Require
) -> None:
    require("nginx", shutil.which("nginx") is not None)
    names = [str(each.server_port) for each in nodes]
    paths = ("/steward", "/steward/sign-in", "/corrections/new?of=x", "/submissions/1", "/dumps/")
    kept = ("/catalog?format=turtle", "/.well-known/void")
    with nginx(tmp_path / "nginx", [f"127.0.0.1:{name}" for name in names]) as door:
        # What was asked before would be answered from the cache.
        anything = {httpx.get(f"{door}/commitments?page={n}").text for n in range(6)}
        assert anything == set(names)
        assert {httpx.get(door + path).text for path in (*paths * 2, *kept)} == {names[0]}
        nodes[0].shutdown()
        nodes[0].server_close()
        assert {httpx.get(door + path).text for path in paths * 2} <= set(names[1:])
