"""What was received comes back; strangers' tools read it; a crash loses nothing complete."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
import zstandard
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from pipeline.errors import EvidenceBroken, NotAllowed, NotFound
from pipeline.evidence.archive import Archive
from pipeline.evidence.warc.writing import Exchange, Failure
from pipeline.home import Home
from pipeline.model import Capture

Make = Callable[..., Exchange]


def crawl(home: Home, exchanges: list[Exchange], site: str = "board") -> tuple[Archive, list[Capture]]:
    archive = Archive(home)
    archive.recover()
    crawl_id = archive.begin_crawl(site, {"robots": "obeyed"})
    captures = [archive.write(site, crawl_id, e) for e in exchanges]
    archive.end_crawl(crawl_id, {"pages": len(captures)}, True, [])
    return archive, captures


def warc_paths(home: Home) -> list[Path]:
    return sorted((home.archive / "warc").glob("*/*/*.warc.gz"))


def test_what_was_received_comes_back(home: Home, exchange: Make) -> None:
    sent = exchange(1, certificate=b"\x30\x82odd")
    archive, [capture] = crawl(home, [sent])
    response = archive.read(capture)
    assert (response.status, response.headers) == (200, list(sent.response_headers))
    assert (response.body, response.payload, response.problem) == (sent.body, sent.body, "")
    assert capture.url == sent.url
    assert capture.captured_at == sent.received_at
    assert capture.content_type == "text/html; charset=utf-8"
    assert [k.capture for k in archive.captures()] == [capture]
    [(seq, known)] = [tuple(k) for k in archive.captures()]
    assert known == capture
    assert list(archive.captures(after_seq=seq)) == []


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        (b"gzip", gzip.compress),
        (b"deflate", zlib.compress),
        (b"deflate", lambda b: zlib.compress(b)[2:-4]),
        (b"br", brotli.compress),
        (b"zstd", zstandard.ZstdCompressor().compress),
        (b"gzip, br", lambda b: brotli.compress(gzip.compress(b))),
    ],
)
def test_content_codings_are_decoded_for_reading_only(
    home: Home, exchange: Make, coding: bytes, pack: Callable[[bytes], bytes]
) -> None:
    page = b"<html>" + b"open late " * 500
    sent = exchange(1, body=pack(page), response_headers=[(b"Content-Encoding", coding)])
    archive, [capture] = crawl(home, [sent])
    response = archive.read(capture)
    assert (response.body, response.payload, response.problem) == (sent.body, page, "")
    broken = sent._replace(body=sent.body[: len(sent.body) // 2])
    archive, [capture] = crawl(home, [broken])
    assert archive.read(capture).problem


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        (b"gzip", lambda data: gzip.compress(data, 9)),
        (b"br", lambda data: brotli.compress(data, quality=4)),
        (b"gzip, br", lambda data: brotli.compress(gzip.compress(data, 9), quality=4)),
    ],
)
def test_a_decompression_bomb_is_bounded(
    home: Home, exchange: Make, coding: bytes, pack: Callable[[bytes], bytes]
) -> None:
    bomb = pack(bytes(200 * 1024 * 1024))
    archive, [capture] = crawl(home, [exchange(1, body=bomb, response_headers=[(b"Content-Encoding", coding)])])
    response = archive.read(capture)
    assert len(response.payload) == 64 * 1024 * 1024
    assert "cut at" in response.problem


@pytest.mark.parametrize(
    ("stored", "payload"),
    [
        (b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n", b"hello world"),
        (b"<html>already joined</html>", b"<html>already joined</html>"),
        (b"5\r\nhello\r\nrest without a size", b"hellorest without a size"),
        (b"", b""),
    ],
)
def test_chunks_are_joined_where_there_are_chunks(home: Home, exchange: Make, stored: bytes, payload: bytes) -> None:
    sent = exchange(1, body=stored, response_headers=[(b"Transfer-Encoding", b"chunked")])
    archive, [capture] = crawl(home, [sent])
    assert archive.read(capture).payload == payload


def test_other_tools_read_every_record(home: Home, exchange: Make) -> None:
    crawl(home, [exchange(n, certificate=b"DER") for n in range(3)])
    [path] = warc_paths(home)
    with path.open("rb") as stream:
        records = ArchiveIterator(stream, check_digests="raise")
        seen = [(r.rec_type, r.rec_headers, r.content_stream().read()) for r in records]
    assert [kind for kind, _, _ in seen] == ["warcinfo", *["request", "response", "metadata"] * 3]
    assert seen[2][2] == exchange(0).body
    for _, headers, _ in seen:
        assert headers.protocol == "WARC/1.1"
        assert len(headers["WARC-Date"]) == len("2026-03-01T12:00:00.123456Z")
    ids = {kind: headers["WARC-Record-ID"] for kind, headers, _ in seen[1:4]}
    assert seen[1][1]["WARC-Concurrent-To"] == ids["response"]
    assert seen[2][1]["WARC-Concurrent-To"] == ids["request"]
    assert seen[3][1]["WARC-Concurrent-To"] == ids["response"]
    assert seen[1][2] == b""
    assert seen[2][1]["WARC-Target-URI"] == "http://ads.example/post/0?a=1&b=%C3%A9"
    assert seen[2][1]["WARC-IP-Address"] == "127.0.0.1"
    assert b"why: listed on page 1\r\n" in seen[3][2]
    assert base64.b64encode(b"DER") in seen[3][2]
    with path.open("rb") as stream:
        fast = [r.verify_block_digest() for r in FastIterator(stream, parse_http=False)]
    assert fast == [True] * 10


def test_the_journal_names_every_byte_of_a_file(home: Home, exchange: Make) -> None:
    archive, _ = crawl(home, [exchange(n) for n in range(4)])
    [path] = warc_paths(home)
    records = [r for e in archive.journal.entries(("warc_file", "capture")) for r in e.body["records"]]
    position = 0
    for record in records:
        assert record["offset"] == position
        position += record["length"]
    assert position == path.stat().st_size


def test_record_bytes_are_the_members_as_stored(home: Home, exchange: Make) -> None:
    archive, captures = crawl(home, [exchange(n) for n in range(3)])
    [path] = warc_paths(home)
    stored = archive.record_bytes(captures[1])
    assert stored in path.read_bytes()
    text = gzip.decompress(stored)
    assert [text.count(b"WARC-Type: " + kind) for kind in (b"request", b"response", b"metadata")] == [1, 1, 1]


def test_a_failed_fetch_is_a_record(home: Home, exchange: Make) -> None:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    asked = exchange(1)
    gone = Failure(
        asked.url,
        "GET",
        asked.request_headers,
        b"",
        "timeout",
        "no answer in 30 s",
        asked.started_at,
        asked.received_at,
    )
    archive.write_failure("board", crawl_id, gone)
    archive.write_failure("board", crawl_id, replace(gone, reason="robots", sent=False))
    archive.end_crawl(crawl_id, {}, False, ["2 of 2 fetches failed"])
    with warc_paths(home)[0].open("rb") as stream:
        kinds = [(r.rec_type, r.content_stream().read()) for r in ArchiveIterator(stream, check_digests="raise")]
    assert [k for k, _ in kinds] == ["warcinfo", "request", "metadata", "metadata"]
    assert b"failure: timeout" in kinds[2][1]
    assert [e.body["reason"] for e in archive.journal.entries("failure")] == ["timeout", "robots"]
    assert list(archive.captures()) == []
    assert archive.last_crawl("board") is None


def test_files_roll_at_a_size_and_never_share_a_name(home: Home, exchange: Make) -> None:
    archive = Archive(home, roll_at=1500)
    crawl_id = archive.begin_crawl("board", {})
    captures = [archive.write("board", crawl_id, exchange(n)) for n in range(8)]
    archive.end_crawl(crawl_id, {}, True, [])
    assert len(warc_paths(home)) > 2
    assert [archive.read(c).body for c in captures] == [exchange(n).body for n in range(8)]


def test_last_crawl_and_captured_since(home: Home, exchange: Make) -> None:
    archive, captures = crawl(home, [exchange(n) for n in range(4)])
    info = archive.last_crawl("board")
    assert info is not None
    assert info.counts == {"pages": 4}
    assert info.started_at <= info.finished_at
    assert archive.last_crawl("boar") is None
    assert archive.captured_since("board", captures[2].captured_at) == {c.url for c in captures[2:]}
    assert archive.captured_since("other", datetime(2000, 1, 1, tzinfo=UTC)) == set()


def test_a_held_capture_cannot_be_read_until_released(home: Home, exchange: Make) -> None:
    archive, [first, second] = crawl(home, [exchange(1), exchange(2)])
    archive.block(first.capture_id, "suspected minor")
    archive.block(first.capture_id, "again")
    other = Archive(home)
    for reader in (archive, other):
        with pytest.raises(NotAllowed):
            reader.read(first)
        with pytest.raises(NotAllowed):
            reader.record_bytes(first)
        assert reader.read(second).status == 200
    archive.unblock(first.capture_id, "reviewed by two")
    assert other.read(first).status == 200
    assert [e.kind for e in archive.journal.entries(("block", "unblock"))] == ["block", "unblock"]
    with pytest.raises(NotFound):
        archive.block("no-such-capture", "why")


def test_an_altered_body_is_not_handed_out(home: Home, exchange: Make) -> None:
    archive, [capture] = crawl(home, [exchange(1)])
    with pytest.raises(EvidenceBroken):
        archive.read(replace(capture, sha256="0" * 64))
    with pytest.raises(EvidenceBroken):
        archive.read(replace(capture, offset=capture.offset + 5))


@pytest.mark.parametrize("site", ["../x", "a/b", "", ".hidden"])
def test_a_site_id_cannot_leave_the_archive(home: Home, site: str) -> None:
    with pytest.raises(ValueError, match="site id"):
        Archive(home).begin_crawl(site, {})
