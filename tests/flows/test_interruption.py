"""Killed anywhere and started again: nothing archived is lost, nothing twice, the same result."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.stages.resolution.refs import make_refs
from pipeline.evidence.verify import verify_home
from pipeline.home import open_home
from pipeline.store.intelligence import open_snapshot, open_working
from pipeline.store.snapshot import read_manifest
from tests.flows.command_line import imb, imb_process

# Tables whose content does not depend on how often a page was fetched.
SETTLED = (
    "raw_files",
    "raw_quarantine",
    "core_records",
    "core_refs",
    "core_pairs",
    "core_entities",
    "core_businesses",
    "core_links",
    "core_networks",
    "core_network_members",
    "core_successions",
    "core_standings",
    "core_flags",
)


def settled(root: Path) -> dict[str, str]:
    """Content digests of the settled tables, and of the versions of every ad."""
    home = open_home(root)
    folder = home.current_snapshot()
    digests = read_manifest(folder)["content_digests"]
    with open_snapshot(folder) as store:
        versions = store.value(
            "SELECT sha256(string_agg(DISTINCT ad_id || version, '' ORDER BY ad_id || version)) FROM core_ad_captures"
        )
    return {**{table: digests[table] for table in SETTLED}, "ad versions": str(versions)}


def kill_run(root: Path, after: float) -> bool:
    """Start `imb run` in a group of its own and SIGKILL all of it after some seconds; False when it had ended."""
    child = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "run", "--json"],
        env={**os.environ, "IMB_HOME": str(root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        child.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return True
    return False


def survives(received: Path, wanted: dict[str, str], folder: Path, after: float) -> None:
    root = Path(shutil.copytree(received, folder / f"killed-{after:.2f}"))
    kill_run(root, after)
    journalled = (root / "archive" / "journal.jsonl").read_bytes()
    imb_process(root, "run")
    whole_lines = journalled[: journalled.rfind(b"\n") + 1]
    assert (root / "archive" / "journal.jsonl").read_bytes().startswith(whole_lines), "the journal was rewritten"
    report = verify_home(open_home(root))
    assert report.ok, [str(p) for p in report.problems[:5]]
    assert settled(root) == wanted, f"another result after a kill at {after:.2f} s"
    shutil.rmtree(root)


def _kill_at_points(received: Path, folder: Path, points: int, seed: int) -> None:
    start = Path(shutil.copytree(received, folder / "start"))
    settings = start / "imb.toml"
    # Two of the four sites: every kind of page, half the time.
    settings.write_text(re.sub(r"(?m)^sites = .*$", 'sites = "parlor-guide, body-forum"', settings.read_text()))
    undisturbed = Path(shutil.copytree(start, folder / "undisturbed"))
    started = time.monotonic()
    imb_process(undisturbed, "run")
    duration = time.monotonic() - started
    wanted = settled(undisturbed)
    rng = random.Random(seed)
    for n in range(points):
        survives(start, wanted, folder, duration * (n + rng.random()) / points)


@pytest.mark.timeout(900)
def test_killed_at_ten_points(received: Path, tmp_path: Path) -> None:
    _kill_at_points(received, tmp_path, 10, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(5400)
def test_killed_at_a_hundred_points(received: Path, tmp_path: Path) -> None:
    _kill_at_points(received, tmp_path, 100, seed=2)


def test_second_run_changes_nothing_and_says_so(built: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(built, tmp_path / "home"))
    before = (root / "archive" / "journal.jsonl").read_bytes()
    snapshot = (root / "snapshots" / "current").read_text()
    done = imb(root, "run")
    assert "Nothing new" in done.stdout
    assert "not due before" in done.stdout
    assert (root / "archive" / "journal.jsonl").read_bytes() == before
    assert (root / "snapshots" / "current").read_text() == snapshot


def test_incremental_build_equals_a_full_one(built: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(built, tmp_path / "home"))
    incremental = read_manifest(open_home(root).current_snapshot())
    imb(root, "build", "--full")
    full = read_manifest(open_home(root).current_snapshot())
    assert full["snapshot_id"] != incremental["snapshot_id"] or full["built_at"] != incremental["built_at"]
    assert full["content_digests"] == incremental["content_digests"]
    assert {"core_entities", "core_networks", "core_indicators"} <= full["content_digests"].keys()


def test_two_commands_at_once(built: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(built, tmp_path / "home"))
    first = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "build", "--full", "--json"],
        env={**os.environ, "IMB_HOME": str(root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    holder = root / "lock.holder"
    for _ in range(200):
        if holder.exists() and f"process {first.pid}" in holder.read_text():
            break
        time.sleep(0.05)
    hurried = subprocess.run(
        [sys.executable, "-m", "flows.cli", "build"],
        env={**os.environ, "IMB_HOME": str(root), "IMB_LOCK_WAIT_SECONDS": "0.2"},
        capture_output=True,
        text=True,
    )
    patient = imb(root, "build")
    assert hurried.returncode == 6
    assert "imb build" in hurried.stderr
    assert first.wait() == 0
    assert "Nothing new" in patient.stdout


def test_a_page_fetched_twice_on_a_day_is_one_sighting(built: Path, tmp_path: Path) -> None:
    home = open_home(Path(shutil.copytree(built, tmp_path / "home")))
    with open_working(home.working_database) as store:
        before = {r.ref_id: len(r.sources) for r in make_refs(store)}
        for table, key in (
            ("raw_captures", "capture_id"),
            ("core_ad_captures", "capture_id"),
            ("core_mentions", "capture_id"),
            ("core_sources", "source_id"),
        ):
            store.connection.execute(
                f"INSERT INTO {table} SELECT * REPLACE ('again-' || {key} AS {key}) FROM {table} "
                f"WHERE {key} IN (SELECT capture_id FROM raw_captures)"
            )
        assert {r.ref_id: len(r.sources) for r in make_refs(store)} == before
    assert max(before.values()) > 5
