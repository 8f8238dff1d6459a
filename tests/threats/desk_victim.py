"""A process to be killed: it forks one steward for each line that it reads, and tells its number.

A line is JSON: what is to be done, and over which data directory. `submit` sends a workbook through
the service's application as a client does: it is checked first, and applied by its receipt. Else it
is a command of `pledgegraph`. What was acknowledged is told. Forking spares the seconds that
it takes to import everything.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import traceback
from pathlib import Path

import pledgegraph.validation.turbo_engine  # noqa: F401 -- it would be loaded late
from pledgegraph.cli import main
from pledgegraph.settings import Settings
from pledgegraph.setup.engine_choice import open_engine
from pledgegraph_api.app.create import create_app
from tests.api.conftest import client_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def acknowledged() -> None:
    """Say that the steward was told that it is done."""
    print("acknowledged", flush=True)


async def submit(path: Path, base: str, register: str, token: str, book: Path) -> None:
    """Check a workbook, then apply what its report tells of."""
    settings = Settings(data_dir=path, base=base)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": XLSX}
    engine = open_engine(settings)
    async with client_of(create_app(settings, engine)) as client:
        asked = {"register": register}
        report = await client.post(
            "/submissions", content=book.read_bytes(), params=asked, headers=headers
        )
        assert report.status_code == 200, report.text
        asked["apply"] = report.json()["receipt"]
        assert asked["apply"], report.text
        made = await client.post(
            "/submissions", content=book.read_bytes(), params=asked, headers=headers
        )
        assert made.status_code == 200, made.text
    acknowledged()


def command(path: Path, base: str, *arguments: str) -> None:
    """Run a command of the command line, which must end well."""
    sys.argv = ["pledgegraph", *arguments, "--data-dir", str(path), "--base", base, "--json"]
    try:
        main()
    except SystemExit as ending:
        assert not ending.code, arguments
    acknowledged()


def serve() -> None:
    """Fork a steward for each line of the input."""
    for line in sys.stdin:
        task = json.loads(line)
        path, base = Path(task["path"]), task["base"]
        child = os.fork()
        if child == 0:
            code = 1
            try:
                if task["do"] == "submit":
                    book = Path(task["book"])
                    asyncio.run(submit(path, base, task["register"], task["token"], book))
                else:
                    command(path, base, task["do"], *task["arguments"])
                code = 0
            except BaseException:  # noqa: BLE001 -- told, for this process ends at once
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        print(f"begun {child}", flush=True)
        _, status = os.waitpid(child, 0)
        print(f"dead {status}", flush=True)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    serve()
