"""Write WARC 1.1: one gzip member per record, SHA-256 in lower-case hex, raw bodies, header bytes as they came.

Fidelity: where the collector hands over heads as bytes (our own crawls do), they are stored as they were; FIDELITY
says what is left out. Heads given as names and values only are written anew, one "Name: value" a line.
"""

from __future__ import annotations

import base64
import importlib
import os
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from pipeline.evidence.entries import utc_text
from pipeline.home import full_disk_named, sync_folder

deflate: ModuleType
try:
    deflate = importlib.import_module("isal.isal_zlib")
    LEVEL = 1  # a fifth larger than zlib's 6, in a fourteenth of the time; 2 is slower and hardly smaller
    SHORT_LEVEL = 0  # for what hardly shrinks: requests, metadata
except ImportError:  # the standard library writes and reads the same format, slower
    deflate, LEVEL, SHORT_LEVEL = zlib, 6, 1

Headers = Sequence[tuple[bytes, bytes]]
FIDELITY = (
    "request and response heads and bodies are stored byte for byte as they went over the connection (inside TLS), in "
    "their transfer and content coding; left out are interim (1xx) responses, bytes behind the end of a response, "
    "and our own credentials for our own proxy"
)
RESPONSE_TYPE = "application/http;msgtype=response"
REQUEST_TYPE = "application/http;msgtype=request"
SHORT = 2048  # bytes
NOTHING = sha256(b"").hexdigest()
CONTENT_TYPE = re.compile(rb"\ncontent-type[ \t]*:([^\r\n]*)", re.IGNORECASE)
VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}  # of a UUID, RFC 9562
LINE_BREAK = re.compile(rb"[\r\n]")


class Exchange(NamedTuple):
    """One request and its response. `body` is raw (not content-decoded); `meta` says why it was collected."""

    url: str
    method: str
    request_headers: Headers
    request_body: bytes
    status: int
    reason: str
    protocol: str  # "HTTP/1.1"
    response_headers: Headers
    body: bytes
    ip: str
    started_at: datetime
    received_at: datetime
    certificate: bytes | None = None  # the TLS leaf certificate, DER
    meta: Mapping[str, str] = MappingProxyType({})
    request_head: bytes = b""  # as sent, to the empty line; written from the fields above when it is not known
    response_head: bytes = b""  # as received, likewise
    truncated: str = ""  # why the body is not whole, as WARC-Truncated: length, time, disconnect, unspecified

    def content_type(self) -> str:
        """The first Content-Type of the response, "" without one."""
        if self.response_head:
            found = CONTENT_TYPE.search(self.response_head)
            return found[1].strip().decode("latin-1") if found else ""
        stated = (value for name, value in self.response_headers if name.lower() == b"content-type")
        return next(stated, b"").decode("latin-1")


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that gave no response. `reason` is one word (timeout, dns, refused, robots …), `detail` a sentence."""

    url: str
    method: str
    request_headers: Headers
    request_body: bytes
    reason: str
    detail: str
    started_at: datetime
    failed_at: datetime
    ip: str = ""
    sent: bool = True  # False when no request left this machine (robots, name not found)
    meta: Mapping[str, str] = field(default_factory=dict)
    request_head: bytes = b""  # as sent, to the empty line


class WrittenRecord(NamedTuple):
    """Where one record lies: offset and length of its gzip member, SHA-256 of the stored bytes and of its block."""

    type: str
    id: str  # UUID without "urn:uuid:"
    offset: int
    length: int
    sha256: str
    block: str
    payload: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.length

    def as_dict(self) -> dict[str, Any]:
        kind, record_id, offset, length, stored, block, payload = self
        facts = {"type": kind, "id": record_id, "offset": offset, "length": length, "sha256": stored, "block": block}
        return {**facts, "payload": payload} if payload else facts


Stored = tuple[WrittenRecord, bytes]  # a record and its gzip member


class WarcWriter:
    """One WARC file, made new, with a warcinfo record first. Raises DiskFull, keeping every whole record.

    Once a flush has failed every other fails, too: a kernel counts as flushed what it could not write.
    """

    def __init__(self, path: Path, info: Mapping[str, str], now: datetime) -> None:
        self.path = path
        self._info_id = new_ids(1)[0]
        self._failed: BaseException | None = None
        with full_disk_named(path):
            grown = [folder.parent for folder in path.parents if not folder.exists()]
            path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
            for folder in (path.parent, *grown):
                sync_folder(folder)
        self.size = self._synced = 0
        about = f"WARC-Filename: {path.name}\r\nContent-Type: application/warc-fields\r\n"
        block = warc_fields({"format": "WARC File Format 1.1", **info, "fidelity": FIDELITY})
        self.info, stored = _record("warcinfo", self._info_id, utc_text(now), about, self.size, block)
        self._append(stored)

    def write(self, kept: Exchange | Failure) -> list[WrittenRecord]:
        """Append an exchange (request, response, metadata) or a failure (the request, when one was sent, and metadata).

        It is whole when this returns, and on the disk after `sync`. Offsets are this file's.
        """
        self.refuse_failed()
        made = self._exchange(kept) if isinstance(kept, Exchange) else self._failure(kept)
        self._append(b"".join([member for _, member in made]))
        return [record for record, _ in made]

    def _exchange(self, exchange: Exchange) -> list[Stored]:
        asked, answered, about = new_ids(3)
        started, received = utc_text(exchange.started_at), utc_text(exchange.received_at)
        fields = {"started": started, "received": received, **exchange.meta}
        if exchange.certificate:
            fields |= certificate_fields(exchange.certificate)
        common = self._common(exchange.url)
        request = _request(exchange, common, asked, answered, started, self.size)
        response = _response(exchange, common, asked, answered, received, request[0].end)
        headers = _headers(common, "", answered, "application/warc-fields")
        metadata = _record("metadata", about, received, headers, response[0].end, warc_fields(fields))
        return [request, response, metadata]

    def _failure(self, failure: Failure) -> list[Stored]:
        asked, about = new_ids(2)
        started, failed = utc_text(failure.started_at), utc_text(failure.failed_at)
        common = self._common(failure.url)
        said = {"failure": failure.reason, "failure-detail": failure.detail}
        block = warc_fields({**said, "started": started, "failed": failed, **failure.meta})
        headers = _headers(common, "", asked * failure.sent, "application/warc-fields")
        if not failure.sent:
            return [_record("metadata", about, failed, headers, self.size, block)]
        request = _request(failure, common, asked, about, started, self.size)
        return [request, _record("metadata", about, failed, headers, request[0].end, block)]

    def _common(self, url: str) -> str:
        return f"WARC-Target-URI: {target_uri(url)}\r\nWARC-Warcinfo-ID: <urn:uuid:{self._info_id}>\r\n"

    def _append(self, data: bytes) -> None:
        try:
            done = os.write(self._handle, data)
            while done < len(data):
                done += os.write(self._handle, data[done:])
        except BaseException as error:
            self._failed = error
            os.ftruncate(self._handle, self.size)
            self._failed = None
            with full_disk_named(self.path):
                raise
        self.size += len(data)

    def refuse_failed(self) -> None:
        """Raises what a flush has failed with."""
        if self._failed is not None:
            raise self._failed

    def sync(self) -> None:
        """Flush to the disk; costs nothing when nothing was written since the last time. Raises DiskFull, OSError."""
        self.refuse_failed()
        if self.size > self._synced:
            try:
                with full_disk_named(self.path):
                    os.fsync(self._handle)
            except BaseException as error:
                self._failed = error
                raise
            self._synced = self.size

    def close(self) -> None:
        """Flush and close. Raises as `sync` does; the file is then still to be dropped."""
        if self._handle >= 0:
            self.sync()
            self.drop()

    def drop(self) -> None:
        """Close without a flush."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _headers(common: str, ip: str, other: str, content_type: str) -> str:
    where = f"WARC-IP-Address: {ip}\r\n" if ip else ""
    with_it = f"WARC-Concurrent-To: <urn:uuid:{other}>\r\n" if other else ""
    return f"{common}{where}{with_it}Content-Type: {content_type}\r\n"


def _request(asked: Exchange | Failure, common: str, record_id: str, other: str, when: str, offset: int) -> Stored:
    head = asked.request_head
    if not head:
        parts = urlsplit(asked.url)
        target = target_uri(parts.path or "/") + (f"?{target_uri(parts.query)}" if parts.query else "")
        head = http_head(f"{asked.method} {target} HTTP/1.1", asked.request_headers)
    headers = _headers(common, asked.ip, other, REQUEST_TYPE)
    return _record("request", record_id, when, headers, offset, head, asked.request_body)


def _response(exchange: Exchange, common: str, other: str, record_id: str, when: str, offset: int) -> Stored:
    head = exchange.response_head
    if not head:
        line = f"{exchange.protocol} {exchange.status} {exchange.reason}".rstrip()
        head = http_head(line, exchange.response_headers)
    headers = _headers(common, exchange.ip, other, RESPONSE_TYPE)
    if exchange.truncated:
        headers += f"WARC-Truncated: {exchange.truncated}\r\n"
    return _record("response", record_id, when, headers, offset, head, exchange.body)


def _record(
    kind: str, record_id: str, when: str, headers: str, offset: int, start: bytes, payload: bytes | None = None
) -> Stored:
    """A record and its gzip member. Its block is `start` and, with a digest of its own, `payload`."""
    whole, paid, line, body = sha256(start), "", "", payload or b""
    if body:
        whole.update(body)
    if payload is not None:
        paid = sha256(body).hexdigest() if body else NOTHING
        line = f"WARC-Payload-Digest: sha256:{paid}\r\n"
    digest, size = whole.hexdigest(), len(start) + len(body)
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{record_id}>\r\nWARC-Date: {when}\r\n{headers}"
        f"WARC-Block-Digest: sha256:{digest}\r\n{line}Content-Length: {size}\r\n\r\n"
    )
    data = b"".join((head.encode("utf-8", "surrogateescape"), start, body, b"\r\n\r\n"))
    member = gzip_member(data, LEVEL if size > SHORT else SHORT_LEVEL)
    stored = sha256(member).hexdigest()
    return WrittenRecord(kind, record_id, offset, len(member), stored, digest, paid), member


def http_head(line: str, headers: Headers) -> bytes:
    """Start line and headers to the empty line. A line break in a value, impossible on the wire, becomes a space."""
    parts = [LINE_BREAK.sub(b" ", line.encode("latin-1", "replace"))]
    parts += [name + b": " + LINE_BREAK.sub(b" ", value) for name, value in headers]
    return b"\r\n".join([*parts, b"", b""])


def target_uri(url: str) -> str:
    """The address as asked, query and all; white space, controls and non-ASCII (never in a valid URI) are escaped."""
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    return quote(url, safe="".join(map(chr, range(33, 127))))


def warc_fields(values: Mapping[str, str]) -> bytes:
    """`name: value` lines (application/warc-fields); line breaks inside a value become spaces."""
    lines = []
    for name, value in values.items():
        text = value if value.isprintable() else " ".join(value.splitlines())
        if text:
            lines.append(f"{name}: {text}\r\n")
    return "".join(lines).encode("utf-8", "replace") or b"\r\n"


@lru_cache(maxsize=16)  # a crawl meets few, and each exchange states one
def certificate_fields(certificate: bytes) -> Mapping[str, str]:
    """How a metadata record states the TLS leaf certificate (DER) of the other side."""
    encoded = base64.b64encode(certificate).decode("ascii")
    digest = sha256(certificate).hexdigest()
    return {"tls-certificate-sha256": digest, "tls-certificate-der-base64": encoded}


def new_ids(count: int) -> list[str]:
    """Random UUIDs (version 4) like those of `uuid.uuid4`, from one call for randomness."""
    digits = os.urandom(16 * count).hex()
    made = []
    for start in range(0, 32 * count, 32):
        x = digits[start : start + 32]
        made.append(f"{x[:8]}-{x[8:12]}-4{x[13:16]}-{VARIANT[x[16]]}{x[17:20]}-{x[20:]}")
    return made


def gzip_member(data: bytes, level: int = LEVEL) -> bytes:
    """One gzip member without time stamp or name: the same record gives the same bytes."""
    return bytes(deflate.compress(data, level, 31))


def stamp(moment: datetime) -> str:
    """Seventeen digits for file names: date, time and milliseconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")[:17]
