"""What the archive holds against what the server sent, byte for byte."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from pipeline.evidence.archive import Archive
from pipeline.home import Home
from spiders.run import run_crawl
from spiders.settings import BODY_LIMIT

Write = Callable[..., Path]
PAGE = b"<html><h1>Lotus</h1><div class='posting'>New staff. Call 602-555-0123</div></html>"
TYPE = b"Content-Type: text/html\r\n"


def stored(home: Home, kind: str) -> dict[str, list[tuple[bytes, dict[str, str]]]]:
    """Blocks and WARC headers of all records of one type, by target address."""
    found: dict[str, list[tuple[bytes, dict[str, str]]]] = {}
    for file in sorted(home.archive.glob("warc/*/*/*.warc.gz")):
        with file.open("rb") as stream:
            assert all(
                record.raw_stream.read() is not None for record in ArchiveIterator(stream, check_digests="raise")
            )
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, no_record_parse=True):
                if record.rec_type == kind:
                    headers = dict(record.rec_headers.headers)
                    place = found.setdefault(headers.get("WARC-Target-URI", ""), [])
                    place.append((record.content_stream().read(), headers))
    return found


def raw(head: bytes, body: bytes = b"", line: bytes = b"HTTP/1.1 200 OK") -> Callable[[Any], bytes]:
    return lambda _headers: line + b"\r\n" + head + b"\r\n" + body


def sized(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n" % len(body)


def test_pictures_and_endless_pages_are_cut_off(site: Any, home: Home, profile: Write) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 200_000
    video = b"\0\0\0\x18ftypmp42" + b"\0" * 1000
    site.routes["/a.png"] = raw(b"Content-Type: image/png\r\n" + sized(picture), picture)
    site.routes["/b.html"] = raw(TYPE + sized(video), video)  # says that it is a page
    site.routes["/c"] = raw(b"Content-Type: application/octet-stream\r\n" + sized(PAGE), PAGE)
    endless = raw(TYPE + sized(b"x" * 40_000_000), PAGE + b" " * 40_000_000)
    site.routes["/endless.html"] = endless
    site.listing("/list", ["/a.png", "/b.html", "/c", "/endless.html", site.ad(1)])
    result = run_crawl(home, profile())
    counts = result.counts
    assert (counts["refused_types"], counts["too_big"], result.failures, result.ads) == (3, 1, 0, 1)
    responses = stored(home, "response")
    [(start, _)] = responses[site.root + "/endless.html"]
    assert len(start) > BODY_LIMIT and endless(None).startswith(start)
    for entry in site.log:
        if entry.path == "/endless.html":
            continue
        [(block, _)] = responses[site.root + entry.path]
        is_cut = entry.path in {"/a.png", "/b.html", "/c"}
        assert block == (entry.response.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if is_cut else entry.response)
    [(about, _)] = stored(home, "metadata")[site.root + "/b.html"]
    assert b"truncated: media" in about and b"why: listed" in about


def test_retry_after_is_obeyed_and_each_attempt_is_a_record(site: Any, home: Home, profile: Write) -> None:
    times: list[float] = []
    busy = (503, [("Retry-After", "1"), ("Content-Type", "text/html")], b"busy")
    fine = (200, [("Content-Type", "text/html")], PAGE)

    def answer(_headers: Any) -> Any:
        times.append(time.monotonic())
        return busy if len(times) < 3 else fine

    site.routes["/busy.html"] = answer
    site.listing("/list", ["/busy.html", *(site.ad(i) for i in range(4))])
    result = run_crawl(home, profile(together=1))
    assert len(times) == 3 and all(later - before >= 1.0 for before, later in pairwise(times))
    assert result.healthy and result.ads == 5
    blocks = [block for block, _ in stored(home, "response")[site.root + "/busy.html"]]
    assert blocks == [e.response for e in site.log if e.path == "/busy.html"]
    about = [block for block, _ in stored(home, "metadata")[site.root + "/busy.html"]]
    assert [b"retry: %d" % n in a for n, a in enumerate(about)] == [False, True, True]


def test_a_site_that_asks_for_hours_is_left_alone(site: Any, home: Home, profile: Write) -> None:
    links = [site.ad(i) for i in range(5)]
    site.listing("/list", ["/busy.html", *links])
    site.html("/busy.html", "come back tomorrow", 429, ("Retry-After", "86400"))
    result = run_crawl(home, profile(together=1))
    assert site.paths() == ["/robots.txt", "/list", "/busy.html"]
    assert (result.counts["put_off"], result.failures) == (5, 1)
    reasons = [e.body["reason"] for e in Archive(home).journal.entries("failure")]
    assert reasons == ["put_off"] * 5


def test_what_was_cut_short_or_never_answered_is_a_record_too(site: Any, home: Home, profile: Write) -> None:
    site.routes["/short.html"] = raw(TYPE + b"Connection: close\r\nContent-Length: 5000\r\n", PAGE)
    site.routes["/silent.html"] = lambda _h: b""
    site.listing("/list", ["/short.html", "/silent.html", site.ad(1)])
    site.close_after = {"/short.html", "/silent.html"}
    result = run_crawl(home, profile(together=1))
    blocks = [block for block, _ in stored(home, "response")[site.root + "/short.html"]]
    assert len(blocks) == site.paths().count("/short.html") and all(b.endswith(PAGE) for b in blocks)
    [(about, _), *_] = stored(home, "metadata")[site.root + "/short.html"]
    assert b"truncated: disconnect" in about
    failed = [e.body for e in Archive(home).journal.entries("failure")]
    assert {f["url"] for f in failed} == {site.root + "/silent.html"}
    assert len(failed) == site.paths().count("/silent.html") == len(stored(home, "request")[site.root + "/silent.html"])
    assert result.failures == 2


def test_a_host_that_is_not_there(site: Any, home: Home, profile: Write, tmp_path: Path) -> None:
    path = profile()
    path.write_text(path.read_text().replace(f":{site.port}", ":9"))  # nobody listens there
    result = run_crawl(home, path)
    assert not result.healthy and result.counts["captures"] == 0
    reasons = {e.body["reason"] for e in Archive(home).journal.entries("failure")}
    assert reasons == {"refused", "robots_forbidden"}
