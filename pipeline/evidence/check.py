"""What checks share: the report, and what can be wrong with one stored record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.evidence.problem import Problem
from pipeline.evidence.recovery import record_id
from pipeline.evidence.warc.members import MAGIC, inflate
from pipeline.evidence.warc.records import digest_fault, scan
from pipeline.evidence.warc.writing import deflate

PROBLEM_LIMIT = 10_000
UUID = rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# The head of a record as pipeline.evidence.warc.writing writes it. What is written otherwise is taken apart leniently.
OWN_HEAD = re.compile(
    rb"WARC/1\.1\r\nWARC-Type: ([a-z]+)\r\nWARC-Record-ID: <urn:uuid:(" + UUID + rb")>\r\n"
    rb"WARC-Date: ([0-9T:.-]{26})Z\r\n"
    rb"(?:WARC-Filename: [!-~]+\r\n|WARC-Target-URI: [!-~]+\r\nWARC-Warcinfo-ID: <urn:uuid:" + UUID + rb">\r\n"
    rb"(?:WARC-IP-Address: [0-9a-f.:]+\r\n)?(?:WARC-Concurrent-To: <urn:uuid:" + UUID + rb">\r\n)?)"
    rb"Content-Type: [ -~]+\r\n(?:WARC-Truncated: [a-z]+\r\n)?WARC-Block-Digest: sha256:([0-9a-f]{64})\r\n"
    rb"(?:WARC-Payload-Digest: sha256:([0-9a-f]{64})\r\n)?Content-Length: (\d{1,15})\r\n\r\n"
)
AT_ONCE = 256 * 1024 * 1024  # inflated bytes; a larger record is taken apart piece by piece


@dataclass(slots=True)
class Report:
    """What a check looked at and what it found. `problems` is cut at 10,000; `found` counts them all."""

    subject: str
    problems: list[Problem] = field(default_factory=list)
    found: int = 0
    checked: dict[str, int] = field(default_factory=dict)
    head: tuple[int, str] | None = None  # seq and hash of the journal's last entry
    notes: list[str] = field(default_factory=list)
    seals: dict[str, Any] = field(default_factory=dict)  # how far the seals reach (seal_check.SealState)

    @property
    def records(self) -> int:
        return self.checked.get("records", 0)

    @property
    def ok(self) -> bool:
        return self.found == 0

    def add(self, problem: Problem) -> None:
        self.found += 1
        if len(self.problems) < PROBLEM_LIMIT:
            self.problems.append(problem)

    def count(self, what: str, number: int = 1) -> None:
        self.checked[what] = self.checked.get(what, 0) + number


def record_faults(record: dict[str, Any], data: bytes) -> Iterator[tuple[str, str]]:
    """(property, detail) of what differs between a record as journalled and the bytes that lie in its place."""
    if len(data) < record["length"]:
        yield "whole record", f"{len(data)} of {record['length']} bytes are there"
        return
    changed = sha256(data).hexdigest() != record["sha256"]
    if not changed and is_as_written(record, data):
        return
    inside = list(structure_faults(record, data))
    if changed:
        what = "; ".join(detail for _, detail in inside) or "the record's header or wrapping, not its content"
        yield "stored bytes", f"SHA-256 differs from the journal's. Changed: {what}"
    else:
        yield from inside


def is_as_written(record: dict[str, Any], data: bytes) -> bool:
    """Whether the bytes are one gzip member with one record, in our own layout and as the journal says, digests and
    all. When not, `structure_faults` finds out what is wrong, if anything is."""
    reader = deflate.decompressobj(31)
    try:
        text = reader.decompress(data, AT_ONCE)
    except deflate.error:
        return False
    head = OWN_HEAD.match(text)
    if head is None or not reader.eof or reader.unused_data or not text.endswith(b"\r\n\r\n"):
        return False
    kind, record_id, date, block, payload, length = head.groups()
    stated = (kind.decode(), record_id.decode(), block.decode(), (payload or b"").decode())
    if stated != (record["type"], record["id"], record["block"], record.get("payload", "")):
        return False
    if int(length) != len(text) - head.end() - 4 or not is_date(date):
        return False
    return sha256(memoryview(text)[head.end() : -4]).hexdigest() == str(record["block"])


def is_date(text: bytes) -> bool:
    try:
        datetime.fromisoformat(text.decode("ascii"))
    except ValueError:
        return False
    return True


def structure_faults(record: dict[str, Any], data: bytes) -> Iterator[tuple[str, str]]:
    """What is wrong inside one of our own records: wrapping, header, digests, against what the journal says."""
    member = inflate(data, 0, len(data)) if data[:3] == MAGIC else None
    if member is None or member.fault or member.end != len(data):
        yield "gzip member", member.fault if member and member.fault else "not one gzip member"
        return
    spans = list(scan(member.data, 0, len(member.data)))
    if len(spans) != 1 or spans[0].format != "warc":
        yield "WARC record", "not one WARC record"
        return
    span = spans[0]
    for fault in span.faults:
        yield fault.prop, fault.detail
    block = bytes(member.data[span.block_start : span.block_end])
    if span.type != record["type"]:
        yield "WARC-Type", f"{span.type!r} instead of {record['type']!r}"
    if record_id(span) != record["id"]:
        yield "WARC-Record-ID", f"{record_id(span)} instead of {record['id']}"
    if sha256(block).hexdigest() != record["block"]:
        yield "block", "the content differs from what was archived"
    if stated := digest_fault(span.headers.get("warc-block-digest", ""), block, "WARC-Block-Digest"):
        yield stated.prop, stated.detail


def file_sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
