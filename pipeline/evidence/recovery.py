"""After a crash: cut what is half, journal what is whole, say both."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.evidence.entries import Entry, utc_text
from pipeline.evidence.journal import Journal
from pipeline.evidence.provenance import collector_name
from pipeline.evidence.warc.members import MAGIC, Member, inflate
from pipeline.evidence.warc.payload import parse_http
from pipeline.evidence.warc.records import Span, parse_date, scan
from pipeline.evidence.warc.regions import map_file
from pipeline.home import Home, full_disk_named

RECORD_KINDS = ("warc_file", "capture", "failure", "recovered")
PART_OF = re.compile(rb"(?m)^isPartOf: crawl ([0-9a-f-]{36}) of ")  # in a warcinfo record
END_KINDS = ("crawl_finished", "crawl_failed")


@dataclass(frozen=True, slots=True)
class Found:
    """A whole record of one of our own files."""

    facts: dict[str, Any]  # as in the journal
    span: Span
    block: bytes

    @property
    def id(self) -> str:
        return str(self.facts["id"])


def recover(home: Home, journal: Journal, busy: set[Path], running: set[str]) -> None:
    """Settle every WARC file and crawl that has no end in the journal.

    `busy` files and `running` crawls are being written by the caller itself: left alone.
    """
    with full_disk_named(home.archive):
        _drop_parts(home, journal)
        unfinished, settled = _crawls(journal)
        files: dict[str, int] = {}
        for path in sorted((home.archive / "warc").glob("*/*/*.warc.gz")):
            name = path.relative_to(home.archive).as_posix()
            if path in busy or settled.get(name) == path.stat().st_size:
                continue
            if (end := _settle(path, name, journal)) > 0:
                files[name] = end
        for crawl_id, start in unfinished.items():
            if crawl_id in running:
                continue
            own = {n: size for n, size in files.items() if n.startswith(f"warc/{start.body['site']}/")}
            facts = {"crawl_id": crawl_id, "site": start.body["site"], "files": own, "counts": {}}
            journal.append("crawl_failed", **facts, problems=["interrupted: the collector ended without a word"])
            files = {n: size for n, size in files.items() if n not in own}
        if files:
            journal.append("settled", files=files)
        _adopt_files(home, journal)


def journalled_sizes(journal: Journal, crawl_id: str) -> dict[str, int]:
    """How far the journal covers each WARC file of a crawl."""
    sizes: dict[str, int] = {}
    for entry in journal.entries(RECORD_KINDS, containing=crawl_id.encode()):
        if entry.body["crawl_id"] == crawl_id and entry.body["records"]:
            last = entry.body["records"][-1]
            sizes[entry.body["file"]] = last["offset"] + last["length"]
    return sizes


def _crawls(journal: Journal) -> tuple[dict[str, Entry], dict[str, int]]:
    """Crawls without an end, and the sizes at which WARC files were left in order."""
    unfinished: dict[str, Entry] = {}
    settled: dict[str, int] = {}
    for entry in journal.entries(("crawl_started", "settled", *END_KINDS)):
        if entry.kind == "crawl_started":
            unfinished[entry.body["crawl_id"]] = entry
        else:
            settled.update(entry.body["files"])
            unfinished.pop(entry.body.get("crawl_id", ""), None)
    return unfinished, settled


def _settle(path: Path, name: str, journal: Journal) -> int:
    """Cut the file after its last whole record, journal the records that the journal lacks; returns its new size."""
    covered, crawl_id, lane = 0, "", "regulatory"
    for entry in journal.entries(RECORD_KINDS, containing=name.encode()):
        if entry.body["file"] == name:
            crawl_id, lane = entry.body["crawl_id"], entry.body["lane"]
            covered = max(covered, max((r["offset"] + r["length"] for r in entry.body["records"]), default=0))
    size = path.stat().st_size
    if size < covered:
        what = {"what": "file is shorter than the journal says", "bytes": covered - size}
        journal.append("repaired", file=name, offset=size, **what)
        return size
    found, end = _whole_records(path, covered)
    if end < size:
        _cut(path, name, end, journal)
    if found:
        _flush(path, covered, end)
        crawl_id, lane = _crawl_of(found[0], journal) or (crawl_id, lane)
    site = name.split("/")[1]
    for group in _groups(found):
        facts = {"crawl_id": crawl_id, "lane": lane, "file": name, "records": [r.facts for r in group]}
        kind, said = _circumstances(group)
        journal.append(kind, **facts, **said, site=site, capture=_capture(group, site, name))
    if end == 0:
        path.unlink()
    return end


def _flush(path: Path, start: int, end: int) -> None:
    """Put records on the disk before the journal names them. They are written once more as they are: when the flush of
    whoever wrote them failed, the kernel counts them as flushed."""
    with path.open("r+b") as file:
        file.seek(start)
        data = file.read(end - start)
        file.seek(start)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _crawl_of(first: Found, journal: Journal) -> tuple[str, str] | None:
    """Id and lane of the crawl that a file's first record names; None for another record, or a crawl never begun."""
    named = PART_OF.search(first.block) if first.span.type == "warcinfo" else None
    crawl_id = named[1].decode() if named else ""
    for entry in journal.entries("crawl_started", containing=crawl_id.encode()) if crawl_id else ():
        if entry.body["crawl_id"] == crawl_id:
            return crawl_id, str(entry.body.get("lane", "regulatory"))
    return None


def _circumstances(group: list[Found]) -> tuple[str, dict[str, Any]]:
    """Kind of the entry, and what it says of how the records came about, as it would have if there had been no crash.

    An exchange is "recovered"; a file's first record and a failure keep their kind and say that they were.
    """
    by_type = {record.span.type: record for record in group}
    if "metadata" not in by_type:
        return ("warc_file", {"recovered": True}) if by_type.keys() == {"warcinfo"} else ("recovered", {})
    about, request, response = by_type["metadata"], by_type.get("request"), by_type.get("response")
    lines = about.block.decode("utf-8", "replace").split("\r\n")
    said = dict(line.split(": ", 1) for line in lines if ": " in line)
    times = {name: said.pop(name, "") for name in ("started", "received", "failed")}
    certificate, _ = said.pop("tls-certificate-sha256", ""), said.pop("tls-certificate-der-base64", "")
    if response is None and times["failed"]:
        why = {"reason": said.pop("failure", ""), "detail": said.pop("failure-detail", "")}
        return "failure", {**why, "failed": times["failed"], "url": about.span.url, "meta": said, "recovered": True}
    headers = response.span.headers if response else {}
    if cut := headers.get("warc-truncated"):
        said.setdefault("truncated", cut)
    return "recovered", {
        "method": request.block.split(b" ", 1)[0].decode("latin-1") if request else "",
        "started": times["started"],
        "ip": headers.get("warc-ip-address", ""),
        "certificate_sha256": certificate,
        "meta": said,
    }


def _cut(path: Path, name: str, end: int, journal: Journal) -> None:
    with path.open("r+b") as file:
        file.seek(end)
        digest, size = sha256(), 0
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
        what = {"what": "partly written last record cut", "bytes": size, "sha256": digest.hexdigest()}
        journal.append("repaired", file=name, offset=end, **what)
        file.truncate(end)
        os.fsync(file.fileno())


def _whole_records(path: Path, start: int) -> tuple[list[Found], int]:
    """Whole records from `start` on, and the offset after the last of them."""
    found: list[Found] = []
    buffer, position = map_file(path), start
    while position < len(buffer) and buffer[position : position + 3] == MAGIC:
        member = inflate(buffer, position, len(buffer))
        span = None if member.fault else next(scan(member.data, 0, len(member.data)), None)
        if span is None or span.format != "warc" or span.faults or span.end != len(member.data):
            break
        found.append(_found(member, span, buffer[member.start : member.end]))
        position = member.end
    return found, position


def _found(member: Member, span: Span, stored: bytes) -> Found:
    block = bytes(member.data[span.block_start : span.block_end])
    facts = {
        "type": span.type,
        "id": record_id(span),
        "offset": member.start,
        "length": member.end - member.start,
        "sha256": sha256(stored).hexdigest(),
        "block": sha256(block).hexdigest(),
    }
    return Found(facts, span, block)


def record_id(span: Span) -> str:
    """The record's UUID without its wrapping."""
    return span.headers.get("warc-record-id", "").strip("<>").removeprefix("urn:uuid:")


def _groups(found: list[Found]) -> Iterator[list[Found]]:
    """Records of one exchange: those that follow each other and name each other."""
    group: list[Found] = []
    for record in found:
        other = record.span.headers.get("warc-concurrent-to", "").strip("<>").removeprefix("urn:uuid:")
        named = {r.span.headers.get("warc-concurrent-to", "").strip("<>").removeprefix("urn:uuid:") for r in group}
        if group and other not in {r.id for r in group} and record.id not in named:
            yield group
            group = []
        group.append(record)
    if group:
        yield group


def _capture(group: list[Found], site: str, name: str) -> dict[str, Any] | None:
    response = next((r for r in group if r.span.type == "response"), None)
    message = parse_http(response.block) if response else None
    moment = parse_date(response.span.headers.get("warc-date", "")) if response else None
    if response is None or message is None or moment is None:
        return None
    return {
        "capture_id": response.id,
        "site": site,
        "url": response.span.url,
        "captured_at": utc_text(moment),
        "status": message.status,
        "content_type": message.header(b"content-type").decode("latin-1"),
        "sha256": sha256(message.body).hexdigest(),
        "warc_file": name,
        "offset": response.facts["offset"],
        "length": response.facts["length"],
        "collector": collector_name(),
    }


def _drop_parts(home: Home, journal: Journal) -> None:
    """Remove copies that were not finished; their originals are where they came from."""
    for part in sorted([*(home.archive / "imports").glob("*.part"), *home.intake.glob("**/*.part")]):
        journal.append("repaired", file=part.relative_to(home.root).as_posix(), what="unfinished copy removed")
        part.unlink()


def _adopt_files(home: Home, journal: Journal) -> None:
    """Journal whole imported files that a crash left without an entry."""
    kept = [p for p in sorted((home.archive / "imports").glob("*")) if p.is_file()]
    kept += [p for p in sorted(home.intake.glob("*/*")) if p.is_file()]
    if not kept:
        return
    known = {e.body["stored"] for e in journal.entries(("import_file", "intake_file", "recovered_file"))}
    for path in kept:
        name = path.relative_to(home.root).as_posix()
        if name not in known:
            with path.open("rb") as file:
                digest = sha256()
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
            journal.append("recovered_file", stored=name, sha256=digest.hexdigest(), size=path.stat().st_size)
