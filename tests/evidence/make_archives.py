"""Good and broken web archives of invented pages, made on the spot by warcio or by hand: nothing is stored."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGES = 5
HEAD = re.compile(rb"WARC/1\.0\r\n(?:[^\r\n]+\r\n)+\r\n")


def page(number: int) -> bytes:
    return f"<html><title>Willow Spa {number}</title><p>417-555-01{number:02d}</p></html>".encode()


def url(number: int) -> str:
    return f"http://board.example/ad/{number}?lang=en"


def warc(pages: int = PAGES, *, gz: bool = True, body: Callable[[int], bytes] = page) -> bytes:
    """A file as warcio writes it: warcinfo, then response and request for each page."""
    sink = io.BytesIO()
    writer = WARCWriter(sink, gzip=gz)
    writer.write_record(writer.create_warcinfo_record("by-others.warc.gz", {"software": "another tool"}))
    for number in range(pages):
        asked = StatusAndHeaders(f"GET /ad/{number} HTTP/1.1", [("Host", "board.example")], is_http_request=True)
        gave = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        when = {"WARC-Date": f"2025-11-{number % 28 + 1:02d}T10:00:00Z", "WARC-IP-Address": "127.0.0.1"}
        response = writer.create_warc_record(
            url(number), "response", payload=io.BytesIO(body(number)), http_headers=gave, warc_headers_dict=when
        )
        request = writer.create_warc_record(
            url(number), "request", http_headers=asked, warc_headers_dict={"WARC-Date": when["WARC-Date"]}
        )
        writer.write_request_response_pair(request, response)
    return sink.getvalue()


def arc(pages: int = PAGES) -> bytes:
    """An ARC 1.0 file."""
    version = b"1 0 Invented\nURL IP-address Archive-date Content-type Archive-length\n"
    parts = [b"filedesc://x.arc 127.0.0.1 20251101000000 text/plain %d\n%s\n" % (len(version), version)]
    for number in range(pages):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(number)
        head = f"{url(number)} 127.0.0.1 202511{number % 28 + 1:02d}100000 text/html {len(block)}\n"
        parts.append(head.encode() + block + b"\n")
    return b"".join(parts)


def wacz(inner: bytes, *, method: int = zipfile.ZIP_STORED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as packed:
        packed.writestr("datapackage.json", '{"profile": "data-package"}')
        packed.writestr("archive/data.warc.gz", inner)
        packed.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0"}\n')
    return sink.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return sink.getvalue()


def wrapped() -> dict[str, tuple[bytes, str]]:
    """name -> (bytes that are no web archive before they are unpacked, what to do)."""
    plain, packed = warc(gz=False), warc()
    return {
        "twice.warc.zst": (zstandard.compress(packed), "zstd -d"),
        "one.warc.bz2": (bz2.compress(plain), "bzip2 -d"),
        "one.warc.xz": (lzma.compress(plain), "xz -d"),
        "twice.warc.gz": (gzip.compress(packed), "gzip -d"),
        "many.wacz": (zipped({"a.wacz": zipped({"archive/x.warc.gz": packed})}), "import each"),
        "other.zip": (zipped({"notes.txt": b"WARC"}), "zip without a web archive"),
    }


def zstd(records: list[bytes], dictionary: bytes = b"", *, packed: bool = False) -> bytes:
    """A frame for each record, behind one that other programs skip, with the dictionary if there is one."""
    using = {"dict_data": zstandard.ZstdCompressionDict(dictionary)} if dictionary else {}
    frames = [zstandard.ZstdCompressor(write_checksum=True, **using).compress(record) for record in records]
    kept = zstandard.compress(dictionary) if packed else dictionary
    first = b"\x5d\x2a\x4d\x18" + len(kept).to_bytes(4, "little") + kept if dictionary else b""
    return first + b"".join(frames)


def parts(plain: bytes) -> list[bytes]:
    """The records of a plain file."""
    return [b"WARC/1.0" + record for record in plain.split(b"WARC/1.0")[1:]]


def good() -> dict[str, bytes]:
    """Files that must import wholly: five captures each, no bytes lost."""
    plain, packed = warc(gz=False), warc()
    return {
        "plain.warc": plain,
        "records.warc.gz": packed,
        "whole.warc.gz": gzip.compress(plain),
        "blocks.warc.gz": b"".join(gzip.compress(plain[n : n + 700]) for n in range(0, len(plain), 700)),
        "plain.arc": arc(),
        "whole.arc.gz": gzip.compress(arc()),
        "stored.wacz": wacz(packed),
        "deflated.wacz": wacz(packed, method=zipfile.ZIP_DEFLATED),
        "plain-inside.wacz": wacz(plain, method=zipfile.ZIP_DEFLATED),
        "mixed.warc": plain + packed,
        "records.warc.zst": zstd(parts(plain)),
        "whole.warc.zst": zstd([plain]),
        "dictionary.warc.zst": zstd(parts(plain), page(7) * 20),
        "packed-dictionary.warc.zst": zstd(parts(plain), page(7) * 20, packed=True),
        "zstd-inside.wacz": zipped({"archive/data.warc.zst": zstd(parts(plain))}),
        "old-draft.warc": plain.replace(b"WARC/1.0\r\n", b"WARC/0.9\r\n"),
        "newline-headers.warc": re.sub(HEAD, lambda head: head[0].replace(b"\r\n", b"\n"), plain),
        "lower-case.warc": plain.replace(b"WARC-Type", b"warc-type").replace(b"Content-Length", b"CONTENT-LENGTH"),
        "folded.warc": plain.replace(b"WARC-Date: ", b"WARC-Date:\r\n "),
        "deep.wacz": zipped({"a/b/archive/DATA.WARC.GZ": packed}),
    }


def broken() -> dict[str, tuple[bytes, int, str]]:
    """name -> (bytes, captures that must come out, property that must be named)."""
    plain, packed = warc(gz=False), warc()
    middle = plain.index(b"WARC/1.0", plain.index(b"Willow Spa 2") - 900)
    length = plain.index(b"Content-Length: ", plain.index(b"Willow Spa 2") - 400)
    number = plain[length + 16 : plain.index(b"\r", length)]
    after = plain[length + 16 + len(number) :]
    members = packed.split(b"\x1f\x8b\x08")[1:]
    torn = b"\x1f\x8b\x08" + members[5][:-20]
    frames = [zstd([record]) for record in parts(plain)]
    zipped = wacz(packed)
    return {
        "too-long.warc": (plain[: length + 16] + b"9999" + after, PAGES, "Content-Length"),
        "too-short.warc": (plain[: length + 16] + b"60" + after, PAGES, "Content-Length"),
        "no-number.warc": (plain[: length + 16] + b"abc" + after, PAGES, "Content-Length"),
        "no-length.warc": (plain[:length] + b"X-Other: " + plain[length + 16 :], PAGES, "Content-Length"),
        "rubbish-between.warc": (plain[:middle] + b"rubbish\n" * 40 + plain[middle:], PAGES, "record start"),
        "rubbish-before.warc.gz": (b"rubbish" * 50 + packed, PAGES, "record start"),
        "rubbish-after.warc.gz": (packed + b"rubbish" * 50, PAGES, "record start"),
        "no-length-at-all.warc": (plain[: length + 16] + b"9" * 20 + after, PAGES, "Content-Length"),
        "newlines-only.warc": (plain.replace(b"\r\n", b"\n"), PAGES, "record end"),
        "later-version.warc": (plain.replace(b"WARC/1.0\r\n", b"WARC/2.0\r\n"), PAGES, "version"),
        "zeros-at-end.warc": (plain + bytes(512), PAGES, "record start"),
        "altered.warc": (plain.replace(b"417-555-0102", b"417-555-0199"), PAGES, "WARC-Payload-Digest"),
        "cut.warc": (plain[: plain.index(b"Willow Spa 4") + 5], PAGES, "whole record"),
        "cut.warc.gz": (packed[:-1000], PAGES - 1, "gzip member"),
        "member-cut.warc.gz": (
            b"".join(b"\x1f\x8b\x08" + m for m in members[:5])
            + torn
            + b"".join(b"\x1f\x8b\x08" + m for m in members[6:]),
            PAGES,
            "gzip member",
        ),
        "cut.warc.zst": (b"".join(frames)[:-300], PAGES - 1, "zstd"),
        "frame-cut.warc.zst": (b"".join([*frames[:5], frames[5][:-40], *frames[6:]]), PAGES - 1, "zstd"),
        "rubbish-after.warc.zst": (b"".join(frames) + b"rubbish" * 50, PAGES, "zstd"),
        "no-date.warc": (plain.replace(b"WARC-Date: 2025-11-03", b"WARC-Date: yesterday", 1), PAGES - 1, "WARC-Date"),
        "no-directory.wacz": (zipped[: zipped.index(b"PK\x01\x02")], PAGES, "zip"),
        "cut.wacz": (zipped[: len(zipped) // 2], 1, "zip"),
    }


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
