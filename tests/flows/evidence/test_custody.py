"""Holds, views and the custody log, on a home with archived pages, through the front door."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.stages.build import build
from flows.stages.evidence.custody import custody_of
from pipeline.evidence.archive import Archive
from pipeline.evidence.warc.writing import Exchange
from pipeline.home import Home, locked, open_home
from pipeline.model import Capture
from pipeline.store.casework import Casework
from pipeline.store.intelligence import open_snapshot
from tests.flows.command_line import imb

PAGE = """<html><title>Lotus Spa</title><body><h1>Lotus Spa</h1><p>100 E Walnut St, Springfield, MO 65806</p>
<p>Call (417) 555-01{number:02d}. Ask for Lily, 24 years old.</p><p>{more}</p></body></html>"""


def archive_pages(root: Path, *more: str) -> list[Capture]:
    """Archive one page for each text, all of them ads of one business."""
    home = open_home(root)
    archive = Archive(home)
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    captures = []
    with locked(home, "test"):
        archive.recover()
        crawl = archive.begin_crawl("ads.example", {})
        for number, text in enumerate(more, 10):
            when = start + timedelta(days=number)
            exchange = Exchange(
                f"http://ads.example/post/{number}",
                "GET",
                [(b"Host", b"ads.example")],
                b"",
                200,
                "OK",
                "HTTP/1.1",
                [(b"Content-Type", b"text/html; charset=utf-8")],
                PAGE.format(number=number, more=text).encode(),
                "127.0.0.1",
                when,
                when,
            )
            captures.append(archive.write("ads.example", crawl, exchange))
        archive.end_crawl(crawl, {"captures": len(captures)}, True, [])
        archive.close()
    return captures


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    imb(folder, "init")
    with (folder / "imb.toml").open("a") as settings:
        settings.write("fictional_numbers = true\ngenerated_numbers = true\n")
    return folder


def built(root: Path, full: bool = False) -> tuple[Home, dict[str, str]]:
    home = open_home(root)
    with locked(home, "test"):
        build(home, full=full)
    with open_snapshot(home.current_snapshot()) as store:
        return home, store.digests()


def mentions(home: Home, capture_id: str) -> int:
    with open_snapshot(home.current_snapshot()) as store:
        return int(store.value("SELECT count(*) FROM core_mentions WHERE capture_id = ?", [capture_id]))


def users(root: Path) -> None:
    imb(root, "user", "add", "root", "supervisor", "--user", "setup")
    for name in ("amy", "ben"):
        imb(root, "user", "add", name, "analyst", "--user", "root")
        imb(root, "user", "trained", name, "--reason", "course of 2026-01", "--user", "root")


def test_a_held_page_is_closed_to_everybody_and_leaves_the_derived_stores(root: Path, tmp_path: Path) -> None:
    first, second = archive_pages(root, "Open daily.", "Parking behind.")
    home, _ = built(root)
    assert mentions(home, first.capture_id) > 0
    shown = home.current_snapshot()
    imb(root, "evidence", "hold", first.capture_id, "--reason", "seen by an analyst", "--user", "amy")
    for arguments in (
        ["view", first.capture_id, "--reason", "x", "--user", "amy"],
        ["view", first.capture_id, "--reason", "x", "--user", "amy", "-o", str(tmp_path / "out.bin")],
    ):
        refused = imb(root, "evidence", *arguments, check=10)
        assert "seen by an analyst" in refused.stderr
    assert not (tmp_path / "out.bin").exists()
    home, incremental = built(root)
    assert mentions(home, first.capture_id) == 0 < mentions(home, second.capture_id)
    assert not shown.exists(), "an earlier snapshot would still show what was read of the page"
    with open_snapshot(home.current_snapshot()) as store:
        row = store.rows("SELECT url, sha256 FROM raw_captures WHERE capture_id = ?", [first.capture_id])
    assert row == [{"url": first.url, "sha256": first.sha256}]
    assert built(root, full=True)[1] == incremental


def test_two_trained_people_release_and_one_does_not(root: Path) -> None:
    (capture,) = archive_pages(root, "My daughter, 16 years old, helps out.")
    home, _ = built(root)
    (held,) = json.loads(imb(root, "evidence", "holds", "--json").stdout)
    assert (held["capture_id"], held["minutes"]) == (capture.capture_id, None)
    assert mentions(home, capture.capture_id) == 0
    imb(root, "evidence", "routed", capture.capture_id, "--to", "hotline", "--reference", "7", "--user", "amy")
    (held,) = json.loads(imb(root, "evidence", "holds", "--json").stdout)
    assert held["routed"] == "to hotline, reference 7"
    assert held["minutes"] >= 0
    arguments = ["release", capture.capture_id, "--reason", "the owner's own child, no worker"]
    imb(root, "evidence", *arguments, "--user", "amy", check=10)
    users(root)
    imb(root, "evidence", *arguments, "--user", "amy")
    assert "approved this release already" in imb(root, "evidence", *arguments, "--user", " AMY", check=10).stderr
    assert Archive(home).is_blocked(capture.capture_id)
    imb(root, "user", "trained", "amy", "--ended", "--reason", "left", "--user", "root")
    imb(root, "evidence", *arguments, "--user", "ben")
    assert Archive(home).is_blocked(capture.capture_id), "an approval counts only while its author is trained"
    imb(root, "user", "trained", "amy", "--reason", "came back", "--user", "root")
    assert "approved this release already" in imb(root, "evidence", *arguments, "--user", "ben", check=10).stderr


def test_a_released_page_is_read_again_and_not_held_again(root: Path) -> None:
    capture, _ = archive_pages(root, "My daughter, 16 years old, helps out.", "Open daily.")
    users(root)
    built(root)
    for user in ("amy", "ben"):
        imb(root, "evidence", "release", capture.capture_id, "--reason", "no worker", "--user", user)
    home, incremental = built(root)
    assert mentions(home, capture.capture_id) > 0
    assert not Archive(home).is_blocked(capture.capture_id)
    assert built(root, full=True)[1] == incremental
    actions = [row["action"] for row in custody_of(home, capture.capture_id)]
    assert actions == ["capture", "hold", "release approved", "release approved", "release"]


def test_one_approval_ends_with_the_hold_it_was_given_for(root: Path) -> None:
    (capture,) = archive_pages(root, "Open daily.")
    users(root)
    imb(root, "evidence", "hold", capture.capture_id, "--reason", "look", "--user", "amy")
    for user in ("amy", "ben"):
        imb(root, "evidence", "release", capture.capture_id, "--reason", "none", "--user", user)
    imb(root, "evidence", "hold", capture.capture_id, "--reason", "look again", "--user", "amy")
    imb(root, "evidence", "release", capture.capture_id, "--reason", "none", "--user", "amy")
    assert Archive(open_home(root)).is_blocked(capture.capture_id)


def test_a_view_blanks_workers_and_every_look_is_logged_with_its_reason(root: Path, tmp_path: Path) -> None:
    (capture,) = archive_pages(root, "Open daily.")
    shown = imb(root, "evidence", "view", capture.capture_id, "--reason", "case 7", "--user", "amy").stdout
    assert "Lotus Spa" in shown
    assert "Lily" not in shown
    assert "24 years" not in shown
    shown = imb(root, "evidence", "view", capture.capture_id, "--reason", "id", "--user", "amy", "--reveal").stdout
    assert "Ask for Lily" in shown
    target = tmp_path / "page.html"
    imb(root, "evidence", "view", capture.capture_id, "--reason", "lab", "--user", "amy", "-o", str(target))
    assert b"Lotus Spa" in target.read_bytes()
    imb(root, "evidence", "view", capture.capture_id, "--reason", " ", "--user", "amy", check=3)
    rows = custody_of(open_home(root), capture.capture_id)
    said = [(r["action"], r["actor"], r["reason"]) for r in rows if r["source"].startswith("log")]
    assert said == [
        ("view", "amy", "case 7"),
        ("view, names revealed", "amy", "id"),
        ("copy", "amy", "lab (body as received: page.html)"),
    ]
    assert all(r["hash_before"] == r["hash_after"] == capture.sha256 for r in rows if r["source"].startswith("log"))


def test_an_auditor_reads_the_log_and_no_evidence(root: Path) -> None:
    (capture,) = archive_pages(root, "Open daily.")
    imb(root, "user", "add", "ada", "auditor", "--user", "root")
    assert (
        "auditor"
        in imb(root, "evidence", "view", capture.capture_id, "--reason", "x", "--user", "ada", check=10).stderr
    )
    assert json.loads(imb(root, "evidence", "custody", capture.capture_id, "--json").stdout)[0]["action"] == "capture"


def entries(root: Path) -> list[dict[str, Any]]:
    return Casework(open_home(root).casework_url).entries("custody")


def test_every_command_that_touches_evidence_makes_its_entry(root: Path, tmp_path: Path) -> None:
    (capture,) = archive_pages(root, "Open daily.")
    built(root)
    roster = tmp_path / "roster.csv"
    roster.write_text("color,shape\nred,round\n")
    out = tmp_path / "package"
    steps: list[tuple[str, list[str], int | None]] = [
        ("verify", ["evidence", "verify"], 0),
        ("import", ["import", "records", "licenses", str(roster)], 3),
        ("import", ["import", "warc", str(next((root / "archive/warc").glob("*/*/*.gz")))], 0),
        ("view", ["evidence", "view", capture.capture_id, "--reason", "x", "--user", "amy"], 0),
        ("export", ["evidence", "export", "-o", str(out), "--capture", capture.capture_id, "--user", "amy"], 0),
        ("verify", ["evidence", "verify", str(out)], 0),
        ("copy", ["backup", str(tmp_path / "backup.tar")], 0),
        ("new signing key", ["evidence", "rotate-key"], 0),
        ("hold", ["evidence", "hold", capture.capture_id, "--reason", "x", "--user", "amy"], 0),
        ("routed", ["evidence", "routed", capture.capture_id, "--to", "ICAC", "--user", "amy"], 0),
    ]
    for action, arguments, code in steps:
        before = len(entries(root))
        imb(root, *arguments, check=code)
        fresh = entries(root)[before:]
        assert [e["action"] for e in fresh] == [action], arguments
        assert fresh[0]["actor"]
        assert fresh[0]["reason"]
        assert fresh[0]["hash_after"]
    assert Casework(open_home(root).casework_url).verify_logs() == []
    imb(tmp_path / "copy", "restore", str(tmp_path / "backup.tar"))
    assert entries(tmp_path / "copy")[-1]["action"] == "import"
