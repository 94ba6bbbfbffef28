"""A hostile site that logs its own bytes: what went over the wire is what the archive holds."""

from __future__ import annotations

import gzip
import random
import re
import resource
import ssl
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import brotli
import pytest
import zstandard

from pipeline.evidence.archive import Archive
from pipeline.evidence.verify import verify_home
from pipeline.home import Home
from spiders.run import run_crawl
from spiders.settings import BODY_LIMIT
from tests.spiders.byte_server import ByteSite, Pieces
from tests.spiders.test_archive import PAGE, TYPE, sized, stored
from tests.spiders.test_politeness import certificate

Write = Callable[..., Path]


@pytest.fixture
def site() -> Iterator[ByteSite]:
    served = ByteSite()
    yield served
    served.close()


def listing(site: ByteSite, links: list[str]) -> None:
    rows = "".join(f"<div class='row'><a href='{link}'>ad</a></div>" for link in links)
    body = f"<html><div class='list'>{rows}</div></html>".encode()
    site.page("/list", TYPE + sized(body), body)


def patient(path: Path, seconds: float) -> Path:
    path.write_text(path.read_text().replace("[politeness]", f"[politeness]\ntimeout_seconds = {seconds}"))
    return path


def chunks(*parts: bytes, trailer: bytes = b"") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n" + trailer + b"\r\n"


def odd(site: ByteSite) -> list[str]:
    """Pages that end well, each with something that HTTP libraries normalize."""
    packed = {
        "gzip": gzip.compress(PAGE, mtime=0),
        "br": brotli.compress(PAGE),
        "zstd": zstandard.compress(PAGE),
        "deflate": zlib.compress(PAGE),
    }
    for coding, body in packed.items():
        site.page(f"/{coding}.html", TYPE + b"Content-Encoding: %s\r\n" % coding.encode() + sized(body), body)
    coded = b"Transfer-Encoding: chunked\r\n"
    site.page("/chunked.html", TYPE + coded, chunks(PAGE[:7], PAGE[7:], trailer=b"X-Sum: 1\r\n"))
    site.page("/chunks-and-gzip.html", TYPE + b"Content-encoding: GZIP\r\n" + coded, chunks(packed["gzip"]))
    site.page("/latin.html", TYPE + b"X-Place: Caf\xe9 \xff\x80\r\n" + sized(PAGE), PAGE)
    site.page("/many.html", TYPE + b"".join(b"X-%d: %d\r\n" % (i, i) for i in range(300)) + sized(PAGE), PAGE)
    site.page("/long.html", TYPE + b"X-Long: " + b"y" * 60_000 + b"\r\n" + sized(PAGE), PAGE)
    site.page("/cookies.html", TYPE + b"Set-Cookie: a=1\r\nset-cookie: a=2\r\nSET-COOKIE: b\r\n" + sized(PAGE), PAGE)
    site.page(
        "/loose.html", TYPE + b"X-Fold: a\r\n\t b\r\nX-Tight:1\r\nX-Wide:   2  \r\nno colon\r\n" + sized(PAGE), PAGE
    )
    site.page("/q.html?b=2&a=%C3%A9&a=1&", TYPE + sized(PAGE), PAGE)
    site.page("/old.html", TYPE, PAGE, b"HTTP/1.0 200 Fine")
    site.closing.add("/old.html")
    site.routes["/newlines.html"] = lambda: [
        b"HTTP/1.1 200 OK\nContent-Type: text/html\n" + sized(PAGE)[:-2] + b"\n\n" + PAGE
    ]
    site.routes["/slow.html"] = lambda: _drop_by_drop(b"HTTP/1.1 200 OK\r\n" + TYPE + sized(PAGE) + b"\r\n" + PAGE)
    site.page("/no-reason.html", TYPE + sized(PAGE), PAGE, b"HTTP/1.1 200")
    site.page("/empty.html", TYPE + sized(b""))
    site.page("/nothing.html", b"", b"", b"HTTP/1.1 204 No Content")
    for status in (404, 410, 503):
        site.page(
            f"/{status}.html", TYPE + b"Retry-After: 0\r\n" + sized(b"x"), b"x", b"HTTP/1.1 %d Gone  away" % status
        )
    return list(site.routes)


def _drop_by_drop(data: bytes) -> Pieces:
    for start in range(0, len(data), 40):
        yield data[start : start + 40]
        yield 0.002


def compare(site: ByteSite, home: Home, but: tuple[str, ...] = ()) -> None:
    """Every exchange of the server's log is in the archive, byte for byte, in order."""
    requests, responses = stored(home, "request"), stored(home, "response")
    for path in {e.path for e in site.log} - set(but):
        log, url = site.of(path), site.root + path
        assert [block for block, _ in requests[url]] == [e.request for e in log], path
        kept = [block for block, _ in responses.get(url, [])]
        assert [(len(b), sha256(b).hexdigest()) for b in kept] == [(e.sent, e.digest) for e in log], (path, kept)
    assert {u.removeprefix(site.root) for u in requests} == {e.path for e in site.log}
    assert verify_home(home).problems == []


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_odd_but_whole(site: ByteSite, home: Home, profile: Write, tmp_path: Path, secure: bool) -> None:
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(tmp_path)[0])
        site.context = context
    listing(site, odd(site))
    result = run_crawl(home, profile())
    compare(site, home)
    assert len(site.of("/503.html")) == 4  # each of the tries is a record
    assert result.ads == 16


def test_redirects(site: ByteSite, home: Home, profile: Write) -> None:
    site.page("/loop.html", b"Location: /loop.html\r\n" + sized(b""), b"", b"HTTP/1.1 302 Found")
    site.page("/a.html", b"Location: /b.html\r\n" + sized(b"go"), b"go", b"HTTP/1.1 301 Moved")
    site.page("/b.html", b"Location: /c.html?x=1\r\n" + sized(b""), b"", b"HTTP/1.1 307 Temporary")
    site.page("/c.html?x=1", TYPE + sized(PAGE), PAGE)
    site.page("/to-video.html", b"Location: /video.mp4\r\n" + sized(b""), b"", b"HTTP/1.1 302 Found")
    site.page("/video.mp4", b"Content-Type: video/mp4\r\n" + sized(b"v" * 5000), b"v" * 5000)
    listing(site, ["/loop.html", "/a.html", "/to-video.html"])
    result = run_crawl(home, profile())
    compare(site, home, but=("/video.mp4",))
    assert len(site.of("/loop.html")) == 11 and result.counts["refused_types"] == 1
    [(video, headers)] = stored(home, "response")[site.root + "/video.mp4"]
    assert video == site.of("/video.mp4")[0].start.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert headers["WARC-Truncated"] == "unspecified"
    metas = {e.body["capture"]["url"]: e.body["meta"] for e in Archive(home).journal.entries("capture")}
    reached = metas[site.root + "/c.html?x=1"]
    assert (reached["asked"], reached["redirected-from"]) == (site.root + "/a.html", site.root + "/b.html")


def test_broken_in_the_middle(site: ByteSite, home: Home, profile: Write) -> None:
    begun = b"HTTP/1.1 200 OK\r\n" + TYPE
    site.page("/too-short.html", TYPE + b"Content-Length: 5000\r\n", PAGE)
    site.routes["/chunk-cut.html"] = lambda: [begun + b"Transfer-Encoding: chunked\r\n\r\n", chunks(PAGE)[:-20]]
    site.routes["/bad-chunk.html"] = lambda: [begun + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcdeXX\r\n"]
    site.routes["/two-lengths.html"] = lambda: [begun + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n"]
    site.routes["/stops.html"] = lambda: [begun + b"Content-Length: 5000\r\n\r\n" + PAGE, 4.0]
    site.routes["/half-head.html"] = lambda: [begun + b"X-Half"]
    site.routes["/no-http.html"] = lambda: [b"SSH-2.0-OpenSSH_9\r\n"]
    site.routes["/silent.html"] = lambda: []
    broken = list(site.routes)
    site.closing.update(broken)
    listing(site, [*broken, site.page("/fine.html", TYPE + sized(PAGE), PAGE)])
    result = run_crawl(home, patient(profile(together=8), 1.5))
    unanswered = ("/half-head.html", "/no-http.html", "/silent.html")
    compare(site, home, but=unanswered)
    assert result.failures == len(broken) and result.ads == 1
    responses, requests = stored(home, "response"), stored(home, "request")
    cut = {
        path: {h["WARC-Truncated"] for _, h in responses[site.root + path]} for path in broken if path not in unanswered
    }
    assert cut.pop("/stops.html") == {"time"}
    assert set(map(frozenset, cut.values())) == {frozenset({"disconnect"})}
    for path in unanswered:
        assert site.root + path not in responses
        assert {block for block, _ in requests[site.root + path]} == {e.request for e in site.of(path)}
        assert len(requests[site.root + path]) + sent_again(home, site.root + path) == len(site.of(path))
    about = stored(home, "metadata")[site.root + "/half-head.html"][0][0]
    assert b"received-base64: " in about and b"failure: broken" in about
    captures = {k.capture.url.removeprefix(site.root): k.damage for k in Archive(home).captures()}
    assert captures["/stops.html"] and captures["/too-short.html"] and not captures["/fine.html"]


def test_a_request_that_twisted_sends_again_is_told(site: ByteSite, home: Home, profile: Write) -> None:
    site.routes["/silent.html"] = lambda: []
    site.closing.add("/silent.html")
    listing(site, ["/silent.html"])  # over the connection that brought the list, which then closes without a word
    run_crawl(home, patient(profile(together=1), 1.5))
    asked = site.root + "/silent.html"
    assert sent_again(home, asked) >= 1
    assert len(stored(home, "request")[asked]) + sent_again(home, asked) == len(site.of("/silent.html"))


def sent_again(home: Home, url: str) -> int:
    """Sendings of a request beyond its first, as its metadata records state them."""
    told = [re.search(rb"(?m)^sent: (\d+) times", block) for block, _ in stored(home, "metadata")[url]]
    return sum(int(found[1]) - 1 for found in told if found)


ODD_STATUS = {
    b"HTTP/1.1 99 Odd": 99,
    b"HTTP/1.1 1000 Odd": 0,
    b"HTTP/1.1 +200 OK": 0,
    b"HTTP/1.1 -1 Minus": 0,
    b"HTTP/1.1 2_00 OK": 0,
    b"HTTP/1.1 " + b"9" * 4000: 0,
    b"HTTP/1.1 600 \xe9\xff": 600,
    b"http/9.9 200 OK": 200,
    b"ICY 200 OK": None,
    b"HTTP/1.1 200OK": None,
    b"HTTP/1.1\t200 OK": None,
    b"": None,
}


def test_no_status_line_keeps_an_exchange_out_of_the_archive(site: ByteSite, home: Home, profile: Write) -> None:
    """What the HTTP library takes for a response is kept as one; anything else is a failure with its first bytes."""
    paths = {site.page(f"/{n}.html", TYPE + sized(PAGE), PAGE, line): line for n, line in enumerate(ODD_STATUS)}
    site.closing.update(paths)
    listing(site, list(paths))
    run_crawl(home, profile(together=8))
    found: dict[str, int | None] = {}
    for entry in Archive(home).journal.entries(("capture", "failure")):
        capture = entry.body.get("capture")
        found[(capture or entry.body)["url"].removeprefix(site.root)] = capture["status"] if capture else None
        assert capture or "received-base64" in entry.body["meta"]
    assert {line: found[path] for path, line in paths.items()} == ODD_STATUS
    for known in Archive(home).captures():  # and can be read again
        read = Archive(home).read(known.capture)
        assert read.status == known.capture.status and (".html" not in known.capture.url or read.body == PAGE)
    compare(site, home, but=tuple(path for path, line in paths.items() if ODD_STATUS[line] is None))


def test_more_than_was_announced(site: ByteSite, home: Home, profile: Write) -> None:
    """What lies behind the end of a response is left out, said, and never taken for the next response."""
    behind = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    site.page("/longer.html", TYPE + sized(PAGE), PAGE + behind)
    site.page("/after-chunks.html", TYPE + b"Transfer-Encoding: chunked\r\n", chunks(PAGE) + behind)
    site.routes["/interim.html"] = lambda: [
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n" + TYPE + sized(PAGE) + b"\r\n" + PAGE
    ]
    listing(site, list(site.routes))
    result = run_crawl(home, profile(together=1))
    assert result.ads == 3 and result.failures == 0
    responses, metas = stored(home, "response"), stored(home, "metadata")
    for path in ("/longer.html", "/after-chunks.html"):
        [(block, _)] = responses[site.root + path]
        assert block + behind == site.of(path)[0].start
        assert b"left-out: %d bytes" % len(behind) in metas[site.root + path][0][0]
    [(block, _)] = responses[site.root + "/interim.html"]
    assert site.of("/interim.html")[0].start.endswith(block) and block.startswith(b"HTTP/1.1 200")
    assert b"interim-responses: 1" in metas[site.root + "/interim.html"][0][0]


@pytest.mark.parametrize("size", [20, pytest.param(200, marks=pytest.mark.soak)], ids=["20 MB", "200 MB"])
def test_huge_and_endless_bodies_are_kept_to_the_limit(site: ByteSite, home: Home, profile: Write, size: int) -> None:
    noise = random.Random(1).randbytes(1 << 20)
    begun = b"HTTP/1.1 200 OK\r\n" + TYPE

    def huge() -> Pieces:
        yield begun + b"Content-Length: %d\r\n\r\n" % (size << 20)
        for _ in range(size):
            yield noise

    def endless() -> Pieces:
        yield begun + b"Transfer-Encoding: chunked\r\n\r\n"
        while True:
            yield b"100000\r\n" + noise + b"\r\n"

    site.routes |= {"/huge.html": huge, "/endless.html": endless}
    listing(site, [*site.routes, site.page("/fine.html", TYPE + sized(PAGE), PAGE)])
    result = run_crawl(home, profile(together=1))
    assert result.counts["too_big"] == 2 and result.ads == 1
    for path, frame in (("/huge.html", noise), ("/endless.html", b"100000\r\n" + noise + b"\r\n")):
        [(block, headers)] = stored(home, "response")[site.root + path]
        head, _, body = block.partition(b"\r\n\r\n")
        assert site.of(path)[0].start.startswith(head + b"\r\n\r\n") and headers["WARC-Truncated"] == "length"
        assert BODY_LIMIT < len(body) < BODY_LIMIT + (1 << 20) * 2
        assert body == (frame * (len(body) // len(frame) + 1))[: len(body)]


BOMB = 96 << 20  # bytes of blanks


def bombs() -> dict[str, bytes]:
    """A page that begins well and goes on as blanks without end, by content coding."""
    rest = bytes(BOMB)
    gzipped = gzip.compress(PAGE + rest, 1, mtime=0)
    return {
        "gzip": gzipped,
        "br": brotli.compress(PAGE + rest, quality=1),
        "zstd": zstandard.compress(PAGE + rest),
        "gzip, br": brotli.compress(gzipped, quality=1),
    }


def most_memory() -> int:
    """KiB that the largest of this process's ended children ever held."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def test_decompression_bombs_over_http_are_kept_as_sent_and_read_to_a_limit(
    site: ByteSite, home: Home, profile: Write
) -> None:
    for n, (coding, body) in enumerate(bombs().items()):
        assert len(body) < BODY_LIMIT
        site.page(f"/bomb-{n}.html", TYPE + b"Content-Encoding: %s\r\n" % coding.encode() + sized(body), body)
    before = most_memory()
    listing(site, [*site.routes, site.page("/fine.html", TYPE + sized(PAGE), PAGE)])
    result = run_crawl(home, profile(together=4))
    assert most_memory() <= max(before, 700 << 10)
    compare(site, home)
    assert result.ads >= 1
    archive = Archive(home)
    read = [archive.read(known.capture) for known in archive.captures() if "/bomb-" in known.capture.url]
    assert len(read) == 4
    for response in read:
        assert response.payload.startswith(PAGE) and len(response.payload) < BOMB and "cut at" in response.problem
