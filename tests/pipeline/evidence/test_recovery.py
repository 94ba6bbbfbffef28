"""Killed, cut, full: no complete record is lost, the journal stays whole, everything done is said."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.errors import DiskFull
from pipeline.evidence.archive import Archive
from pipeline.evidence.entries import parse_entry
from pipeline.evidence.intake import keep_file
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc.writing import Exchange
from pipeline.home import Home, create_home, open_home

Make = Callable[..., Exchange]

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.evidence.archive import Archive
from pipeline.evidence.warc.writing import Exchange
from pipeline.home import open_home
archive = Archive(open_home(Path(sys.argv[1])), roll_at=20_000)
archive.recover()
crawl = archive.begin_crawl("board", {})
number = 0
while True:
    now = datetime.now(UTC)
    body = f"page {number} ".encode() * 400
    exchange = Exchange("http://board.example/%d" % number, "GET", [], b"", 200, "OK", "HTTP/1.1",
                        [(b"Content-Type", b"text/html")], body, "127.0.0.1", now, now)
    print(archive.write("board", crawl, exchange).capture_id, flush=True)
    number += 1
"""


def kill_while_writing(home: Home, delay: float) -> set[str]:
    """Ids that a writer had been told are archived when it was killed."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(home.root)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(delay)
    os.kill(writer.pid, signal.SIGKILL)
    lines = [first, *writer.stdout.readlines()]
    writer.wait()
    writer.stdout.close()
    return {line.decode().strip() for line in lines if line.endswith(b"\n")}


def complete_responses(home: Home) -> set[str]:
    """Ids of the responses that a stranger's tool finds in the WARC files."""
    found = set()
    for path in (home.archive / "warc").glob("*/*/*.gz"):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.content_stream().read()
                if record.rec_type == "response":
                    found.add(record.rec_headers["WARC-Record-ID"][10:-1])
    return found


@pytest.mark.parametrize("fsync", ["record", "batch"])
def test_killed_at_random_moments(tmp_path: Path, fsync: str) -> None:
    home = create_home(tmp_path / "home", settings_text=f'fsync = "{fsync}"\n')
    rng, told = random.Random(7), set()
    for _ in range(5):
        told |= kill_while_writing(home, rng.uniform(0, 0.15))
    archive = Archive(home)
    archive.recover()
    known = {k.capture.capture_id for k in archive.captures()}
    assert told <= known
    assert known == complete_responses(home)
    assert all(archive.read(k.capture).status == 200 for k in archive.captures())
    assert verify_home(home).problems == []
    before = archive.journal.size()
    archive.recover()
    Archive(home).recover()
    assert archive.journal.size() == before
    ends = [e.body["problems"] for e in archive.journal.entries("crawl_failed")]
    assert len(ends) == 5


def test_a_clock_set_back_is_said_and_nothing_is_lost(home: Home, exchange: Make) -> None:
    for day in ("2026-11-05", "2026-11-03", "2026-11-04"):
        clock = replace(home, demo=True, settings=replace(home.settings, simulated_today=day))
        archive = Archive(clock)
        archive.recover()
        crawl_id = archive.begin_crawl("board", {})
        for number in range(3):
            archive.write("board", crawl_id, exchange(number))
        archive.end_crawl(crawl_id, {}, True, [])
        archive.close()
    assert len(list(Archive(home).captures())) == 9
    [entry] = archive.journal.entries("clock_set_back")
    assert entry.body["before"].startswith("2026-11-05") and entry.body["after"].startswith("2026-11-03")
    report = verify_home(home)
    assert report.problems == []
    [said] = [note for note in report.notes if "clock" in note and "set back" in note]
    assert f"before entry {entry.seq} " in said


def grown_home(home: Home, exchange: Make, pages: int = 3) -> list[str]:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    ids = [archive.write("board", crawl_id, exchange(n)).capture_id for n in range(pages)]
    archive.journal.close()
    return ids


def test_every_cut_of_file_and_journal_recovers(tmp_path: Path, exchange: Make) -> None:
    """The WARC may be cut anywhere behind what the journal names, the journal anywhere at all."""
    source = create_home(tmp_path / "source", settings_text='fsync = "batch"\n')
    ids = grown_home(source, exchange)
    journal = source.journal.read_bytes()
    lines = journal.splitlines(keepends=True)
    [warc] = (source.archive / "warc").glob("*/*/*.gz")
    ends = [r["offset"] + r["length"] for e in Archive(source).journal.entries("capture") for r in e.body["records"]]
    rng = random.Random(3)
    for round_number in range(25):
        keep = rng.randrange(1, len(lines) + 1)
        torn = lines[keep][: rng.randrange(1, len(lines[keep]))] if keep < len(lines) else b""
        named = [r for line in lines[:keep] for r in parse_entry(line).body.get("records", [])]
        covered = max((r["offset"] + r["length"] for r in named), default=0)
        cut = rng.randrange(max(covered, 1), warc.stat().st_size + 1)
        home = open_home(Path(shutil.copytree(source.root, tmp_path / f"copy{round_number}")))
        home.journal.write_bytes(b"".join(lines[:keep]) + torn)
        os.truncate(home.archive / warc.relative_to(source.archive), cut)
        archive = Archive(home)
        archive.recover()
        assert [k.capture.capture_id for k in archive.captures()] == ids[: sum(end <= cut for end in ends[1::3])]
        assert verify_home(home).problems == []
        crawl_id = archive.begin_crawl("board", {})
        archive.write("board", crawl_id, exchange(9))
        archive.end_crawl(crawl_id, {}, True, [])
        assert verify_home(home).problems == []


def test_what_was_cut_is_said(home: Home, exchange: Make) -> None:
    grown_home(home, exchange)
    [warc] = (home.archive / "warc").glob("*/*/*.gz")
    with warc.open("ab") as file:
        file.write(b"\x1f\x8b\x08half a member")
    Archive(home).recover()
    [entry] = Archive(home).journal.entries("repaired")
    assert (entry.body["bytes"], entry.body["what"]) == (16, "partly written last record cut")
    assert verify_home(home).problems == []


def test_a_file_shorter_than_journalled_is_said_and_found(home: Home, exchange: Make) -> None:
    grown_home(home, exchange)
    [warc] = (home.archive / "warc").glob("*/*/*.gz")
    os.truncate(warc, warc.stat().st_size - 10)
    archive = Archive(home)
    archive.recover()
    assert [e.body["what"] for e in archive.journal.entries("repaired")] == ["file is shorter than the journal says"]
    problems = verify_home(home).problems
    assert [p.prop for p in problems] == ["whole record"]


def test_a_full_disk_keeps_what_was_complete(tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands for the full disk: the write fails in the middle of a record."""
    home = create_home(tmp_path / "home")
    code = WRITER.replace("archive = Archive", "import resource, signal\narchive = Archive", 1).replace(
        "number = 0",
        "number = 0\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, resource.RLIM_INFINITY))",
    )
    done = subprocess.run([sys.executable, "-c", code, str(home.root)], capture_output=True, timeout=60)
    assert b"File too large" in done.stderr
    told = {line.decode() for line in done.stdout.split()}
    assert told
    archive = Archive(home)
    archive.recover()
    known = {k.capture.capture_id for k in archive.captures()}
    assert told <= known == complete_responses(home)
    assert verify_home(home).problems == []


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/proc/mounts").exists(), reason="a small file system needs root")
def test_a_small_file_system_running_full(tmp_path: Path, exchange: Make) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", disk], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        home = create_home(disk / "home")
        archive = Archive(home)
        crawl_id = archive.begin_crawl("board", {})
        told = set()
        with pytest.raises(DiskFull, match="Free space"):
            for number in range(1000):
                body = random.Random(number).randbytes(6000)
                told.add(archive.write("board", crawl_id, exchange(number, body=body)).capture_id)
        again = Archive(home)
        assert told <= complete_responses(home)
        assert told <= {k.capture.capture_id for k in again.captures()}
        assert not list(again.journal.verify())
        archive.close()
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_the_journal_failing_after_the_record_leaves_nothing_behind_unsaid(
    home: Home, exchange: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    first = archive.write("board", crawl_id, exchange(1))

    def full(*_: object, **__: object) -> None:
        raise DiskFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr(archive.journal, "append_all", full)
        with pytest.raises(DiskFull):
            archive.write("board", crawl_id, exchange(2))
    third = archive.write("board", crawl_id, exchange(3))
    archive.end_crawl(crawl_id, {}, True, [])
    archive.recover()
    known = {k.capture.capture_id for k in archive.captures()}
    assert {first.capture_id, third.capture_id} < known == complete_responses(home)
    assert len(known) == 3
    assert verify_home(home).problems == []


def test_unfinished_copies_go_and_whole_ones_are_adopted(home: Home, tmp_path: Path) -> None:
    (home.archive / "imports" / "abc.warc.part").write_bytes(b"half")
    source = tmp_path / "roster.csv"
    source.write_text("a,b\n")
    kept = keep_file(home, Archive(home).journal, source, "license")
    home.journal.unlink()
    archive = Archive(home)
    archive.recover()
    assert [e.kind for e in archive.journal.entries()] == ["repaired", "recovered_file"]
    assert verify_home(home).problems == []
    assert keep_file(home, archive.journal, source, "license").stored == kept.stored
