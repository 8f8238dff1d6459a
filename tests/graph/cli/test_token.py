"""`pledgegraph token`: what it shows once, and what it keeps."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.graph.conftest import Program


def test_the_command_makes_lists_and_revokes(made: Program) -> None:
    created = made("token", "create", "--label", "Ana", "--days", "30")
    assert created.code == 0
    secret = created.out.strip()
    assert len(secret) > 40
    assert secret not in created.err
    assert "not shown again" in created.err
    file = made.path / "tokens.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret not in file.read_text(encoding="utf-8")

    told = json.loads(made("token", "create", "--scope", "read", "--json").out)
    assert told["scopes"] == ["read"]
    assert told["label"] == f"token {told['id']}"
    listed = json.loads(made("token", "list", "--json").out)
    assert [each["scopes"] for each in listed] == [["write"], ["read"]]
    assert told["token"] not in json.dumps(listed)
    assert "Ana" in made("token", "list").out

    assert made("token", "revoke", listed[0]["id"]).code == 0
    assert len(json.loads(made("token", "list", "--json").out)) == 1
    again = made("token", "revoke", listed[0]["id"])
    assert again.code == 3
    assert "pledgegraph token list" in again.err
    assert "no token" in made("token", "revoke", "x").err


@pytest.mark.parametrize("label", ["ana@example.org", "a\nb", " ", "x" * 501])
def test_a_label_that_the_log_cannot_hold_is_refused(made: Program, label: str) -> None:
    assert made("token", "create", "--label", label).code == 3
    assert not (made.path / "tokens.json").exists()


def test_a_token_can_be_for_one_register(made: Program) -> None:
    told = json.loads(made("token", "create", "--scope", "write:commit-to-data", "--json").out)
    assert told["scopes"] == ["write:commit-to-data"]
    assert "write:commit-to-data" in made("token", "list").out
    for wrong in ("write:", "write:A", "read:commit-to-data", "write:a b", "own"):
        refused = made("token", "create", "--scope", wrong)
        assert refused.code == 2, wrong
        assert "write:commit-to-data" in refused.err, wrong


def test_a_node_can_have_the_tokens_of_another(made: Program, tmp_path: Path) -> None:
    there = tmp_path / "other"
    assert made("init", "--empty", "--data-dir", there).code == 0
    secret = made("token", "create", "--label", "Ana").out.strip()
    made("token", "create", "--label", "here alone", "--data-dir", there)
    exported = tmp_path / "exported"
    exported.write_text(made("token", "export").out, encoding="utf-8")
    assert secret not in exported.read_text(encoding="utf-8")

    taken = made("token", "import", exported, "--data-dir", there)
    assert taken.out.strip() == "Tokens that came: 1; that went: 1."
    ours = json.loads(made("token", "list", "--json").out)
    assert json.loads(made("token", "list", "--json", "--data-dir", there).out) == ours
    assert stat.S_IMODE((there / "tokens.json").stat().st_mode) == 0o600

    exported.write_text(exported.read_text(encoding="utf-8").replace("Ana", "Bob"))
    refused = made("token", "import", exported, "--data-dir", there)
    assert refused.code == 3
    assert "nothing was changed" in refused.err
    assert json.loads(made("token", "list", "--json", "--data-dir", there).out) == ours
