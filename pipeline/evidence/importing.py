"""Take over web archives made by others: byte for byte, with their own provenance, as far as they are readable.

The file is kept under archive/imports/<sha256>.<ext> and journalled ('import_file') before a record is read; each
response becomes a capture ('imported'); 'import_finished' closes the file. Killed in between and run again, an import
goes on where it stopped: capture ids depend on the file's SHA-256 and the record's address only.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import FixInput
from pipeline.evidence.archive import Archive, capture_facts
from pipeline.evidence.entries import Entry
from pipeline.evidence.intake import copy_exactly, file_digest
from pipeline.evidence.recovery import record_id
from pipeline.evidence.repeats import Repeat, Repeats
from pipeline.evidence.warc.payload import HttpMessage, parse_http
from pipeline.evidence.warc.reading import Damage, RawRecord, read_records
from pipeline.evidence.warc.records import Buffer, Fault, digest_fault, parse_date
from pipeline.evidence.warc.regions import ZIP_MAGIC, map_file
from pipeline.evidence.warc.zstd_frames import is_zstd
from pipeline.home import full_disk_named
from pipeline.model import Capture, Lane, stable_id

# How files begin that are read once they are unpacked: what they are, what to do.
WRAPPED = {
    rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18": (
        "compressed with zstd, and no web archive can be read in it",
        "Unpack it (zstd -d) and look what it holds",
    ),
    rb"BZh[1-9]": ("compressed with bzip2", "Unpack it (bzip2 -d) and import the result"),
    rb"\xfd7zXZ": ("compressed with xz", "Unpack it (xz -d) and import the result"),
    rb"7z\xbc\xaf|Rar!": ("a packed folder", "Unpack it and import the archives in it"),
    rb"\x1f\x8b": ("compressed, and no web archive can be read in it", "Unpack it (gzip -d) and look what it holds"),
    rb"PK\x03\x04(?s:.)*\.wacz": ("a zip of other WACZ files", "Unpack it and import each of them"),
    rb"PK\x03\x04": ("a zip without a web archive in it", "Unpack it, and import what is a web archive"),
}
LOOK_AROUND = 6  # records before and after a response among which its request and metadata are sought
LISTED_PER_ENTRY = 500
SKIPPED = {
    "warcinfo": "file information",
    "revisit": "repeat of an earlier capture, without a body",
    "request": "request without a response in the file",
    "metadata": "metadata without a response in the file",
}


@dataclass(frozen=True, slots=True)
class ImportDamage:
    """Something wrong in an imported file. `lost` is True when bytes could not be read as a record at all."""

    record: int  # 1-based number of the record, or of the one that should stand there
    place: str  # "" or the archive inside a WACZ, "@segment" for gzip not divided by record
    offset: int
    prop: str
    detail: str
    lost: bool = False

    def __str__(self) -> str:
        where = f"offset {self.offset}{f' in {self.place}' if self.place else ''}"
        return f"record {self.record}, {where}: {self.prop}: {self.detail}"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of one file. Counts: captures + skipped (by reason) + companions = records read."""

    path: Path
    sha256: str
    stored: Path
    captures: int
    skipped: dict[str, int]
    damages: tuple[ImportDamage, ...]
    already: bool
    repeats: tuple[Repeat, ...] = ()  # revisit records, with the captures that they repeat


def import_archive(
    archive: Archive, path: Path, collector: str, site_of: Callable[[str], str], lane: Lane = "regulatory"
) -> ImportReport:
    """Import WARC, ARC (both also with gzip or zstd) or WACZ. The caller holds the home's lock.

    `site_of(url)` names the site of a capture; `collector` says who made the file. Raises FixInput when the file
    cannot be read or holds no record at all, DiskFull when there is no room.
    """
    digest, size = file_digest(path)
    earlier, closing = _earlier(archive, digest)
    if closing:
        return _said_before(archive, path, closing)
    buffer = map_file(path)
    if earlier is None:
        _refuse_other_files(path, buffer)
        name = f"archive/imports/{digest}{_extension(buffer)}"
        copy_exactly(path, archive.home.root / name, digest)
        facts = {"sha256": digest, "size": size, "name": path.name, "stored": name}
        earlier = archive.journal.append("import_file", **facts, collector=collector, lane=lane)
    archive.sealer.start()
    run = _Run(archive, earlier, site_of)
    with full_disk_named(archive.home.journal), archive.journal.batch():
        run.read_all()
    archive.sealer.try_to_seal()
    return run.report(path)


def _earlier(archive: Archive, digest: str) -> tuple[Entry | None, list[Entry]]:
    """The entry that took the file in, and those that closed it (empty when its import was never finished)."""
    started, closing = None, []
    for entry in archive.journal.entries(
        ("import_file", "import_damage", "import_repeats", "import_finished"), containing=digest.encode()
    ):
        if entry.body["sha256"] != digest:
            continue
        if entry.kind == "import_file":
            started = entry
        else:
            closing.append(entry)
    return started, closing if closing and closing[-1].kind == "import_finished" else []


def _said_before(archive: Archive, path: Path, closing: list[Entry]) -> ImportReport:
    body = closing[-1].body
    latest = [e for e in closing if e.body["run"] == body["run"]]
    damages = tuple(ImportDamage(**d) for e in latest for d in e.body.get("damages", ()))
    repeats = tuple(Repeat(**r) for e in latest for r in e.body.get("repeats", ()))
    stored = archive.home.root / body["stored"]
    return ImportReport(path, body["sha256"], stored, body["captures"], body["skipped"], damages, True, repeats)


def _refuse_other_files(path: Path, buffer: Buffer) -> None:
    if not any(isinstance(found, RawRecord) for found in read_records(buffer)):
        for magic, (what, act) in WRAPPED.items():
            if re.match(magic, buffer):
                raise FixInput(f"{path} is {what}. {act}, and keep this file with the case: nothing was taken over.")
        raise FixInput(
            f"{path} holds no readable WARC or ARC record: it is no web archive, or damaged beyond reading. "
            "Nothing was taken over; ask the sender for the file again."
        )


def _extension(buffer: Buffer) -> str:
    if buffer[:4] == ZIP_MAGIC:
        return ".wacz"
    first = next(found for found in read_records(buffer) if isinstance(found, RawRecord))
    packed = ".gz" if buffer[:2] == bytes([31, 139]) else ".zst" if is_zstd(buffer, 0) else ""
    return f".{first.span.format}{packed}"


class _Run:
    """One pass over one file: captures are journalled as their companions are known, damages at the end."""

    def __init__(self, archive: Archive, started: Entry, site_of: Callable[[str], str]) -> None:
        self.archive = archive
        self.about = started.body
        self.site_of = site_of
        self.sha256: str = started.body["sha256"]
        self.stored = archive.home.root / started.body["stored"]
        self.file = self.stored.relative_to(archive.home.archive).as_posix()
        self.known = _journalled_ids(archive, self.sha256, started.seq)
        self.captures = 0
        self.skipped: Counter[str] = Counter()
        self.damages: list[ImportDamage] = []
        self.revisits = Repeats()
        self.repeats: list[Repeat] = []

    def read_all(self) -> None:
        self.buffer = map_file(self.stored)
        window: deque[RawRecord] = deque()
        ahead: deque[RawRecord] = deque()
        taken: set[tuple[str, int]] = set()
        for record in self._records():
            ahead.append(record)
            if len(ahead) > LOOK_AROUND:
                self._settle(ahead, window, taken)
        while ahead:
            self._settle(ahead, window, taken)
        self._close()

    def _records(self) -> Iterator[RawRecord]:
        for found in read_records(self.buffer):
            if isinstance(found, Damage):
                self._note(found.number, found.place, found.offset, found.fault)
            else:
                yield found

    def _settle(self, ahead: deque[RawRecord], behind: deque[RawRecord], taken: set[tuple[str, int]]) -> None:
        record = ahead.popleft()
        message = parse_http(record.block) if record.span.type == "response" else None
        faults = [*record.faults, *_content_faults(record, message)]
        for fault in faults:
            self._note(record.number, record.place, record.offset, fault)
        reason = _why_not(record, message)
        if not reason:
            near = [r for r in (*behind, *ahead) if (r.place, r.offset) not in taken and _belongs(r, record)]
            group = sorted([record, *near], key=lambda r: r.number)
            taken.update((r.place, r.offset) for r in near)
            self._journal(record, message, group, [str(f.prop + ": " + f.detail) for f in faults])
        elif record.span.type not in {"request", "metadata"}:
            self.skipped[reason] += 1
            if record.span.type == "revisit":
                self.revisits.meet(record)
        behind.append(record)
        if len(behind) > LOOK_AROUND:
            old = behind.popleft()
            taken.discard((old.place, old.offset))

    def _journal(
        self, record: RawRecord, message: HttpMessage | None, group: list[RawRecord], damage: list[str]
    ) -> None:
        self.captures += 1
        capture = self._capture(record, message)
        self.revisits.note(record, capture)
        if capture.capture_id in self.known:
            return
        self.known.add(capture.capture_id)
        if message is not None and not message.whole_head:
            damage.append("HTTP header: it has no end")
        listed = [self._record_facts(r, capture.warc_file) for r in group]
        facts = {"sha256": self.sha256, "lane": self.about["lane"], "number": record.number, "damage": damage}
        ip = record.span.headers.get("warc-ip-address", "")
        self.archive.journal.append("imported", **facts, ip=ip, records=listed, capture=capture_facts(capture))

    def _capture(self, record: RawRecord, message: HttpMessage | None) -> Capture:
        url = record.span.url
        body = message.body if message else record.block
        kind = message.header(b"content-type").decode("latin-1") if message else record.span.headers["content-type"]
        moment = parse_date(record.span.headers["warc-date"])
        assert moment is not None  # _why_not lets no other pass
        return Capture(
            capture_id=stable_id(
                self.sha256, f"{record.place}:{record.offset}" if record.place else str(record.offset)
            ),
            site=self.site_of(url),
            url=url,
            captured_at=moment,
            status=message.status if message else 0,
            content_type=kind,
            sha256=sha256(body).hexdigest(),
            warc_file=self.file + record.place,
            offset=record.offset,
            length=record.length,
            collector=self.about["collector"],
        )

    def _record_facts(self, record: RawRecord, address: str) -> dict[str, Any]:
        own = self.file + record.place
        return {
            "type": record.span.type,
            "id": record_id(record.span),
            "offset": record.offset,
            "length": record.length,
            "block": sha256(record.block).hexdigest(),
            **({"file": own} if own != address else {}),
        }

    def _note(self, number: int, place: str, offset: int, fault: Fault) -> None:
        self.damages.append(ImportDamage(number, place, offset, fault.prop, fault.detail, fault.lost))

    def _close(self) -> None:
        self.damages.sort(key=lambda d: (d.record, d.offset))
        listed = [_damage_facts(d) for d in self.damages]
        head = self.archive.journal.head()
        about = {"sha256": self.sha256, "stored": self.about["stored"], "run": head.seq if head else 0}
        while len(listed) > LISTED_PER_ENTRY:
            self.archive.journal.append("import_damage", **about, damages=listed[:LISTED_PER_ENTRY])
            listed = listed[LISTED_PER_ENTRY:]
        self.repeats = self.revisits.joined(self.archive)
        for start in range(0, len(self.repeats), LISTED_PER_ENTRY):
            told = [asdict(repeat) for repeat in self.repeats[start : start + LISTED_PER_ENTRY]]
            self.archive.journal.append("import_repeats", **about, repeats=told)
        counts = {"captures": self.captures, "skipped": dict(self.skipped)}
        self.archive.journal.append("import_finished", **about, **counts, damages=listed)

    def report(self, path: Path) -> ImportReport:
        """What this run found, whatever part of it an earlier run had journalled."""
        skipped = dict(self.skipped)
        damages, repeats = tuple(self.damages), tuple(self.repeats)
        return ImportReport(path, self.sha256, self.stored, self.captures, skipped, damages, False, repeats)


def _damage_facts(damage: ImportDamage) -> dict[str, Any]:
    return {name: getattr(damage, name) for name in ("record", "place", "offset", "prop", "detail", "lost")}


def _journalled_ids(archive: Archive, digest: str, after: int) -> set[str]:
    entries = archive.journal.entries("imported", after=after, containing=digest.encode())
    return {e.body["capture"]["capture_id"] for e in entries if e.body["sha256"] == digest}


def _why_not(record: RawRecord, message: HttpMessage | None) -> str:
    """Why a record is no capture, in words; "" when it is one."""
    kind = record.span.type
    if kind == "resource":
        content_type = record.span.headers.get("content-type", "").lower()
        if not content_type.startswith(("text/html", "application/xhtml")):
            return f"resource of type {content_type.split(';')[0] or 'unknown'}"
    elif kind != "response":
        return SKIPPED.get(kind, f"record of type {kind or 'unknown'}")
    elif message is None:
        return "response without an HTTP status"
    if not record.span.url:
        return f"{kind} without an address"
    if parse_date(record.span.headers.get("warc-date", "")) is None:
        return f"{kind} without a date"
    return ""


def _content_faults(record: RawRecord, message: HttpMessage | None) -> list[Fault]:
    headers = record.span.headers
    faults: list[Fault | None] = []
    if record.span.type == "response" and message is None and record.span.url.startswith("http"):
        faults.append(Fault("HTTP status", "a response without an HTTP status line"))
    if stated := headers.get("warc-block-digest"):
        faults.append(digest_fault(stated, record.block, "WARC-Block-Digest"))
    if stated := headers.get("warc-payload-digest"):
        payload = _payload(record, message)
        if payload is not None:
            faults.append(digest_fault(stated, payload, "WARC-Payload-Digest"))
    return [f for f in faults if f is not None]


def _payload(record: RawRecord, message: HttpMessage | None) -> bytes | None:
    if record.span.type == "resource":
        return record.block
    if record.span.type == "request":
        _, separator, body = record.block.partition(b"\r\n\r\n")
        return body if separator else None
    return message.body if message else None  # of a revisit: the digest is that of the earlier capture


def _belongs(record: RawRecord, response: RawRecord) -> bool:
    """Whether a request or metadata record names the response, or is named by it."""
    if record.span.type not in {"request", "metadata"}:
        return False
    own, other = record_id(record.span), record_id(response.span)
    named = record.span.headers.get("warc-concurrent-to", "") + record.span.headers.get("warc-refers-to", "")
    return bool((other and other in named) or (own and own in response.span.headers.get("warc-concurrent-to", "")))
