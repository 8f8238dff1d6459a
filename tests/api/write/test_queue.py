"""Writes that wait for others are given up at their deadline, as those that are at work are."""

from __future__ import annotations

import threading
from pathlib import Path

import anyio
import pytest

from pledgegraph.errors import WriteTimeout
from pledgegraph.settings import Settings
from pledgegraph.store import Permit
from pledgegraph_api.write.queue import WriteRunner


@pytest.mark.anyio
async def test_a_write_that_only_waits_is_given_up_too(tmp_path: Path) -> None:
    """Work that was given up holds its place until it ends; who comes next waits less long."""
    settings = Settings(data_dir=tmp_path, write_timeout=0.2, write_workers=1)
    runner = WriteRunner(settings)
    end, made = threading.Event(), []

    def slow(permit: Permit) -> None:
        end.wait(60)
        made.append(permit.withdraw())

    with anyio.fail_after(30):
        with pytest.raises(WriteTimeout, match="took longer"):
            await runner.run(slow, "one")
        with pytest.raises(WriteTimeout, match="were in the way"):
            await runner.run(lambda _: made.append(True), "two")
        assert made == []
        end.set()
        assert await runner.run(lambda _: "done", "two") == "done"
    assert len(made) == 1
