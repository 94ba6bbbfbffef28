"""Good and broken web archives of invented pages, made on the spot by warcio or by hand: nothing is stored."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGES = 5


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
    zipped = wacz(packed)
    return {
        "too-long.warc": (plain[: length + 16] + b"9999" + after, PAGES, "Content-Length"),
        "too-short.warc": (plain[: length + 16] + b"60" + after, PAGES, "Content-Length"),
        "no-number.warc": (plain[: length + 16] + b"abc" + after, PAGES, "Content-Length"),
        "no-length.warc": (plain[:length] + b"X-Other: " + plain[length + 16 :], PAGES, "Content-Length"),
        "rubbish-between.warc": (plain[:middle] + b"rubbish\n" * 40 + plain[middle:], PAGES, "record start"),
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
        "no-date.warc": (plain.replace(b"WARC-Date: 2025-11-03", b"WARC-Date: yesterday", 1), PAGES - 1, "WARC-Date"),
        "no-directory.wacz": (zipped[: zipped.index(b"PK\x01\x02")], PAGES, "zip"),
        "cut.wacz": (zipped[: len(zipped) // 2], 1, "zip"),
    }


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
