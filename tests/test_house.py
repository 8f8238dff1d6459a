"""The house rules that tests can hold: no network, and nothing skipped where all is required."""

from __future__ import annotations

import re
import socket
from collections import Counter
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

import check_tree

pytest_plugins = ["pytester"]


@pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")
def test_no_other_host_is_reached() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as outside,
        pytest.raises(SocketConnectBlockedError),
    ):
        outside.connect(("192.0.2.1", 80))


def test_loopback_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        with socket.create_connection((host, port), timeout=5) as client:
            assert client.getpeername() == (host, port)


def test_a_missing_tool_skips_a_test_and_fails_it_where_all_is_required(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text())
    pytester.makepyfile(
        "def test_there(require): require('sh', True)\n"
        "def test_missing(require): require('a tool', False)\n"
    )
    monkeypatch.delenv("PLEDGEGRAPH_REQUIRE_ALL", raising=False)
    # Each of the two runs is one of its own, whoever runs this.
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.runpytest_inprocess().assert_outcomes(passed=1, skipped=1)
    monkeypatch.setenv("PLEDGEGRAPH_REQUIRE_ALL", "1")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*a tool is missing, and PLEDGEGRAPH_REQUIRE_ALL is set*"])


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("a.md", "see " + "/ho" + "me/me/x for it\n", "a.md:1: a machine's own path"),
        ("a.toml", "x\nurl = 'https://py" + "pi.org/simple'\n", "a.toml:2: a package registry's"),
        ("a.ttl", "<" * 7 + " mine\n", "a.ttl:1: a merge's left-over"),
        ("a.py", "x = 1\n", "a.py:1: the module does not say what it is for"),
    ],
)
def test_the_check_of_the_tree_finds(
    name: str, text: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_tree, "_ROOT", tmp_path)
    (tmp_path / name).write_text(text)
    assert [line[: len(what)] for line in check_tree.problems([tmp_path / name])] == [what]


def test_the_check_of_the_tree_leaves_plain_files_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_tree, "_ROOT", tmp_path)
    plain = tmp_path / "a.py"
    plain.write_text('"""It answers at /work and https://example.org/home/x."""\n')
    assert list(check_tree.problems([plain])) == []


def test_the_index_of_the_docs_links_every_page() -> None:
    docs = Path(__file__).resolve().parents[1] / "docs"
    linked = set(re.findall(r"\]\(([^):]+)\)", (docs / "README.md").read_text(encoding="utf-8")))
    assert {page.name for page in docs.glob("*.md")} - {"README.md"} <= linked
    assert [link for link in linked if not (docs / link).exists()] == []


def test_rooms_are_small_enough_to_look_around_in() -> None:
    root = Path(__file__).resolve().parents[1]
    modules = [path for room in ("graph", "api") for path in (root / room).rglob("*.py")]
    folders = Counter(path.parent for path in modules if path.name != "__init__.py")
    assert [str(folder) for folder, count in folders.items() if count > 25] == []
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert [f"{path}: {length}" for path, length in lengths.items() if length >= 400] == []
