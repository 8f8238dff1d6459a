"""The schedule of dumps ends with the service, whatever it is at."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from pledgegraph_api.history.dump_schedule import DumpSchedule

pytestmark = pytest.mark.anyio


async def test_to_stop_while_a_dump_is_being_started_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = asyncio.create_subprocess_exec
    asked = asyncio.Event()
    begun: list[asyncio.subprocess.Process] = []

    async def slowly(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        asked.set()
        await asyncio.sleep(0.1)
        begun.append(await start(*arguments, **options))
        return begun[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", slowly)
    schedule = DumpSchedule(tmp_path, interval=0.01, keep=1)
    schedule.start()
    await asked.wait()
    await schedule.stop()
    assert [each.returncode for each in begun] == [-signal.SIGKILL]


async def test_a_dump_that_cannot_be_started_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = 0
    again = asyncio.Event()

    async def refused(*_: Any, **__: Any) -> asyncio.subprocess.Process:
        nonlocal tried
        tried += 1
        if tried > 1:
            again.set()
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)
    schedule = DumpSchedule(tmp_path, interval=0.01, keep=1)
    schedule.start()
    await asyncio.wait_for(again.wait(), 20)
    await schedule.stop()
    assert "Resource temporarily unavailable" in caplog.text
