"""`pledgegraph corrections`: what readers reported is decided, backed up and checked."""

from __future__ import annotations

import json
import stat

from pledgegraph.corrections import Corrections, Told
from tests.graph.conftest import Program

WRITTEN = {"statement": "It says 2024.", "right": "It was 2025; ask Ana.", "source": "A letter."}


def test_reports_are_decided_on_the_command_line_and_backed_up(loaded: Program) -> None:
    corrections = Corrections(loaded.path, days=180)
    one = corrections.add("/doc/actor/ana.html", Told(**WRITTEN), language="en")
    two = corrections.add("/progress", Told("x", "y", "z"), language="fr")
    assert one.page == "/doc/actor/ana"
    listed = loaded("corrections", "list")
    assert listed.code == 0
    assert WRITTEN["right"] in listed.out
    assert loaded("corrections", "accept", one.id, "--words", "Mended.").code == 0
    declined = loaded("corrections", "decline", two.id, "--words", "Le mot est juste.",
                      "--language", "fr", "--agent", "Ana")  # fmt: skip
    assert "declined" in declined.out
    assert loaded("corrections", "list").out == "No report waits.\n"
    told = json.loads(loaded("corrections", "list", "--decided", "--json").out)
    assert {each["state"] for each in told} == {"accepted", "declined"}
    assert loaded("corrections", "accept", one.id, "--words", "No.").code == 3
    assert loaded("corrections", "decline", "x", "--words", "No.").code == 3

    backups = loaded.path.parent / "backups"
    assert loaded("backup", backups).code == 0
    restored = loaded.path.parent / "restored"
    assert loaded("restore", backups, "--data-dir", restored).code == 0
    assert Corrections(restored, days=180).decided() == corrections.decided()
    file = next(restored.glob("corrections/decided/*.json"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    checked = loaded("verify", "--files", "--data-dir", restored)
    assert checked.code == 4
    assert "report" in checked.err
