"""`pledgegraph corrections`: what readers reported is decided, backed up and checked."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pledgegraph.reviews.proposals as kept_proposals
from pledgegraph.corrections import Corrections, Told
from pledgegraph.errors import ServiceBusy
from pledgegraph.reviews import Proposal, Proposals
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

    proposals = Proposals(loaded.path, days=90)
    kept = proposals.add(proposal(), b"Identifier,Due")
    backups = loaded.path.parent / "backups"
    assert loaded("backup", backups).code == 0
    restored = loaded.path.parent / "restored"
    assert loaded("restore", backups, "--data-dir", restored).code == 0
    assert Corrections(restored, days=180).decided() == corrections.decided()
    again = Proposals(restored, days=90)
    assert again.waiting() == [kept]
    assert again.body(kept) == b"Identifier,Due"
    file = next(restored.glob("corrections/decided/*.json"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    sent = next(restored.glob("reviews/open/*.file"))
    assert stat.S_IMODE(sent.stat().st_mode) == 0o600
    for each in (file, sent):
        content = bytearray(each.read_bytes())
        content[len(content) // 2] ^= 1
        each.write_bytes(content)
    checked = loaded("verify", "--files", "--data-dir", restored)
    assert checked.code == 4
    assert "report" in checked.err
    assert f"The proposal {kept.id} for review is damaged." in checked.err


def proposal(name: str = "0123456789abcdef", sender: str = "t1", days: int = 0) -> Proposal:
    return Proposal(
        id=name,
        kind="workbook",
        about="one",
        sender=sender,
        label="Ana",
        received=datetime.now(UTC) - timedelta(days=days),
        sequence=1,
        note="As agreed.",
        content={"name": "one.csv"},
    )


def test_what_waits_for_review_is_bounded_and_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposals = Proposals(tmp_path, days=30)
    old = proposals.add(proposal("0" * 16, days=29), b"a")
    assert proposals.add(proposal("0" * 16), b"b") == old, "it was sent twice"
    assert proposals.body(old) == b"a"
    monkeypatch.setattr(kept_proposals, "MOST_OF_ONE", 2)
    monkeypatch.setattr(kept_proposals, "MOST_BYTES", 10)
    proposals.add(proposal("1" * 16))
    for one, body in ((proposal("2" * 16), b""), (proposal("2" * 16, sender="t2"), b"x" * 10)):
        with pytest.raises(ServiceBusy):
            proposals.add(one, body)
    assert [*tmp_path.rglob("2*")] == []
    # What a process left that died before the card was written.
    (tmp_path / "reviews" / "open" / "3333333333333333.file").write_bytes(b"x")
    assert proposals.erase() == 0
    assert not [*tmp_path.rglob("3*")]
    later = Proposals(tmp_path, days=28)
    assert [each.id for each in later.waiting()] == ["1" * 16]
    assert later.find("0" * 16) is None
    assert later.erase() == 1
    assert [path.name for path in tmp_path.rglob("*.*") if path.stem[0] in "0123"] == [
        f"{'1' * 16}.json"
    ]
    for name in ("..", "x", "../../tokens"):
        assert later.find(name) is None
