"""nginx and Caddy with the configurations of `deploy/`, on ports of this machine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

DEPLOY: Final = Path(__file__).resolve().parents[2] / "deploy"
_PATIENCE: Final = 30.0
_ONE: Final = "127.0.0.1:8000"
_THREE: Final = ("one:8000", "two:8000", "three:8000")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def changed(text: str, changes: Mapping[str, str]) -> str:
    """The text with what is a machine's own replaced; each of it must be there."""
    for old, new in changes.items():
        assert old in text, f"{old} is not in the configuration any more"
        text = text.replace(old, new)
    return text


@contextmanager
def nginx(folder: Path, upstream: Sequence[str]) -> Iterator[str]:
    """The address of nginx before those services; the shipped file changed in its ports only."""
    folder.mkdir()
    port = free_port()
    shipped = (DEPLOY / "nginx" / "pledgegraph.conf").read_text(encoding="utf-8")
    (folder / "pledgegraph.conf").write_text(
        changed(
            shipped,
            {
                "listen 80;": f"listen 127.0.0.1:{port};",
                "    listen [::]:80;\n": "",
                "/var/cache/nginx/pledgegraph": str(folder / "cache"),
                "access_log off;": f"access_log {folder}/access.log told;",
            },
        )
    )
    several = len(upstream) == len(_THREE)
    chosen = "upstream-three.conf" if several else "upstream-one.conf"
    own = (
        dict(zip(_THREE, upstream, strict=True)) if several else {_ONE: "; server ".join(upstream)}
    )
    told = (DEPLOY / "nginx" / chosen).read_text(encoding="utf-8")
    (folder / "upstream.conf").write_text(changed(told, own))
    paths = "".join(
        f"{what}_temp_path {folder}/{what};\n"
        for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root it would become another user, who cannot read a test's folder.
    user = "user root;\n" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log warn;\n"
        "worker_processes 1;\nevents {}\nhttp {\n"
        "log_format told '$request_uri $status $upstream_cache_status $upstream_status';\n"
        f"{paths}include {folder}/upstream.conf;\ninclude {folder}/pledgegraph.conf;\n}}\n"
    )
    command = ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", "nginx.conf"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    with _running(command, folder, port) as address:
        yield address


def passes_cut_offs(proxy: str) -> bool:
    """Whether that program is known to pass on that an answer was broken off.

    Caddy does so since 2.7.6 (https://github.com/caddyserver/caddy/pull/5952); distributions
    have older ones, which the guide warns of.
    """
    if proxy != "caddy":
        return True
    said = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True).stdout
    release = re.match(r"v?(\d+)\.(\d+)\.(\d+)", said)
    # Who builds it from source gets "unknown", and a newer one.
    return release is None or tuple(map(int, release.groups())) >= (2, 7, 6)


@contextmanager
def caddy(folder: Path, upstream: str) -> Iterator[str]:
    """The address of Caddy before a service; without a certificate, and on a port of its own."""
    folder.mkdir()
    port = free_port()
    shipped = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    (folder / "Caddyfile").write_text(
        changed(
            shipped,
            {
                "data.example.org {": f"http://127.0.0.1:{port} {{\n\tbind 127.0.0.1",
                "reverse_proxy 127.0.0.1:8000": f"reverse_proxy {upstream}",
                "reverse_proxy @own 127.0.0.1:8000": f"reverse_proxy @own {upstream}",
                "{\n\tservers {": "{\n\tadmin off\n\tservers {",
            },
        )
    )
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with _running(command, folder, port, HOME=str(folder), PATH="/usr/bin:/bin") as address:
        yield address


@contextmanager
def _running(command: Sequence[str], folder: Path, port: int, **environment: str) -> Iterator[str]:
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, env=environment or None, cwd=folder
        )
    try:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionError:
                assert process.poll() is None, (folder / "said").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
