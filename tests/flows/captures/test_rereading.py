"""The archive read again by a changed extractor: reported first, published on request, the old reading kept."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.stages import build as building
from flows.stages.build import build, preview_reading
from flows.stages.captures import extraction, rereading
from pipeline.evidence.archive import Archive
from pipeline.extract.page import extract_page
from pipeline.home import Home, create_home, locked
from pipeline.model import Page
from pipeline.store.intelligence import open_snapshot, open_working
from tests.flows.command_line import imb
from tests.pipeline.evidence.conftest import make_exchange

PAGES = 60


def without_emails(*args: Any, **kwargs: Any) -> Page:
    page = extract_page(*args, **kwargs)
    ads = tuple(replace(ad, mentions=tuple(m for m in ad.mentions if m.kind != "email")) for ad in page.ads)
    return replace(page, ads=ads)


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version of the extractor, which finds no e-mails."""
    for module in (extraction, rereading, building):
        monkeypatch.setattr(module, "EXTRACTOR_VERSION", "later")
    monkeypatch.setattr(extraction, "extract_page", without_emails)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with sixty archived ads, each with a phone and an e-mail, read and published."""
    home = create_home(tmp_path / "home", settings_text='fsync = "batch"\nfictional_numbers = true\n')
    archive = Archive(home)
    crawl = archive.begin_crawl("lotus", {})
    for number in range(PAGES):
        body = f"<p>Lotus Spa {number}. Call 417-555-01{number:02d} or mail spa{number}@mail.example</p>".encode()
        archive.write("lotus", crawl, make_exchange(number, body=body))
    archive.end_crawl(crawl, {}, True, ())
    archive.close()
    with locked(home, "test"):
        build(home, processes=1)
    return home


def emails(home: Home) -> int:
    with open_snapshot(home.current_snapshot()) as store:
        return int(store.value("SELECT count(*) FROM core_mentions WHERE kind = 'email'"))


def test_a_dry_run_reports_and_changes_nothing(home: Home, changed: None) -> None:
    before, found = home.current_snapshot(), emails(home)
    with locked(home, "test"):
        report = preview_reading(home, processes=1)
    assert sum(row["lost"] for row in report["mentions"] if row["kind"] == "email") == found
    assert not any(row["lost"] for row in report["mentions"] if row["kind"] != "email")
    assert not any(row["gained"] or row["changed"] for row in report["mentions"])
    assert {e["what"] for e in report["examples"]} == {"lost"}
    assert home.current_snapshot() == before and emails(home) == found
    with (home.readings / "changes.csv").open(newline="") as file:
        listed = list(csv.DictReader(file))
    assert len(listed) == found and {(row["kind"], row["what"]) for row in listed} == {("email", "lost")}
    assert json.loads((home.readings / "changes.json").read_text())["mentions"] == report["mentions"]


def test_a_newer_extractor_is_compared_and_published_and_the_old_reading_kept(home: Home, changed: None) -> None:
    found = emails(home)
    with locked(home, "test"):
        preview_reading(home, processes=1)
        result = build(home, processes=1)
        assert not build(home, processes=1).changed
    assert result.changed and result.changes and result.changes["read"] == 0  # read by the dry run already
    assert emails(home) == 0 < found
    (kept,) = home.readings.glob("*.duckdb")
    with open_working(kept) as store:
        assert store.value("SELECT count(*) FROM core_mentions WHERE kind = 'email'") == found
        assert store.rows("SELECT DISTINCT extractor_version FROM core_mentions") != [{"extractor_version": "later"}]


def test_an_interrupted_reading_goes_on(home: Home, changed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "CHUNK", 20)

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "read ads" and done >= 40:
            raise KeyboardInterrupt

    with locked(home, "test"):
        with pytest.raises(KeyboardInterrupt):
            preview_reading(home, processes=1, progress=stop)
        report = preview_reading(home, processes=1)
    assert report["read"] == PAGES - 40


def test_processes_agree(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "CHUNK", 15)
    with locked(home, "test"):
        report = preview_reading(home, processes=2)
    assert report["read"] and not any(row[w] for row in report["mentions"] for w in ("gained", "lost", "changed"))
    assert not any(page["differ"] for page in report["pages"])


def test_the_command_shows_what_differs_and_only_counts_the_rest(home: Home) -> None:
    said = imb(home.root, "build", "--reextract", "--dry-run", "--processes", "1").stdout
    assert f"{PAGES} pages, 0 read differently" in said and "0 gained, 0 lost, 0 changed" in said
    assert "Mentions that differ" not in said and "Nothing is published" in said


def test_the_command_shows_what_a_later_reading_loses(home: Home, changed: None) -> None:
    found = emails(home)
    with locked(home, "test"):
        preview_reading(home, processes=1)
    said = imb(home.root, "changes").stdout
    assert f"0 gained, {found} lost, 0 changed" in said
    assert "│ email" in said and "spa" in said and "│ phone" not in said


def test_a_body_that_is_not_whole_says_why(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home", settings_text='fsync = "batch"\nfictional_numbers = true\n')
    archive = Archive(home)
    crawl = archive.begin_crawl("lotus", {})
    whole = make_exchange(0, body=b"<p>Lotus Spa. Call 417-555-0101</p>")
    archive.write("lotus", crawl, whole._replace(truncated="length"))
    packed = [*whole.response_headers, (b"Content-Encoding", b"gzip")]
    archive.write("lotus", crawl, whole._replace(response_headers=packed, body=b"\x1f\x8bnever packed"))
    archive.end_crawl(crawl, {}, True, ())
    archive.close()
    with locked(home, "test"):
        build(home, processes=1)
    with open_snapshot(home.current_snapshot()) as store:
        said = [r["problem"] for r in store.rows("SELECT problem FROM core_extractions ORDER BY problem")]
    assert "compressed body ends early" in said[0] and "no body" in said[0]
    assert said[1] == "cut off when it was collected (length)"


def test_the_command_says_what_it_needs(home: Home) -> None:
    assert "--reextract" in imb(home.root, "build", "--dry-run", check=None).stderr
    assert "imb build --reextract --dry-run" in imb(home.root, "changes", check=None).stderr


def test_a_reading_with_a_held_page_is_dropped(home: Home, changed: None) -> None:
    with locked(home, "test"):
        preview_reading(home, processes=1)
        archive = Archive(home)
        held = next(iter(archive.captures())).capture.capture_id
        archive.block(held, "suspected minor")
        archive.close()
        rereading.drop_purged(home, Archive(home))
    assert not list(home.readings.iterdir())
