"""From an HTTP block to text bytes: status line, headers, transfer and content coding, each within a bound."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

import brotli
import zstandard

LIMIT = 64 * 1024 * 1024
STATUS_LINE = re.compile(rb"(HTTP/\d+(?:\.\d+)?)[ \t]+([+-]?\d[\d_]*)(?:[ \t]+([^\r\n]*))?\r?\n?", re.IGNORECASE)
HEAD_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A response as stored. `whole_head` is False when the header block has no end."""

    protocol: str
    status: int
    reason: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    whole_head: bool = True

    def header(self, name: bytes) -> bytes:
        """First value of a header, b"" when absent; names are compared without case."""
        return next((v for n, v in self.headers if n.lower() == name), b"")


def parse_http(block: bytes) -> HttpMessage | None:
    """A response block taken apart, or None when it does not begin with an HTTP status line."""
    start = STATUS_LINE.match(block)
    if start is None:
        return None
    head_end = HEAD_END.search(block, max(0, start.end() - 2))
    head, body = (block[: head_end.start()], block[head_end.end() :]) if head_end else (block, b"")
    headers: list[tuple[bytes, bytes]] = []
    for line in head[start.end() :].splitlines() if len(head) > start.end() else []:
        name, colon, value = line.partition(b":")
        if line[:1] in b" \t" and headers and line:
            headers[-1] = (headers[-1][0], headers[-1][1] + b" " + line.strip())
        elif colon:
            headers.append((name.strip(), value.strip()))
    protocol, reason = start[1].decode(), (start[3] or b"").decode("latin-1")
    return HttpMessage(protocol, status_of(start[2]), reason, headers, body, head_end is not None)


def status_of(number: bytes) -> int:
    """The status that a status line states; what cannot be one ("+200", "1000", a page of nines) counts as 0."""
    return int(number) if number.isdigit() and len(number) <= 3 else 0


def read_message(block: bytes, content_type: str, *, bare: bool = False) -> HttpMessage:
    """The response in a record's block; a page stored without its HTTP exchange (`bare`) as one of status 0.

    `content_type` is the record's own, for that case.
    """
    message = None if bare else parse_http(block)
    if message is not None:
        return message
    return HttpMessage("", 0, "", [(b"Content-Type", content_type.encode("latin-1", "replace"))], block)


def decode_payload(message: HttpMessage, limit: int = LIMIT) -> tuple[bytes, str]:
    """The body without transfer and content coding, at most `limit` bytes, and what went wrong ("" when nothing).

    What could be decoded before a fault is returned. A body that is not coded as its headers say is returned as it is.
    """
    body, problems = message.body, []
    if b"chunked" in message.header(b"transfer-encoding").lower():
        body = _dechunk(body)
    codings = b",".join(v for n, v in message.headers if n.lower() == b"content-encoding").decode("latin-1")
    for coding in reversed([c.strip().lower() for c in codings.split(",") if c.strip()]):
        body, problem = _decode(body, coding, limit)
        if problem:
            problems.append(problem)
            break
    if len(body) > limit:
        body = body[:limit]
        problems.append(f"cut at {limit} bytes")
    return body, "; ".join(problems)


def _dechunk(body: bytes) -> bytes:
    """Chunks joined; what follows a broken chunk is kept; a body without chunks comes back whole."""
    parts: list[bytes] = []
    position = 0
    while match := re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n").match(body, position):
        size = int(match[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[match.end() : match.end() + size])
        position = match.end() + size
        position += (
            2 if body[position : position + 2] == b"\r\n" else 1 if body[position : position + 1] == b"\n" else 0
        )
    return b"".join([*parts, body[position:]])


def _decode(body: bytes, coding: str, limit: int) -> tuple[bytes, str]:
    if coding == "identity" or not body:
        return body, ""
    try:
        if coding in {"gzip", "x-gzip"}:
            return _inflate(body, 31, limit) if body[:2] == b"\x1f\x8b" else (body, "not gzip as its header says")
        if coding == "deflate":
            return _inflate(body, 15 if body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0 else -15, limit)
        if coding == "br":
            return _brotli(body, limit)
        if coding == "zstd":
            return _zstd(body, limit)
    except (brotli.error, zstandard.ZstdError, IndexError, ValueError) as error:
        return body, f"{coding} cannot be decoded: {error}"
    return body, f"unknown content coding {coding!r}"


def _bounded(data: bytes, limit: int) -> tuple[bytes, str]:
    return (data[:limit], f"cut at {limit} bytes") if len(data) > limit else (data, "")


def _brotli(body: bytes, limit: int) -> tuple[bytes, str]:
    reader = brotli.Decompressor()
    parts: list[bytes] = []
    size, position = 0, 0
    while not reader.is_finished() and (position < len(body) or not reader.can_accept_more_data()):
        chunk = body[position : position + 4096] if reader.can_accept_more_data() else b""
        position += len(chunk)
        try:
            parts.append(reader.process(chunk, output_buffer_limit=1 << 20))
        except brotli.error as error:
            if not parts:
                raise
            return b"".join(parts), f"br ends early: {error}"
        if (size := size + len(parts[-1])) > limit:
            return _bounded(b"".join(parts), limit)
    return b"".join(parts), "" if reader.is_finished() else "br ends early"


def _zstd(body: bytes, limit: int) -> tuple[bytes, str]:
    """Frames one after another. Small steps: 4 bytes can stand for 128 KB."""
    parts: list[bytes] = []
    size, rest = 0, body
    while rest:
        reader = zstandard.ZstdDecompressor().decompressobj()
        for start in range(0, len(rest), 512):
            parts.append(reader.decompress(rest[start : start + 512]))
            if (size := size + len(parts[-1])) > limit:
                return _bounded(b"".join(parts), limit)
            if reader.eof:
                rest = reader.unused_data + rest[start + 512 :]
                break
        else:
            return b"".join(parts), "zstd ends early"
    return b"".join(parts), ""


def _inflate(body: bytes, wbits: int, limit: int) -> tuple[bytes, str]:
    """All gzip members or one deflate stream, up to the limit or the first fault."""
    parts, size, rest = [], 0, body
    while rest:
        reader = zlib.decompressobj(wbits)
        for start in range(0, len(rest), 16384):
            try:
                parts.append(reader.decompress(rest[start : start + 16384], limit + 1 - size))
            except zlib.error as error:
                return b"".join(parts), f"compressed body ends early: {error}"
            if (size := size + len(parts[-1])) > limit:
                return _bounded(b"".join(parts), limit)
            if reader.eof:
                rest = reader.unused_data + rest[start + 16384 :]
                break
        else:
            return b"".join(parts), "compressed body ends early"
        if wbits != 31 or rest[:2] != b"\x1f\x8b":
            break
    return b"".join(parts), ""
