"""Flushes that fail, files that end in the middle of a group: nothing passes for durable that is not, or is lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DiskFull
from pipeline.evidence.archive import Archive
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc.writing import Exchange, Failure
from pipeline.home import Home, create_home

Make = Callable[..., Exchange]


@pytest.fixture
def durable(tmp_path: Path) -> Home:
    return create_home(tmp_path / "durable")


def fail_once(patch: pytest.MonkeyPatch, ending: str, code: int = errno.EIO) -> None:
    """The next flush of such a file fails; those after it succeed, as on Linux, where the pages then count as clean."""
    really, failed = os.fsync, []

    def flush(handle: int) -> None:
        if not failed and Path(f"/proc/self/fd/{handle}").readlink().name.endswith(ending):
            failed.append(handle)
            raise OSError(code, os.strerror(code))
        really(handle)

    patch.setattr(os, "fsync", flush)


def known(home: Home) -> dict[str, str]:
    """Kind of the entry that names each capture, by the end of its address."""
    kinds = ("capture", "recovered")
    return {e.body["capture"]["url"][24]: e.kind for e in Archive(home).journal.entries(kinds) if e.body["capture"]}


@pytest.mark.parametrize("fsync", ["record", "batch"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_file_whose_flush_failed_once_is_journalled_no_more(
    tmp_path: Path, exchange: Make, monkeypatch: pytest.MonkeyPatch, fsync: str, code: int
) -> None:
    """The size is reached while a page waits: closing the file fails, and the commit must not pass for a success."""
    home = create_home(tmp_path / "home", settings_text=f"fsync = {fsync!r}\n")
    archive = Archive(home, roll_at=2500)
    crawl_id = archive.begin_crawl("board", {})
    archive.write("board", crawl_id, exchange(1))
    archive.put("board", crawl_id, exchange(2))
    with monkeypatch.context() as patch:
        fail_once(patch, ".warc.gz", code)
        with pytest.raises(DiskFull if code == errno.ENOSPC else OSError):
            while True:
                archive.put("board", crawl_id, exchange(3))
        with pytest.raises(OSError if code == errno.EIO else DiskFull):
            archive.commit(crawl_id)
    assert known(home) == {"1": "capture"}
    archive.write("board", crawl_id, exchange(4))
    archive.close()
    Archive(home).recover()
    assert known(home) == {"1": "capture", "2": "recovered", "4": "capture"}  # 3 was refused
    assert verify_home(home).problems == []


@pytest.mark.parametrize("ending", [".warc.gz", "journal.jsonl"])
def test_nothing_of_a_group_whose_flush_failed_stands_in_the_journal(
    durable: Home, exchange: Make, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    archive = Archive(durable)
    crawl_id = archive.begin_crawl("board", {})
    archive.write("board", crawl_id, exchange(1))
    before = durable.journal.read_bytes()
    archive.put("board", crawl_id, exchange(2))
    archive.put("board", crawl_id, exchange(3))
    with monkeypatch.context() as patch:
        fail_once(patch, ending)
        with pytest.raises(OSError, match="Input/output error"):
            archive.commit(crawl_id)
    assert durable.journal.read_bytes() == before
    archive.write("board", crawl_id, exchange(4))
    archive.end_crawl(crawl_id, {}, True, [])
    Archive(durable).recover()
    assert known(durable) == {"1": "capture", "2": "recovered", "3": "recovered", "4": "capture"}
    assert verify_home(durable).problems == []


def test_a_sealing_thread_sees_no_entry_before_it_is_on_the_disk(
    durable: Home, exchange: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(durable)
    crawl_id, really, held = archive.begin_crawl("board", {}), os.fsync, []

    def flush(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink() == durable.journal:
            held.append(archive.journal.writing.locked())
        really(handle)

    monkeypatch.setattr(os, "fsync", flush)
    archive.write("board", crawl_id, exchange(1))
    assert held == [True]


def test_killed_before_the_first_commit_the_records_still_belong_to_their_crawl(
    durable: Home, exchange: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(durable)
    other = archive.begin_crawl("board", {})
    crawl_id = archive.begin_crawl("board", {"lane": "intelligence"})
    archive.put("board", crawl_id, exchange(1, truncated="disconnect"))
    archive.put("board", crawl_id, exchange(2))
    flushed: list[tuple[str, int]] = []
    really = os.fsync

    def flush(handle: int) -> None:
        flushed.append((Path(f"/proc/self/fd/{handle}").readlink().suffix, durable.journal.stat().st_size))
        really(handle)

    before = durable.journal.stat().st_size
    again = Archive(durable)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", flush)
        again.recover()
    assert flushed[0] == (".gz", before)  # the records are on the disk before the journal names them
    recovered = list(again.journal.entries("recovered"))
    assert {e.body["crawl_id"] for e in recovered} == {crawl_id} != {other}
    assert {e.body["lane"] for e in recovered} == {"intelligence"}
    assert [k.damage for k in again.captures()] == [("the body was cut short (disconnect)",), ()]
    assert verify_home(durable).problems == []


def test_a_full_disk_at_the_next_file_lets_what_waits_go_on(
    durable: Home, exchange: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(durable, roll_at=1)
    crawl_id = archive.begin_crawl("board", {})
    archive.put("board", crawl_id, exchange(1))
    really = os.write

    def write(handle: int, data: bytes) -> int:
        if Path(f"/proc/self/fd/{handle}").readlink().name.endswith(".warc.gz"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return really(handle, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        with pytest.raises(DiskFull):
            archive.put("board", crawl_id, exchange(2))
        archive.commit(crawl_id)
    assert known(durable) == {"1": "capture"}
    Archive(durable).recover()
    assert known(durable) == {"1": "capture"} and verify_home(durable).problems == []


def test_groups_over_several_files_of_two_crawls_are_journalled_at_close(durable: Home, exchange: Make) -> None:
    archive = Archive(durable, roll_at=2500)
    crawls = {site: archive.begin_crawl(site, {}) for site in ("board", "guide")}
    for number in range(8):
        site = ("board", "guide")[number % 2]
        archive.put(site, crawls[site], exchange(number))
    archive.commit(crawls["board"])
    assert set(known(durable)) == set("0246")
    archive.close()
    entries = list(Archive(durable).journal.entries("capture"))
    assert {e.body["capture"]["url"][24]: e.body["crawl_id"] for e in entries} == {
        str(n): crawls[("board", "guide")[n % 2]] for n in range(8)
    }
    assert len({e.body["file"] for e in entries}) > 2
    Archive(durable).recover()
    assert verify_home(durable).problems == [] and not list(Archive(durable).journal.entries("recovered"))


def test_a_seal_that_cannot_be_journalled_holds_up_no_evidence(
    durable: Home, exchange: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(durable)
    crawl_id = archive.begin_crawl("board", {})

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(archive.sealer, "journal_done", full)
        archive.sealer._fresh.set()
        archive.write("board", crawl_id, exchange(1))
    assert known(durable) == {"1": "capture"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"method": "POST", "request_body": b"a=1", "certificate": b"not a real one", "ip": "192.0.2.7"},
        {"meta": {"why": "start", "asked": "http://ads.example/a", "redirected-from": "http://ads.example/b: c"}},
        {"truncated": "disconnect", "meta": {"why": "listed", "truncated": "disconnect", "failure": "broken"}},
    ],
)
def test_a_recovered_capture_says_what_one_that_was_committed_says(
    durable: Home, exchange: Make, changes: dict[str, object]
) -> None:
    archive = Archive(durable)
    crawl_id = archive.begin_crawl("board", {})
    archive.write("board", crawl_id, exchange(1, **changes))
    archive.put("board", crawl_id, exchange(1, **changes))
    again = Archive(durable)
    again.recover()
    [told], [found] = again.journal.entries("capture"), again.journal.entries("recovered")
    own = {"capture_id": "", "offset": 0, "length": 0}
    said = [{**e.body, "records": [], "capture": {**e.body["capture"], **own}} for e in (told, found)]
    assert said[1] == {**said[0], "site": "board"}


@pytest.mark.parametrize("sent", [True, False])
def test_a_recovered_failure_and_a_recovered_file_say_what_committed_ones_say(
    durable: Home, exchange: Make, sent: bool
) -> None:
    page, archive = exchange(1), Archive(durable)
    about = {"why": "listed", "retry": "1"}
    times = page.started_at, page.received_at
    failure = Failure(page.url, "GET", [], b"", "timeout", "no answer: 60 s", *times, sent=sent, meta=about)
    whole, cut = (archive.begin_crawl("board", {}) for _ in range(2))
    archive.write_failure("board", whole, failure)
    archive.put("board", cut, failure)
    again = Archive(durable)
    again.recover()
    for kind in ("warc_file", "failure"):
        told, found = again.journal.entries(kind)
        own = {"records": [], "file": "", "crawl_id": ""}
        assert {**found.body, **own} == {**told.body, **own, "recovered": True}
        assert [e.body["crawl_id"] for e in (told, found)] == [whole, cut]
    assert verify_home(durable).problems == []
