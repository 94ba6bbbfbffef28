"""The schedules: every entrypoint loads, deployments are created with scheduled runs, and one runs to its end."""

from __future__ import annotations

import json
import shutil
import socket
import time
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint

from flows.stages.scheduler import PROJECT, Scheduler

DEPLOYMENTS = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: str(d["name"]))
def test_entrypoint_is_a_real_flow(deployment: dict[str, Any]) -> None:
    flow: Any = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
    assert flow.name == deployment["name"]
    assert set(flow.parameters.properties) <= {"home"}, "parameters are readable by everyone who reaches the server"


def test_no_flow_module_bears_the_name_of_a_dependency() -> None:
    lock = (PROJECT / "requirements.lock").read_text().splitlines()
    packages = {line.split("==")[0].lower().replace("-", "_") for line in lock if "==" in line and line[0].isalpha()}
    assert not packages & {path.stem for path in (PROJECT / "flows").glob("*.py")}


def test_lock_pins_versions_and_hashes_and_names_no_host() -> None:
    text = (PROJECT / "requirements.lock").read_text()
    assert "://" not in text
    pinned = [line for line in text.splitlines() if line[:1].isalpha()]
    assert len(pinned) > 100
    assert all("==" in line for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert "Private :: Do Not Upload" in project["project"]["classifiers"]


def ask(api: str, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(f"{api}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait(api: str, wanted: Any, seconds: float, **body: Any) -> Any:
    """Flow runs by a filter, once `wanted(runs)` holds."""
    deadline = time.monotonic() + seconds
    runs: Any = []
    while time.monotonic() < deadline:
        runs = ask(api, "flow_runs/filter", body)
        if wanted(runs):
            return runs
        time.sleep(1)
    raise AssertionError(f"not seen in {seconds} s: {[(r['name'], r['state_type'], r['state']) for r in runs]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.timeout(420)
def test_server_deploys_schedules_and_runs(built: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(built, tmp_path / "home"))
    with Scheduler(root, free_port()) as scheduler:
        assert scheduler.deploy() == sorted(f"{d['name']}/{d['name']}" for d in DEPLOYMENTS)
        deployments = {d["name"]: d for d in ask(scheduler.api, "deployments/filter", {})}
        assert deployments["nightly"]["pull_steps"] == []
        assert deployments["nightly"]["path"] in (None, "", ".")
        scheduled = [d["name"] for d in DEPLOYMENTS if d["schedules"]]
        filters = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}, "limit": 200}
        ids = {deployments[name]["id"] for name in scheduled}
        wait(scheduler.api, lambda runs: ids <= {r["deployment_id"] for r in runs}, 60, **filters)
        scheduler.start_worker()
        run = ask(scheduler.api, f"deployments/{deployments['build']['id']}/create_flow_run", {})
        mine = {"flow_runs": {"id": {"any_": [run["id"]]}}}
        ends = ("COMPLETED", "FAILED", "CRASHED")
        done = wait(scheduler.api, lambda runs: runs and runs[0]["state_type"] in ends, 180, **mine)
        log = (root / "logs" / "prefect-worker.log").read_text()[-3000:]
        assert done[0]["state_type"] == "COMPLETED", log
        artifacts = ask(scheduler.api, "artifacts/filter", {})
        assert [a["key"] for a in artifacts] == ["imb-build"]
        shown = {row["what"] for row in json.loads(artifacts[0]["data"])}
        assert {"raw_captures", "core_networks"} <= shown
