"""What arrives together waits for the disk together; nothing is handed on before it is there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request

from pipeline.errors import DiskFull
from pipeline.evidence.archive import Archive
from pipeline.evidence.journal import Journal
from pipeline.evidence.verify import verify_home
from pipeline.extract.profile import load_profile
from pipeline.home import Home, create_home
from spiders.archive import CAPTURE_ID, ArchiveFailed, Recorder
from spiders.wire import WIRE, Wire

Write = Callable[..., Path]
HEAD = [b"HTTP/1.1 200 OK\r", b"Content-Type: text/html\r", b"\r"]


@pytest.fixture
def durable(tmp_path: Path) -> Home:
    return create_home(tmp_path / "durable")


def recording(home: Home, path: Path) -> Recorder:
    archive, site = Archive(home), load_profile(path)
    return Recorder(archive, home.now, site, archive.begin_crawl(site.id, {}), "")


def answered(number: int) -> Request:
    wire = Wire(sent=b"GET / HTTP/1.1\r\n\r\n", sendings=1, lines=[*HEAD], parts=[b"<p>%d</p>" % number])
    return Request(f"http://ads.example/ad/{number}", meta={WIRE: wire})


def kept(recorder: Recorder, requests: list[Request], handed_on: Callable[[Request], object] = str) -> list[Any]:
    """What became of each: None, or why it failed."""

    async def keep(request: Request) -> None:
        await recorder.keep(request, recorder.now())
        handed_on(request)

    async def keep_all() -> list[Any]:
        return await asyncio.gather(*map(keep, requests), return_exceptions=True)

    return asyncio.run(keep_all())


@pytest.mark.parametrize(("together", "pages", "flushes"), [(4, 8, 2), (4, 3, 1), (1, 3, 3), (9, 2, 1)])
def test_one_wait_for_the_disk_serves_all_that_arrived(
    durable: Home, profile: Write, monkeypatch: pytest.MonkeyPatch, together: int, pages: int, flushes: int
) -> None:
    recorder = recording(durable, profile(together=together))
    flushed: list[str] = []
    really = os.fsync

    def flush(handle: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        really(handle)

    def is_safe(request: Request) -> None:
        known = {k.capture.capture_id for k in Archive(durable).captures()}
        assert request.meta[CAPTURE_ID] in known and flushed[-1] == "journal.jsonl"

    requests = [answered(n) for n in range(pages)]
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", flush)
        assert kept(recorder, requests, is_safe) == [None] * pages
    files = [name for name in flushed if name.endswith((".warc.gz", ".jsonl"))]
    assert [name.partition(".")[2] for name in files] == ["warc.gz", "jsonl"] * flushes
    assert recorder.counts.captures == pages == len({r.meta[CAPTURE_ID] for r in requests})
    assert verify_home(durable).problems == []


def test_a_journal_that_fails_lets_none_of_them_go_on(
    durable: Home, profile: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = recording(durable, profile(together=3))
    assert kept(recorder, [answered(0)]) == [None]

    def full(*_: Any) -> None:
        raise DiskFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append_all", full)
        failed = kept(recorder, [answered(n) for n in (1, 2, 3)])
    assert [type(f) for f in failed] == [ArchiveFailed] * 3 and isinstance(recorder.broken, DiskFull)
    [refused] = kept(recorder, [answered(4)])
    assert isinstance(refused, ArchiveFailed)
    archive = Archive(durable)
    archive.recover()  # the records were whole: they become known, nothing is lost
    assert [k.capture.url[-1] for k in archive.captures()] == ["0", "1", "2", "3"]
    assert verify_home(durable).problems == []


def test_what_was_written_before_the_disk_was_full_goes_on(
    durable: Home, profile: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = recording(durable, profile(together=4))
    put, seen = Archive.put, []

    def until_full(archive: Archive, site: str, crawl_id: str, what: Any) -> Any:
        seen.append(what)
        if len(seen) > 2:
            raise DiskFull("no room")
        return put(archive, site, crawl_id, what)

    monkeypatch.setattr(Archive, "put", until_full)
    failed = kept(recorder, [answered(n) for n in range(4)])
    assert [type(f) for f in failed] == [type(None)] * 2 + [ArchiveFailed] * 2
    assert [k.capture.url[-1] for k in Archive(durable).captures()] == ["0", "1"]


def test_a_request_not_made_takes_what_waits_along_also_when_it_fails(
    durable: Home, profile: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = recording(durable, profile(together=4))
    really = Journal.append_all

    def full(journal: Journal, entries: list[Any]) -> Any:
        entries = list(entries)
        if any(body.get("reason") == "robots_forbidden" and body["url"].endswith("/1") for _, body in entries):
            raise DiskFull("no room")
        return really(journal, entries)

    async def forbid(number: int) -> Any:
        async def refuse() -> None:
            recorder.not_fetched(answered(number), "robots_forbidden", "robots.txt does not allow this address")

        pages = [answered(n) for n in (2, 3)]
        kept = [recorder.keep(page, recorder.now()) for page in pages]
        return await asyncio.gather(*kept, refuse(), return_exceptions=True)

    monkeypatch.setattr(Journal, "append_all", full)
    assert asyncio.run(forbid(0)) == [None] * 3
    assert [type(f) for f in asyncio.run(forbid(1))] == [ArchiveFailed] * 3
    assert len(list(Archive(durable).captures())) == 2


def test_what_waits_when_the_crawl_is_stopped_at_once_is_kept(durable: Home, profile: Write) -> None:
    """The reactor ends before the timer, one page is canceled: the end of the crawl takes all of them along."""
    archive, site = Archive(durable), load_profile(profile(together=4))
    recorder = Recorder(archive, durable.now, site, archive.begin_crawl(site.id, {}), "")

    async def stop() -> None:
        pages = [asyncio.ensure_future(recorder.keep(answered(n), recorder.now())) for n in range(3)]
        await asyncio.sleep(0)
        assert pages[0].cancel() and not any(page.done() for page in pages[1:])

    asyncio.run(stop())
    assert list(archive.captures()) == []
    [crawl] = archive.journal.entries("crawl_started")
    archive.end_crawl(crawl.body["crawl_id"], recorder.counts.as_dict(), False, ["interrupted"])
    assert [k.capture.url[-1] for k in archive.captures()] == ["0", "1", "2"]
    assert archive.journal.head().kind == "crawl_failed"  # type: ignore[union-attr]
    Archive(durable).recover()
    assert verify_home(durable).problems == [] and not list(archive.journal.entries("recovered"))


def test_a_canceled_page_holds_up_none_of_the_others(durable: Home, profile: Write) -> None:
    recorder = recording(durable, profile(together=4))

    async def cancel_one() -> list[Any]:
        pages = [asyncio.ensure_future(recorder.keep(answered(n), recorder.now())) for n in range(3)]
        await asyncio.sleep(0)
        pages[1].cancel()
        return await asyncio.gather(*pages, return_exceptions=True)

    ended = asyncio.run(cancel_one())
    assert [type(e) for e in ended] == [type(None), asyncio.CancelledError, type(None)]
    assert [k.capture.url[-1] for k in Archive(durable).captures()] == ["0", "1", "2"]
