"""Runs the service, in this process or in several: what `pledgegraph serve` calls."""

from __future__ import annotations

import errno
import socket
from typing import Final
from urllib.parse import urlsplit

from pledgegraph.errors import SettingsError
from pledgegraph.settings import Settings
from pledgegraph.setup import open_engine
from pledgegraph.workers import available_cores
from pledgegraph_api.ops.log_format import begin_log
from pledgegraph_api.ops.traces import check_traces
from pledgegraph_api.server.supervisor import HttpProcesses
from pledgegraph_api.server.worker import answer_on

_STOPPED: Final = 0
_BACKLOG: Final = 2048


def serve(settings: Settings) -> int:
    """Serve the data directory until the process is told to stop; returns the exit code.

    Ctrl-C is how one stops it, so that ends well, with 0.

    Raises:
        SettingsError: nothing can listen where the settings say, or traces cannot be sent.
        DirectoryError: the data directory cannot be used.
        LogDamaged: its changes log cannot be trusted.
    """
    check_traces()
    begin_log(settings)
    engine = open_engine(settings)
    settings = settings.model_copy(
        update={
            "base": engine.directory.base,
            "http_workers": settings.http_workers or available_cores(),
        }
    )
    listener = _listener(settings)
    print(f"Pledgegraph answers at {_address(listener)} (Ctrl-C stops it).", flush=True)
    if settings.port and _leads_elsewhere(settings.base, listener):
        print(
            f"Links and identifiers of this data directory begin with {settings.base}, as it was "
            "made: they lead to this service only while it listens there.",
            flush=True,
        )
    if settings.http_workers > 1:
        engine.close()
        HttpProcesses(settings, listener).run()
    else:
        answer_on(listener, settings, engine)
    return _STOPPED


def _leads_elsewhere(base: str, listener: socket.socket) -> bool:
    """Whether the base names a port of this machine that is not the one listened on."""
    parts = urlsplit(base)
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return is_here and parts.port != listener.getsockname()[1]


def _listener(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say.

    Raises:
        SettingsError: nothing can listen there.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise _why_not(error, settings) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _why_not(error: OSError, settings: Settings) -> SettingsError:
    """Why the service cannot listen where it should, and what to do."""
    place = f"port {settings.port} of {settings.host}"
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"Something else listens on {place} already.",
            remedy="Choose another port with --port or PLEDGEGRAPH_PORT.",
        )
    if error.errno == errno.EACCES:
        return SettingsError(
            f"This user may not listen on {place}.",
            remedy="Choose a port above 1023 with --port or PLEDGEGRAPH_PORT.",
        )
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return SettingsError(
            f"{settings.host} is not an address of this machine.",
            remedy="Choose another with --host or PLEDGEGRAPH_HOST.",
        )
    return SettingsError(f"The service cannot listen on {place}: {error.strerror}.")
