"""Write WARC 1.1: one gzip member per record, SHA-256 in lower-case hex, raw bodies, header bytes as they came.

Fidelity: a body is what the HTTP library hands over. Scrapy/Twisted removes the transfer coding ("chunked") before
that, joins folded header lines and normalizes the case of header names; content codings are kept as received.
"""

from __future__ import annotations

import base64
import importlib
import os
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote, urlsplit

from pipeline.evidence.journal import utc_text
from pipeline.home import full_disk_named, sync_folder

deflate: ModuleType
try:
    deflate = importlib.import_module("zlib_ng.zlib_ng")
except ImportError:  # the standard library writes the same format, at half the speed
    deflate = zlib

Headers = Sequence[tuple[bytes, bytes]]
FIDELITY = (
    "bodies are stored as received, before content decoding; the HTTP library has removed any transfer coding, "
    "joined folded header lines and may have changed the case of header names"
)
RESPONSE_TYPE = "application/http;msgtype=response"
REQUEST_TYPE = "application/http;msgtype=request"


@dataclass(frozen=True, slots=True)
class Exchange:
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
    meta: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """Where one record lies: offset and length of its gzip member, SHA-256 of the stored bytes and of its block."""

    type: str
    id: str  # UUID without "urn:uuid:"
    offset: int
    length: int
    sha256: str
    block: str
    payload: str = ""

    def as_dict(self) -> dict[str, Any]:
        facts = {"type": self.type, "id": self.id, "offset": self.offset, "length": self.length}
        return {
            **facts,
            "sha256": self.sha256,
            "block": self.block,
            **({"payload": self.payload} if self.payload else {}),
        }


class WarcWriter:
    """One WARC file, made new, with a warcinfo record first. Raises DiskFull, keeping every whole record."""

    def __init__(self, path: Path, info: Mapping[str, str], now: datetime, fsync: bool = True) -> None:
        self.path = path
        self._fsync = fsync
        self._info_id = str(uuid.uuid4())
        with full_disk_named(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
            sync_folder(path.parent)
        self.size = 0
        headers = {"WARC-Filename": path.name, "Content-Type": "application/warc-fields"}
        block = warc_fields({"format": "WARC File Format 1.1", **info, "fidelity": FIDELITY})
        self.info = self._write([_record("warcinfo", self._info_id, now, headers, block)])[0]

    def write(self, exchange: Exchange) -> list[WrittenRecord]:
        """Append request, response and metadata; on the disk when this returns. Offsets are this file's."""
        ids = [str(uuid.uuid4()) for _ in range(3)]
        return self._write(
            [
                self._request(exchange, ids[0], ids[1]),
                self._response(exchange, ids[0], ids[1]),
                self._metadata(exchange.url, exchange.received_at, exchange_fields(exchange), ids[2], ids[1]),
            ]
        )

    def write_failure(self, failure: Failure) -> list[WrittenRecord]:
        """Append the request (when one was sent) and a metadata record that says what failed."""
        ids = [str(uuid.uuid4()) for _ in range(2)]
        meta = self._metadata(failure.url, failure.failed_at, failure_fields(failure), ids[1], ids[0] * failure.sent)
        return self._write([self._request(failure, ids[0], ids[1]), meta] if failure.sent else [meta])

    def _request(self, asked: Exchange | Failure, record_id: str, other: str) -> _Built:
        parts = urlsplit(asked.url)
        target = target_uri(parts.path or "/") + (f"?{target_uri(parts.query)}" if parts.query else "")
        block = http_block(f"{asked.method} {target} HTTP/1.1", asked.request_headers, asked.request_body)
        headers = self._headers(asked.url, asked.ip, other, REQUEST_TYPE)
        return _record("request", record_id, asked.started_at, headers, block, payload=asked.request_body)

    def _response(self, exchange: Exchange, request_id: str, record_id: str) -> _Built:
        line = f"{exchange.protocol} {exchange.status} {exchange.reason}".rstrip()
        block = http_block(line, exchange.response_headers, exchange.body)
        headers = self._headers(exchange.url, exchange.ip, request_id, RESPONSE_TYPE)
        return _record("response", record_id, exchange.received_at, headers, block, payload=exchange.body)

    def _metadata(self, url: str, when: datetime, fields: Mapping[str, str], record_id: str, other: str) -> _Built:
        headers = self._headers(url, "", other, "application/warc-fields")
        return _record("metadata", record_id, when, headers, warc_fields(fields))

    def _headers(self, url: str, ip: str, other: str, content_type: str) -> dict[str, str]:
        headers = {"WARC-Target-URI": target_uri(url), "WARC-Warcinfo-ID": f"<urn:uuid:{self._info_id}>"}
        if ip:
            headers["WARC-IP-Address"] = ip
        if other:
            headers["WARC-Concurrent-To"] = f"<urn:uuid:{other}>"
        return {**headers, "Content-Type": content_type}

    def _write(self, built: Sequence[_Built]) -> list[WrittenRecord]:
        members = [gzip_member(record.data) for record in built]
        written, offset = [], self.size
        for record, member in zip(built, members, strict=True):
            digest = sha256(member).hexdigest()
            place = (offset, len(member), digest, record.block, record.payload)
            written.append(WrittenRecord(record.type, record.id, *place))
            offset += len(member)
        with full_disk_named(self.path):
            self._append(b"".join(members))
        self.size = offset
        return written

    def _append(self, data: bytes) -> None:
        try:
            done = 0
            while done < len(data):
                done += os.write(self._handle, data[done:])
            if self._fsync:
                os.fsync(self._handle)
        except OSError:
            os.ftruncate(self._handle, self.size)
            raise

    def sync(self) -> None:
        """Flush to the disk (for writers made with fsync=False)."""
        os.fsync(self._handle)

    def close(self) -> None:
        if self._handle >= 0:
            os.fsync(self._handle)
            os.close(self._handle)
            self._handle = -1


@dataclass(frozen=True, slots=True)
class _Built:
    type: str
    id: str
    data: bytes
    block: str
    payload: str


def _record(
    kind: str, record_id: str, when: datetime, headers: Mapping[str, str], block: bytes, *, payload: bytes | None = None
) -> _Built:
    digest = sha256(block).hexdigest()
    paid = sha256(payload).hexdigest() if payload is not None else ""
    lines = ["WARC/1.1", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{record_id}>"]
    lines += [f"WARC-Date: {utc_text(when)}", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"WARC-Block-Digest: sha256:{digest}"]
    if payload is not None:
        lines += [f"WARC-Payload-Digest: sha256:{paid}"]
    head = "\r\n".join([*lines, f"Content-Length: {len(block)}", "", ""]).encode("utf-8", "surrogateescape")
    return _Built(kind, record_id, head + block + b"\r\n\r\n", digest, paid)


def http_block(line: str, headers: Headers, body: bytes) -> bytes:
    """Start line, header bytes and body. A line break inside a value, impossible on the wire, becomes a space."""
    parts = [line.encode("latin-1", "replace").replace(b"\r", b" ").replace(b"\n", b" ")]
    for name, value in headers:
        parts.append(name + b": " + value.replace(b"\r", b" ").replace(b"\n", b" "))
    return b"\r\n".join([*parts, b"", body])


def target_uri(url: str) -> str:
    """The address as asked, query and all; white space, controls and non-ASCII (never in a valid URI) are escaped."""
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    return quote(url, safe="".join(map(chr, range(33, 127))))


def warc_fields(values: Mapping[str, str]) -> bytes:
    """`name: value` lines (application/warc-fields); line breaks inside a value become spaces."""
    lines = [f"{name}: {' '.join(str(value).splitlines())}" for name, value in values.items() if str(value) != ""]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8", "replace")


def exchange_fields(exchange: Exchange) -> dict[str, str]:
    fields = {"started": utc_text(exchange.started_at), "received": utc_text(exchange.received_at), **exchange.meta}
    if exchange.certificate:
        fields["tls-certificate-sha256"] = sha256(exchange.certificate).hexdigest()
        fields["tls-certificate-der-base64"] = base64.b64encode(exchange.certificate).decode("ascii")
    return fields


def failure_fields(failure: Failure) -> dict[str, str]:
    times = {"started": utc_text(failure.started_at), "failed": utc_text(failure.failed_at)}
    return {"failure": failure.reason, "failure-detail": failure.detail, **times, **failure.meta}


def gzip_member(data: bytes, level: int = 6) -> bytes:
    """One gzip member without time stamp or name: the same record gives the same bytes."""
    packer = deflate.compressobj(level, 8, 31)
    return bytes(packer.compress(data) + packer.flush())


def stamp(moment: datetime) -> str:
    """Seventeen digits for file names: date, time and milliseconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")[:17]
