"""Take WARC and ARC records out of a buffer, leniently: what is wrong is named, what is readable is kept."""

from __future__ import annotations

import base64
import binascii
import hashlib
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Buffer = bytes | mmap.mmap
WARC_START = re.compile(rb"WARC/\d")
ARC_LINE = re.compile(
    rb"(?P<url>(?:filedesc|https?|ftp|dns|warcinfo|whois)[^\s\x00]*:[^\n\r\x00]{1,8192}?) "
    rb"(?P<ip>[0-9A-Fa-f.:]{3,45}|-) "
    rb"(?P<date>\d{8,20}) (?P<type>[^\r\n\x00]{0,200}?) (?:\S+ \S+ \S+ \S+ \S+ )?(?P<length>\S{1,20})\r?\n"
)
WARC_LINE = rb"(?=WARC/\d\.\d{1,2}\r?\n)"
NEXT_RECORD = re.compile(  # behind a line, a stretch of zeros, a byte order mark
    rb"(?:\A|[\n\x00]|\xef\xbb\xbf)"
    + WARC_LINE
    + rb"|[\n\x00](?=(?:https?|dns|ftp)://?[^\s\x00]{1,4096} [0-9A-Fa-f.:-]{1,45} \d{8,20} \S* )"
)
BEFORE_RECORD = re.compile(rb"\r?\n\r?\n" + WARC_LINE)
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
HEADER_LIMIT = 1024 * 1024
TYPES = {"warcinfo", "response", "request", "metadata", "resource", "revisit", "conversion", "continuation"}
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TO_INT = str.maketrans(BASE32, "0123456789ABCDEFGHIJKLMNOPQRSTUV")
DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512, "md5": hashlib.md5}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a record or between records. `lost` is True when bytes could not be read as a record."""

    prop: str
    detail: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """One record in a buffer: `start` to `end` with its separator, or a stretch that is no record (kind "junk")."""

    format: Literal["warc", "arc", "junk"]
    start: int
    end: int
    headers: dict[str, str]  # names in lower case; ARC lines are given WARC names
    block_start: int
    block_end: int
    faults: tuple[Fault, ...] = ()

    @property
    def type(self) -> str:
        return self.headers.get("warc-type", "")

    @property
    def url(self) -> str:
        return self.headers.get("warc-target-uri", "")


def at_record(buffer: Buffer, position: int) -> bool:
    """Whether a WARC or ARC record begins here."""
    return bool(WARC_START.match(buffer, position) or ARC_LINE.match(buffer, position))


def scan(buffer: Buffer, start: int, end: int, stop: re.Pattern[bytes] | None = None) -> Iterator[Span]:
    """Records from `start` to `end`, in order; stretches that are no record come as "junk".

    `stop` ends the scan where it matches at a record boundary (a gzip member after plain records).
    """
    position = start
    while position < end:
        position = _skip_newlines(buffer, position, end)
        if position >= end or (stop is not None and stop.match(buffer, position)):
            return
        if WARC_START.match(buffer, position):
            span = _warc(buffer, position, end)
        elif line := ARC_LINE.match(buffer, position, end):
            span = _arc(buffer, line, end)
        else:
            following = _next_record(buffer, position + 1, end)
            detail = f"{following - position} bytes that are no record"
            span = Span("junk", position, following, {}, position, following, (Fault("record start", detail, True),))
        yield span
        position = span.end


def _skip_newlines(buffer: Buffer, position: int, end: int) -> int:
    while position < end and buffer[position] in b"\r\n":
        position += 1
    return position


def _next_record(buffer: Buffer, position: int, end: int) -> int:
    found = NEXT_RECORD.search(buffer, max(0, position - 1), end)
    while found and found.end() < position:
        found = NEXT_RECORD.search(buffer, found.end() + 1, end)
    return found.end() if found else end


def _warc(buffer: Buffer, start: int, end: int) -> Span:
    close = END_OF_HEADERS.search(buffer, start, min(end, start + HEADER_LIMIT))
    if close is None:
        following = _next_record(buffer, start + 1, end)
        fault = Fault("WARC header", "the header has no end", True)
        return Span("junk", start, following, {}, start, following, (fault,))
    headers, faults = _headers(bytes(buffer[start : close.start()]))
    block_start = close.end()
    block_end, after, length_faults = _block_end(buffer, block_start, end, headers.get("content-length"))
    faults += length_faults
    faults += _header_faults(headers)
    return Span("warc", start, after, headers, block_start, block_end, tuple(faults))


def _headers(head: bytes) -> tuple[dict[str, str], list[Fault]]:
    headers: dict[str, str] = {}
    faults: list[Fault] = []
    lines = re.split(rb"\r?\n", head)
    if not re.fullmatch(rb"WARC/(0\.\d{1,2}|1\.[01])", lines[0]):
        faults.append(Fault("version", f"unknown version line {lines[0][:40]!r}"))
    name = ""
    for raw in lines[1:]:
        line = _text(raw)
        if line[:1] in {" ", "\t"} and name:
            headers[name] = f"{headers[name]} {line.strip()}".strip()
            continue
        left, colon, value = line.partition(":")
        if not colon:
            faults.append(Fault("WARC header", f"not a header line: {line[:80]!r}"))
            continue
        name = left.strip().lower()
        if name in headers and name != "warc-concurrent-to":
            faults.append(Fault("WARC header", f"{left} is given twice"))
        headers[name] = f"{headers[name]} {value.strip()}" if name in headers else value.strip()
    return headers, faults


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _block_end(buffer: Buffer, start: int, end: int, length: str | None) -> tuple[int, int, list[Fault]]:
    """Where the block ends and the next record may begin; a wrong Content-Length is healed by the next record."""
    if length is not None and length.isascii() and length.isdigit() and len(length) < 16:
        stated = start + int(length)
        if stated <= end:
            if buffer[stated : stated + 4] == b"\r\n\r\n":
                return stated, _skip_newlines(buffer, stated, end), []
            after = _skip_newlines(buffer, stated, end)
            if after == end or at_record(buffer, after):
                return stated, after, [Fault("record end", "the record is not followed by two empty lines")]
        problem = f"Content-Length {length} is wrong"
    else:
        stated, problem = -1, f"Content-Length {'is missing' if length is None else f'{length[:40]!r} is no number'}"
    found = BEFORE_RECORD.search(buffer, start, end)
    if found:
        return (
            found.start(),
            found.end(),
            [Fault("Content-Length", f"{problem}: the block has {found.start() - start} bytes")],
        )
    close = re.compile(rb"\r?\n\r?\n\Z").search(buffer, max(start, end - 4), end)
    real = close.start() if close else end
    if stated > end:
        cut = Fault("whole record", f"cut short: {real - start} of {length} bytes of its block are there")
        return real, end, [cut]
    return real, end, [Fault("Content-Length", f"{problem}: the block has {real - start} bytes")]


def _header_faults(headers: dict[str, str]) -> list[Fault]:
    faults = [
        Fault("WARC header", f"{name} is missing") for name in _required(headers) if not headers.get(name.lower())
    ]
    if (kind := headers.get("warc-type", "")) not in TYPES:
        faults.append(Fault("WARC-Type", f"unknown type {kind[:40]!r}"))
        headers["warc-type"] = kind.lower() if kind.lower() in TYPES else kind
    if number := headers.get("warc-segment-number"):
        faults.append(Fault("WARC-Segment-Number", f"segment {number[:20]} of a longer record: the body is not whole"))
    if (date := headers.get("warc-date")) and parse_date(date) is None:
        faults.append(Fault("WARC-Date", f"not a date: {date[:40]!r}"))
    url = headers.get("warc-target-uri", "")
    if url.startswith("<") and url.endswith(">"):
        faults.append(Fault("WARC-Target-URI", "written in angle brackets"))
        headers["warc-target-uri"] = url = url[1:-1]
    if " " in url or not url.isprintable():
        faults.append(Fault("WARC-Target-URI", "holds spaces or unprintable characters"))
    return faults


def _required(headers: dict[str, str]) -> tuple[str, ...]:
    always = ("WARC-Type", "WARC-Record-ID", "WARC-Date")
    addressed = headers.get("warc-type") in {"response", "request", "resource", "revisit", "conversion"}
    return (*always, "WARC-Target-URI") if addressed else always


def _arc(buffer: Buffer, line: re.Match[bytes], end: int) -> Span:
    faults = []
    date, length = line["date"].decode(), line["length"].decode("latin-1")
    if len(date) != 14:
        faults.append(Fault("date", f"not fourteen digits: {date}"))
    start, stated = line.end(), line.end() + int(length) if length.isdigit() and len(length) < 16 else -1
    is_well_ended = stated >= 0 and stated <= end and (stated == end or buffer[stated : stated + 1] in {b"\n", b"\r"})
    if is_well_ended or (0 <= stated < end and at_record(buffer, stated)):
        block_end = stated
    else:
        block_end = _next_record(buffer, start, end)
        block_end -= 1 if block_end < end or buffer[block_end - 1 : block_end] == b"\n" else 0
        block_end = max(start, block_end)
        faults.append(_arc_length_fault(length, stated, end, block_end - start))
    headers = {
        "warc-type": "warcinfo" if line["url"].startswith((b"filedesc", b"warcinfo")) else "response",
        "warc-target-uri": _text(line["url"]),
        "warc-ip-address": _text(line["ip"]),
        "warc-date": date,
        "content-type": _text(line["type"]),
    }
    if parse_date(date) is None:
        faults.append(Fault("date", f"not a date: {date}"))
    after = _skip_newlines(buffer, block_end, end)
    return Span("arc", line.start(), after, headers, start, block_end, tuple(faults))


def _arc_length_fault(length: str, stated: int, end: int, found: int) -> Fault:
    if stated > end:
        return Fault("whole record", f"cut short: {found} of {length} bytes are there")
    return Fault("length", f"length {length!r} is wrong: {found} bytes up to the next record")


def parse_date(text: str) -> datetime | None:
    """A WARC-Date (any precision) or ARC date (8 or more digits), in UTC; None when it is neither."""
    try:
        if text.isdigit():
            return datetime.strptime(text[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        short = {4: "-01-01T00:00:00Z", 7: "-01T00:00:00Z", 10: "T00:00:00Z"}.get(len(text), "")
        text = re.sub(r"(\.\d{6})\d+", r"\1", text + short)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def digest_fault(stated: str, data: bytes, prop: str) -> Fault | None:
    """What is wrong with a labelled digest ("sha1:…", base32, base64 or hex), or None when it holds."""
    name, _, value = stated.partition(":")
    algorithm = DIGESTS.get(name.strip().lower().replace("-", ""))
    if algorithm is None:
        return Fault(prop, f"unknown algorithm {name[:20]!r}: not checked")
    raw, value = algorithm(data).digest(), value.strip()
    if value.lower() == raw.hex() or _is_base32(value, raw):
        return None
    try:
        if base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True) == raw:
            return None
    except (binascii.Error, ValueError):
        pass
    return Fault(prop, f"{name} does not match the content")


def _is_base32(text: str, raw: bytes) -> bool:
    """Whether base32 text stands for these bytes; by way of int(), ten times as fast as base64.b32decode."""
    text = text.rstrip("=").upper()
    surplus = len(text) * 5 - len(raw) * 8
    if not 0 <= surplus < 5 or text.strip(BASE32):
        return False
    return int(text.translate(TO_INT), 32) == int.from_bytes(raw, "big") << surplus
