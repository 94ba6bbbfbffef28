"""`imb evidence purge`: a dry run, an approval of exactly that, derived stores and snapshots without what went."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.stages.evidence.custody import custody_of
from pipeline.evidence.verify import verify_home
from pipeline.home import locked, open_home
from pipeline.store.intelligence import open_snapshot
from tests.flows.command_line import imb
from tests.flows.evidence.test_custody import archive_pages, built, mentions


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    imb(folder, "init")
    with (folder / "imb.toml").open("a") as settings:
        settings.write("fictional_numbers = true\ngenerated_numbers = true\n")
    imb(folder, "user", "add", "root", "supervisor", "--user", "setup")
    return folder


def found_in(root: Path, text: bytes) -> list[str]:
    """Files of the home, other than the journal and its seals, that hold a text as it stands."""
    files = [p for p in root.rglob("*") if p.is_file() and "archive" not in p.parts]
    return [str(p.relative_to(root)) for p in files if text in p.read_bytes()]


def test_a_purge_needs_a_dry_run_a_reason_and_another_persons_approval(root: Path) -> None:
    first, second = archive_pages(root, "Open daily.", "Parking behind.")
    home, _ = built(root)
    old = home.current_snapshot()
    assert found_in(root, first.capture_id.encode())
    selection = ["evidence", "purge", "--capture", first.capture_id, "--reason", "retention", "--json"]
    plan = json.loads(imb(root, *selection).stdout)
    assert [c["capture_id"] for c in plan["captures"]] == [first.capture_id]
    assert plan["snapshots"] == [old.name]
    carry_out = [*selection, "--plan", plan["plan"]]
    for refused in (
        [*carry_out, "--approve", "amy", "--user", " AMY "],
        [*carry_out, "--approve", "somebody", "--user", "amy"],
        [*selection, "--plan", "000000000000", "--approve", "root", "--user", "amy"],
    ):
        imb(root, *refused, check=10)
    assert "purge" not in (root / "archive/journal.jsonl").read_text()
    report = json.loads(imb(root, *carry_out, "--approve", "root", "--user", "amy").stdout)
    home = open_home(root)
    assert not old.exists()
    assert home.current_snapshot().name == report["snapshot"]
    assert mentions(home, first.capture_id) == 0 < mentions(home, second.capture_id)
    with open_snapshot(home.current_snapshot()) as store:
        assert store.value("SELECT count(*) FROM raw_captures WHERE capture_id = ?", [first.capture_id]) == 0
    with locked(home, "test"):
        assert found_in(root, first.capture_id.encode()) == ["casework.sqlite-wal"], "only the custody log names it"
    assert verify_home(home).problems == []
    said = imb(root, "evidence", "verify").stdout
    assert f"1 captures purged under certificate {report['purge_id']}, approved by root." in said
    view = ["evidence", "view", first.capture_id, "--reason", "x", "--user", "amy"]
    assert "purged under certificate" in imb(root, *view, check=11).stderr


def test_custody_of_a_purged_capture_can_still_be_read(root: Path) -> None:
    first, _ = archive_pages(root, "Open daily.", "Parking behind.")
    selection = ["evidence", "purge", "--capture", first.capture_id, "--reason", "retention", "--json"]
    plan = json.loads(imb(root, *selection).stdout)
    imb(root, *selection, "--plan", plan["plan"], "--approve", "root", "--user", "amy")
    rows = custody_of(open_home(root), first.capture_id)
    assert [(r["action"], r["actor"]) for r in rows][-1] == ("purge", "amy")
    assert rows[-1]["hash_before"] == first.sha256 != rows[-1]["hash_after"]


def test_a_legal_hold_blocks_and_a_date_selects(root: Path) -> None:
    first, second, third = archive_pages(root, "Open daily.", "Parking behind.", "Walk in.")
    imb(root, "evidence", "legal-hold", "--capture", first.capture_id, "--reason", "trial", "--user", "root")
    plan = json.loads(imb(root, "evidence", "purge", "--before", "2026-03-13", "--json").stdout)
    assert [c["capture_id"] for c in plan["captures"]] == [second.capture_id]
    assert [b["capture_id"] for b in plan["blocked"]] == [first.capture_id]
    assert "trial" in plan["blocked"][0]["reason"]
    imb(root, "evidence", "legal-hold", "--capture", first.capture_id, "--reason", "over", "--user", "root", "--lift")
    plan = json.loads(imb(root, "evidence", "purge", "--before", "2026-03-13", "--json").stdout)
    assert [c["capture_id"] for c in plan["captures"]] == [first.capture_id, second.capture_id]
    assert third.capture_id not in json.dumps(plan)
