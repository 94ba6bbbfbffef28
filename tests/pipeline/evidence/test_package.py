"""A package checks out, refuses what is held, and shows every changed byte."""

from __future__ import annotations

import contextlib
import csv
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import FixInput, NotAllowed
from pipeline.evidence.archive import Archive
from pipeline.evidence.importing import import_archive
from pipeline.evidence.package import build_package, write_digests
from pipeline.evidence.verify import verify_home, verify_package
from pipeline.evidence.warc import Exchange
from pipeline.home import Home, create_home
from pipeline.model import Capture

Make = Callable[..., Exchange]
FACTS = {"exhibit": "12", "case": "=CASE<1>", "requester": "County", "authority": "order", "exporter": "clerk"}


def host(url: str) -> str:
    return url.split("/")[2]


@pytest.fixture
def archive(home: Home, exchange: Make) -> Archive:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {"robots": "obeyed"})
    for number in range(4):
        archive.write("board", crawl_id, exchange(number))
    archive.end_crawl(crawl_id, {"pages": 4}, True, [])
    return archive


def captures(archive: Archive) -> list[Capture]:
    return [known.capture for known in archive.captures()]


def test_a_package_of_own_captures_checks_out(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures(archive)[1:3], tmp_path / "ex12", FACTS)
    assert (result.items, result.refused) == (2, ())
    report = verify_package(result.path, result.sha256)
    assert (report.problems, report.records) == ([], 6)
    [file] = (result.path / "records").iterdir()
    original = next((home.archive / "warc").glob("*/*/*.gz")).read_bytes()
    for capture in captures(archive)[1:3]:
        assert archive.record_bytes(capture) in file.read_bytes()
        assert archive.record_bytes(capture) in original
    assert subprocess.run(["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=result.path).returncode == 0
    assert [e.body["sha256"] for e in archive.journal.entries("export")] == [result.sha256]
    assert verify_home(home).ok


def test_strangers_tools_accept_the_records(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)
    [file] = (result.path / "records").iterdir()
    tools = Path(sys.executable).parent
    checked = subprocess.run([tools / "warcio", "check", "-v", file], capture_output=True, text=True)
    assert checked.returncode == 0
    assert checked.stdout.count("digest pass") == 13
    checked = subprocess.run([tools / "fastwarc", "check", file], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_journal_command_in_verify_md_works(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)
    text = (result.path / "VERIFY.md").read_text()
    start = text.index("       python3 -c")
    command = text[start : text.index("\n\n", start)].replace("\n       ", "\n").strip()
    done = subprocess.run(
        ["bash", "-c", command.replace("python3", sys.executable)], cwd=result.path, capture_output=True
    )
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 6
    assert all(line.endswith("True") for line in lines)


def test_manifest_keeps_times_and_provenance_apart(home: Home, archive: Archive, tmp_path: Path) -> None:
    described = {captures(archive)[0].capture_id: {"title": "<b>Spa</b>", "business_name": "+1 Lotus", "ad_id": None}}
    result = build_package(home, archive, captures(archive)[:1], tmp_path / "ex", FACTS, described)
    [item] = json.loads((result.path / "manifest.json").read_text())["items"]
    assert item["times"]["request_started"] == "2026-03-01T12:00:00.123456Z"
    assert item["times"]["response_received"] == "2026-03-01T12:00:00.373456Z"
    assert item["why_collected"] == "listed on page 1"
    assert [r["type"] for r in item["records"]] == ["request", "response", "metadata"]
    assert item["description"] == [{"title": "<b>Spa</b>", "business_name": "+1 Lotus"}]
    page = (result.path / "report.html").read_text()
    assert "&lt;b&gt;Spa" in page
    assert "=CASE&lt;1&gt;" in page
    assert "<script" not in page
    [_, row] = list(csv.reader((result.path / "items.csv").open(newline="")))
    assert "'+1 Lotus" in row


def test_packages_of_the_same_captures_differ_only_in_their_time(home: Home, archive: Archive, tmp_path: Path) -> None:
    found = captures(archive)
    first = build_package(home, archive, found, tmp_path / "one", FACTS).path
    second = build_package(home, archive, reversed(found), tmp_path / "two", FACTS).path
    names = sorted(p.relative_to(first) for p in first.rglob("*"))
    assert names == sorted(p.relative_to(second) for p in second.rglob("*"))
    assert [(first / n).read_bytes() == (second / n).read_bytes() for n in names if n.parent.name == "records"] == [
        True
    ]


def test_held_and_unknown_captures_are_refused_and_listed(home: Home, archive: Archive, tmp_path: Path) -> None:
    first, second, *_ = captures(archive)
    archive.block(first.capture_id, "suspected minor")
    stranger = replace(second, capture_id="no-such-id")
    result = build_package(home, archive, [first, second, stranger], tmp_path / "ex", FACTS)
    assert result.items == 1
    assert len(result.refused) == 2
    everything = b"".join(p.read_bytes() for p in result.path.rglob("*") if p.is_file())
    assert first.url.encode() not in everything
    assert archive.record_bytes(second) in everything
    assert first.capture_id in (result.path / "report.txt").read_text()
    assert verify_package(result.path).ok
    with pytest.raises(NotAllowed, match="held"):
        build_package(home, archive, [first], tmp_path / "none", FACTS)
    assert not (tmp_path / "none").exists()


def test_a_package_is_never_written_over(home: Home, archive: Archive, tmp_path: Path) -> None:
    build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)
    with pytest.raises(FixInput, match="another name"):
        build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)


def test_demonstrations_are_marked_on_every_page(tmp_path: Path, exchange: Make) -> None:
    home = create_home(tmp_path / "demo", demo=True, settings_text='simulated_today = "2026-03-01"\n')
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    found = [archive.write("board", crawl_id, exchange(n)) for n in range(3)]
    archive.end_crawl(crawl_id, {}, True, [])
    result = build_package(home, archive, found, tmp_path / "ex", FACTS)
    mark = "SIMULATED CLOCK — DEMONSTRATION"
    assert (result.path / "report.html").read_text().count(mark) == 5
    assert (result.path / "report.txt").read_text().count(mark) == 4
    assert mark in (result.path / "VERIFY.md").read_text()
    assert mark in json.loads((result.path / "manifest.json").read_text())["watermark"]


def test_imported_records_are_packed_as_they_are(home: Home, shared_warc: Path, tmp_path: Path) -> None:
    archive = Archive(home)
    for path in sorted(shared_warc.glob("*arc*")):
        import_archive(archive, path, "another office", host)
    found = captures(archive)
    result = build_package(home, archive, found, tmp_path / "ex.zip", FACTS)
    assert result.items == len(found) > 10
    assert verify_package(result.path, result.sha256).problems == []
    with zipfile.ZipFile(result.path) as packed:
        blob = b"".join(packed.read(n) for n in packed.namelist() if n.startswith("records/"))
    for capture in found:
        parts = archive.stored_records(archive.find([capture.capture_id])[capture.capture_id])
        assert all(data in blob for _, data in parts)


def test_any_changed_byte_in_a_zip_is_found(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures(archive)[:1], tmp_path / "ex.zip", FACTS)
    good = result.path.read_bytes()
    assert verify_package(result.path).problems == []
    rng, changed = random.Random(5), tmp_path / "changed.zip"
    for place in [*rng.sample(range(4, len(good)), 60), len(good) - 1]:
        changed.write_bytes(good[:place] + bytes([good[place] ^ (1 << rng.randrange(8))]) + good[place + 1 :])
        with contextlib.suppress(FixInput):
            assert not verify_package(changed).ok, place


@pytest.mark.parametrize("name", ["manifest.json", "journal.jsonl", "report.html", "items.csv", "VERIFY.md", "records"])
def test_a_change_with_new_digests_is_found(home: Home, archive: Archive, tmp_path: Path, name: str) -> None:
    result = build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)
    path = next((result.path / "records").iterdir()) if name == "records" else result.path / name
    raw = path.read_bytes()
    place = raw.index(b"ads.example") if b"ads.example" in raw else len(raw) // 2
    path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
    write_digests(result.path)
    problems = verify_package(result.path).problems
    assert problems
    assert any(p.file.startswith(name) or p.file == "manifest.json" for p in problems)


def test_missing_and_added_files_are_named(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)
    (result.path / "extra.txt").write_text("added")
    (result.path / "items.csv").unlink()
    found = {(p.file, p.prop) for p in verify_package(result.path).problems}
    assert found == {("extra.txt", "listed"), ("items.csv", "present")}


def test_what_is_no_package_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "folder").mkdir()
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../outside", "x")
    for name in ("file", "folder", "missing", "evil.zip"):
        with pytest.raises(FixInput):
            verify_package(tmp_path / name)
    assert not (tmp_path.parent / "outside").exists()
    shutil.rmtree(tmp_path / "folder")
