"""The files of `deploy/` by the programs that read them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from pledgegraph.settings import Settings
from tests.conftest import Require
from tests.deploy.proxies import DEPLOY
from tests.running_service import PROGRAM, environment_of, make_store, running_service

ROOT = DEPLOY.parent
GUIDE = ROOT / "docs" / "deploying.md"
UNITS = sorted((DEPLOY / "systemd").glob("pledgegraph*.*[er]"))


def run(*command: str | Path, folder: Path = DEPLOY, env: dict[str, str] | None = None) -> str:
    """What the program says; it must end well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_takes_the_units(tmp_path: Path, require: Require) -> None:
    require("systemd-analyze", shutil.which("systemd-analyze") is not None)
    assert [each.name for each in UNITS] == [
        "pledgegraph-backup.service",
        "pledgegraph-backup.timer",
        "pledgegraph.service",
    ]
    for each in UNITS:  # only where the program is depends on the machine
        text = each.read_text().replace("/usr/local/lib/pledgegraph/bin/pledgegraph", "/bin/true")
        (tmp_path / each.name).write_text(text)
    said = run("systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir()))
    assert [line for line in said.splitlines() if "pledgegraph" in line] == []


@pytest.mark.parametrize("unit", [each for each in UNITS if each.suffix == ".service"])
def test_the_units_may_do_little(unit: Path, require: Require) -> None:
    require("systemd-analyze", shutil.which("systemd-analyze") is not None)
    # 15 stands for 1.5 of 10; a service without such bounds has 9.
    run("systemd-analyze", "security", "--offline=yes", "--threshold=15", unit)


def test_prometheus_takes_the_alerts_and_they_fire(require: Require) -> None:
    require("promtool", shutil.which("promtool") is not None)
    folder = DEPLOY / "prometheus"
    run("promtool", "check", "config", "prometheus.yml", folder=folder)
    run("promtool", "test", "rules", "alerts-test.yml", folder=folder)
    rules = yaml.safe_load((folder / "alerts.yml").read_text())["groups"][0]["rules"]
    tried = re.findall(r"alertname: (\w+)", (folder / "alerts-test.yml").read_text())
    assert {rule["alert"] for rule in rules} - set(tried) == {"PledgegraphQueriesSlow"}


def test_logrotate_takes_its_file(tmp_path: Path, require: Require) -> None:
    program = shutil.which("logrotate", path="/usr/sbin:/usr/bin")
    require("logrotate", program is not None)
    text = (DEPLOY / "logrotate" / "pledgegraph").read_text()
    log = tmp_path / "service.log"
    log.write_text("a line\n")
    mine = text.replace("/var/log/pledgegraph/*.log", str(log))
    assert mine != text
    (tmp_path / "rules").write_text(mine)
    state = tmp_path / "state"
    with log.open("a") as writer:  # as the service has it: open, and appending
        run(str(program), "--force", "--state", state, tmp_path / "rules", folder=tmp_path)
        writer.write("another\n")
    assert log.read_text() == "another\n"
    assert (tmp_path / "service.log.1").read_text() == "a line\n"


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[str]]:
    """The name of everything that `/metrics` tells once there is a backup and a check."""
    folder = tmp_path_factory.mktemp("metrics")
    store, backups = folder / "data", folder / "backups"
    make_store(store, base="https://data.example.org")
    settings = environment_of(data_dir=store)
    run(*PROGRAM, "verify", "--every", "1", env=settings)  # as the service does it
    run(*PROGRAM, "backup", backups, env=settings)
    with running_service(store, folder / "log", backup_dir=backups) as service:
        told = httpx.get(f"{service.address}/metrics").text
    yield {line.split()[2] for line in told.splitlines() if line.startswith("# TYPE")}


def test_every_number_on_the_dashboard_and_in_the_alerts_is_told(metrics: set[str]) -> None:
    board = json.loads((DEPLOY / "grafana" / "pledgegraph.json").read_text())
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    variables = [each["query"] for each in board["templating"]["list"]]
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    asked = names_in([*shown, str(variables), *(rule["expr"] for rule in rules)])
    assert asked - metrics == set()
    # Whatever the service tells of itself can be seen, or has a reason not to be.
    ours = {name for name in metrics if name.startswith("pledgegraph_")}
    assert {name for name in ours - names_in(shown) if not name.endswith("_created")} == set()
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def names_in(expressions: list[str]) -> set[str]:
    found = re.findall(r"\b(?:pledgegraph|process)_[a-z_]+\b", " ".join(expressions))
    return {name.removesuffix("_bucket") for name in found}


def compose(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "container" / name).read_text())
    return loaded


@pytest.mark.parametrize("name", ["compose.yaml", "compose-nodes.yaml"])
def test_compose_names_what_there_is_and_grants_little(name: str) -> None:
    file = compose(name)
    for service in file["services"].values():
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            if source.startswith("."):
                assert (DEPLOY / "container" / source).is_file(), source
            else:
                assert source in file["volumes"]
        assert set(service["networks"]) <= set(file["networks"])
        assert set(service.get("depends_on", [])) <= set(file["services"])
        assert all(each.startswith("127.0.0.1:") for each in service.get("ports", []))
        if "build" in service:
            build = service["build"]
            context = DEPLOY / "container" / build["context"]
            assert (context / build["dockerfile"]).is_file()
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
    if name == "compose-nodes.yaml":
        upstream = (DEPLOY / "nginx" / "upstream-three.conf").read_text()
        assert set(re.findall(r"server (\w+):8000", upstream)) <= set(file["services"])
        # Whoever else were trusted could say for whom he asks.
        address = file["services"]["balancer"]["networks"]["inside"]["ipv4_address"]
        trusted = file["services"]["one"]["environment"]["PLEDGEGRAPH_TRUSTED_PROXIES"]
        assert trusted == address


def test_every_setting_that_is_named_is_one() -> None:
    prefix = Settings.model_config["env_prefix"]
    known = {f"{prefix}{name.upper()}" for name in Settings.model_fields}
    files = [each for each in DEPLOY.rglob("*") if each.is_file()]
    named = {
        found
        for path in [*files, GUIDE]
        for found in re.findall(rf"\b{prefix}[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    # What a build is asked for is none of the service's.
    assert named - known == {f"{prefix}REQUIRE_EDITOR"}
    assert len(named) > 5
