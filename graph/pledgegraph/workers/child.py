"""Processes that this program starts of itself: how each is started, and in which environment."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_BOUND: Final = (
    "from pledgegraph.workers.confinement import end_with_parent; end_with_parent({parent}); "
)
_COMMAND_LINE: Final = "from pledgegraph.cli import main; main()"
# What `python -m` does; here something comes before it.
_MODULE: Final = (
    "import runpy, sys; runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


_MOST_BACK: Final = 19
"""The highest niceness that there is."""


def stand_back(process: int, steps: int) -> None:
    """Let a child stand back behind this process by so many steps of niceness.

    Whoever runs the service may have it stand back itself, or before others. Does nothing where
    the child has ended.
    """
    niceness = min(_MOST_BACK, os.getpriority(os.PRIO_PROCESS, 0) + steps)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpriority(os.PRIO_PROCESS, process, niceness)


@dataclass(frozen=True, slots=True)
class ChildProcess:
    """A process of this program, in a session of its own, that does not outlive its parent.

    Ctrl-C at the terminal is for the process that started it, which ends it by itself. Where that
    one is killed, the kernel ends this one; so it is to be started in a thread that lives on.
    """

    program: str
    """What it runs, as Python."""
    arguments: Sequence[str]
    environment: Mapping[str, str]

    @classmethod
    def worker(cls, module: str, *arguments: str) -> ChildProcess:
        """One that works for strangers: it gets no secrets, only the place of its modules."""
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": _modules(),
            "LANG": "C.UTF-8",
            # Each thread of the engine would reserve an arena of address space.
            "MALLOC_ARENA_MAX": "2",
        }
        return cls(_MODULE, (module, *arguments), environment)

    @classmethod
    def service(cls, module: str, *arguments: str) -> ChildProcess:
        """One that works for the operator, as this process does."""
        environment = {**os.environ, "PYTHONPATH": _modules()}
        return cls(_MODULE, (module, *arguments), environment)

    @classmethod
    def pledgegraph(cls, *arguments: str, settings: Mapping[str, str]) -> ChildProcess:
        """A command of the command line, with those settings and defaults for all others."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PLEDGEGRAPH_")}
        environment = {**inherited, "PYTHONPATH": _modules(), **settings}
        return cls(_COMMAND_LINE, arguments, environment)

    async def start(self, **streams: Any) -> asyncio.subprocess.Process:
        """The process, for an event loop; ``streams`` are its standard ones."""
        return await asyncio.create_subprocess_exec(
            *self._command(), env=self.environment, start_new_session=True, **streams
        )

    def open(self, **options: Any) -> subprocess.Popen[bytes]:
        """The process, for a thread."""
        return subprocess.Popen(  # noqa: S603 -- it is this program
            self._command(), env=self.environment, start_new_session=True, **options
        )

    def _command(self) -> Sequence[str]:
        bound = _BOUND.format(parent=os.getpid())
        return sys.executable, "-c", bound + self.program, *self.arguments


def _modules() -> str:
    return os.pathsep.join(entry for entry in sys.path if entry)
