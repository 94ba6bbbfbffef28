"""Build an exhibit package: archived records byte for byte, and everything needed to check and read them.

Layout (directory or zip):
  manifest.json         items with their provenance, places and digests
  journal.jsonl         the journal's entries that name the items, their crawls and files
  records/              the records, copied untouched, one file per source file
  report.html, report.txt, items.csv     for people; derived from the manifest
  VERIFY.md             how a stranger checks the package
  seals/                the seals that cover those entries, see package_seals
  manifest-sha256.txt   SHA-256 of every other file, as `sha256sum -c` reads it
  manifest-sha256.txt.p7s   its CMS signature, when the home has a key
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from pipeline.errors import FixInput, NotAllowed
from pipeline.evidence.archive import Archive, known_capture
from pipeline.evidence.check import file_sha256
from pipeline.evidence.journal import Entry, utc_text
from pipeline.evidence.keys import has_key
from pipeline.evidence.package_report import render_csv, render_html, render_text, render_verify
from pipeline.evidence.package_seals import (
    DIGESTS,
    DIGESTS_SIGNATURE,
    item_seal,
    render_commands,
    seal_before_export,
    sign_digests,
    write_seals,
)
from pipeline.evidence.payload import parse_http
from pipeline.evidence.provenance import software
from pipeline.evidence.reading import split_address
from pipeline.home import Home, full_disk_named, sync_folder
from pipeline.model import Capture

FORMAT = "imb exhibit package 1"
WATERMARK = "SIMULATED CLOCK — DEMONSTRATION"
HELD = "held: access to this capture is blocked in the archive; it is neither copied nor exported"
UNKNOWN = "the journal names no such capture"
Descriptions = Mapping[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]]
SHOWN_ELSEWHERE = {"capture_id", "url", "site", "captured_at"}


@dataclass(frozen=True, slots=True)
class PackageResult:
    """`sha256` is that of manifest-sha256.txt, which names every other byte. `refused` lists "capture id: reason"."""

    path: Path
    items: int
    sha256: str
    refused: tuple[str, ...]


def build_package(
    home: Home,
    archive: Archive,
    captures: Iterable[Capture],
    out: Path,
    facts: Mapping[str, str],
    describe: Descriptions | None = None,
) -> PackageResult:
    """Write a package to `out`, a new directory or FILE.zip, and journal the export. The caller holds the lock.

    `facts`: exhibit, case, requester, authority, exporter, purpose. `describe` maps a capture id to what is known of
    it (one mapping, or one per ad on the page). Held captures are refused and listed. Raises FixInput when `out` is
    taken, NotAllowed when nothing is left to export, EvidenceBroken when a record cannot be read or is not what was
    sealed, FixHome when the home's key cannot sign.
    """
    if out.exists():
        raise FixInput(f"{out} exists. Choose another name: a package is never written over.")
    wanted = sorted({c.capture_id: c for c in captures}.values(), key=lambda c: (c.captured_at, c.capture_id))
    entries = archive.find(c.capture_id for c in wanted)
    refused = [(c.capture_id, HELD) for c in wanted if archive.is_blocked(c.capture_id)]
    refused += [(c.capture_id, UNKNOWN) for c in wanted if c.capture_id not in entries]
    left_out = {capture_id for capture_id, _ in refused}
    chosen = [entries[c.capture_id] for c in wanted if c.capture_id not in left_out]
    if not chosen:
        raise NotAllowed(f"Nothing to export: {'; '.join(f'{i}: {r}' for i, r in refused) or 'no capture was named'}.")
    seal_before_export(archive)
    part = out.with_name(out.name + ".part")
    with full_disk_named(out):
        shutil.rmtree(part, ignore_errors=True)
        (part / "records").mkdir(parents=True)
        _Package(home, archive, part, dict(facts), describe or {}).write(chosen, refused)
        digest = file_sha256(part / DIGESTS)
        _put_in_place(part, out)
    ids = [e.body["capture"]["capture_id"] for e in chosen]
    archive.journal.append(
        "export", name=out.name, sha256=digest, facts=dict(facts), captures=ids, refused=sorted(left_out)
    )
    return PackageResult(out, len(chosen), digest, tuple(f"{i}: {r}" for i, r in refused))


class _Package:
    def __init__(
        self, home: Home, archive: Archive, folder: Path, facts: dict[str, str], describe: Descriptions
    ) -> None:
        self.home, self.archive, self.folder, self.facts, self.describe = home, archive, folder, facts, describe

    def write(self, chosen: list[Entry], refused: list[tuple[str, str]]) -> None:
        context = _context(self.archive, chosen)
        copier = _Copier(self.archive, self.folder)
        for entry in chosen:
            copier.plan(entry)
        copier.copy(context)
        about = sources(context)
        items = [self._item(n, entry, copier, about) for n, entry in enumerate(chosen, 1)]
        head = self.archive.journal.head()
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "watermark": self._watermark(context),
            "facts": self.facts,
            "exported_at": utc_text(self.home.now()),
            "signed_at": utc_text(datetime.now(UTC)),  # by the system's clock, also in a demonstration
            "operator": self.home.settings.operator,
            "software": software(),
            "items": items,
            "context": copier.context,
            "sources": [source_facts(e) for e in context if e.kind != "warc_file"],
            "not_included": [{"capture_id": i, "reason": r} for i, r in refused],
            "journal_head": {"seq": head.seq, "hash": head.hash} if head else {},
        }
        excerpt = sorted([*context, *chosen], key=lambda e: e.seq)
        manifest.update(write_seals(self.archive, self.folder, excerpt))
        for item in items:
            item["seal"] = item_seal(item["journal"]["seq"], manifest["seals"])
        (self.folder / "journal.jsonl").write_bytes(b"".join(e.line() for e in excerpt))
        text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        self._text("manifest.json", text)
        manifest = json.loads(text)  # what a verifier will read, in its order
        for name, render in READABLE.items():
            if text := render(manifest):
                self._text(name, text)
        write_digests(self.folder)
        if has_key(self.home):
            sign_digests(self.home, self.folder)

    def _text(self, name: str, text: str) -> None:
        (self.folder / name).write_bytes(text.encode("utf-8", "backslashreplace"))

    def _watermark(self, context: list[Entry]) -> str:
        simulated = any(str(e.body.get("clock", "")).startswith("SIMULATED") for e in context)
        return WATERMARK if self.home.demo or simulated else ""

    def _item(self, number: int, entry: Entry, copier: _Copier, about: Mapping[str, Entry]) -> dict[str, Any]:
        capture = entry.body["capture"]
        item = item_facts(number, entry, source_of(entry, about))
        _, block = self.archive.reader.span(capture["warc_file"], capture["offset"], capture["length"])
        item["times"]["server_date_header"] = server_date(block)
        described = _description(self.describe.get(capture["capture_id"], ()))
        return {**item, "records": copier.placed(entry), "description": described}


def sources(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries on crawls and imports, by crawl id or file digest."""
    kinds = {"crawl_started": "crawl_id", "import_file": "sha256"}
    return {e.body[kinds[e.kind]]: e for e in entries if e.kind in kinds}


def source_of(entry: Entry, about: Mapping[str, Entry]) -> Entry | None:
    """The entry on the crawl or import that a capture's entry belongs to."""
    return about.get(str(entry.body.get("crawl_id") or entry.body.get("sha256") or ""))


def item_facts(number: int, entry: Entry, source: Entry | None) -> dict[str, Any]:
    """What the manifest says of one capture, from the journal alone: a verifier makes it again and compares."""
    known = known_capture(entry)
    if known is None:
        raise ValueError(f"entry {entry.seq} names no capture")
    capture, body = known.capture, entry.body
    meta, crawl = body.get("meta", {}), source.body if source and source.kind == "crawl_started" else {}
    received = source.body if source and source.kind == "import_file" else {}
    return {
        "item": number,
        "capture_id": capture.capture_id,
        "site": capture.site,
        "url_asked": meta.get("asked", capture.url),
        "url_reached": capture.url,
        "redirected_from": meta.get("redirected-from", ""),
        "method": body.get("method", ""),
        "status": capture.status,
        "content_type": capture.content_type,
        "why_collected": meta.get("why", ""),
        "collector": capture.collector,
        "crawl_id": body.get("crawl_id", ""),
        "lane": body.get("lane", ""),
        "ip": body.get("ip", ""),
        "certificate_sha256": body.get("certificate_sha256", ""),
        "meta": meta,
        "times": {
            "request_started": body.get("started", ""),
            "response_received": utc_text(capture.captured_at),
            "journalled": entry.at,
            "clock": "of the other collector, not known to us" if received else str(crawl.get("clock", "")),
        },
        "payload_sha256": capture.sha256,
        "damage": list(known.damage),
        "original": {
            "file": f"archive/{split_address(capture.warc_file)[0]}",
            "address": capture.warc_file,
            "offset": capture.offset,
            "length": capture.length,
            "file_sha256": received.get("sha256", ""),
            "received_as": received.get("name", ""),
        },
        "journal": {"seq": entry.seq, "hash": entry.hash, "kind": entry.kind},
    }


def source_facts(entry: Entry) -> dict[str, Any]:
    """How captures came about: the provenance of a crawl, or of a file received from others."""
    return {"journal": {"seq": entry.seq, "hash": entry.hash, "kind": entry.kind}, "at": entry.at, "facts": entry.body}


def server_date(block: bytes) -> str:
    """The Date header of a response block, "" when there is none."""
    message = parse_http(block)
    return message.header(b"date").decode("latin-1") if message else ""


@dataclass
class _Copier:
    """Copies records into one file per source file; what is damaged or wrapped otherwise gets a file of its own."""

    archive: Archive
    folder: Path
    context: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._wanted: dict[tuple[str, int], dict[tuple[str, int], dict[str, Any]]] = {}
        self._places: dict[tuple[str, int], dict[str, Any]] = {}

    def plan(self, entry: Entry) -> None:
        capture = entry.body["capture"]
        alone = capture["offset"] if entry.body.get("damage") else -1
        for record in entry.body["records"]:
            address = record.get("file", capture["warc_file"])
            self._wanted.setdefault((address, alone), {}).setdefault((address, record["offset"]), record)

    def copy(self, context: Sequence[Entry]) -> None:
        infos = {e.body["file"]: e for e in context if e.kind == "warc_file"}
        for number, (address, alone) in enumerate(sorted(self._wanted), 1):
            records = self._wanted[address, alone]
            stored = {key: self._stored(key[0], record) for key, record in sorted(records.items())}
            first = next(iter(stored.values()))
            info = b"" if alone >= 0 else self.archive.reader.file_information(address)
            info = info if info[:2] == first[:2] or (first[:2] != b"\x1f\x8b" and info[:2] != b"\x1f\x8b") else b""
            name = f"records/{number:04d}-{_base_name(address, alone, first)}"
            with (self.folder / name).open("xb") as sink:
                if info:
                    self.context.append(_context_record(name, address, info, infos.get(address)))
                    sink.write(info)
                for key, data in stored.items():
                    if key not in self._places:
                        self._places[key] = {"file": name, "offset": sink.tell(), "length": len(data)}
                        self._places[key]["sha256"] = sha256(data).hexdigest()
                        sink.write(data)

    def _stored(self, address: str, record: Mapping[str, Any]) -> bytes:
        return self.archive.reader.stored(address, record["offset"], record["length"])

    def placed(self, entry: Entry) -> list[dict[str, Any]]:
        """The entry's records: where they lie in the package, and where they came from."""
        capture, found = entry.body["capture"], []
        for record in entry.body["records"]:
            address = record.get("file", capture["warc_file"])
            origin = {"original_address": address, "original_offset": record["offset"]}
            facts = {name: record[name] for name in ("type", "id", "block")}
            found.append({**facts, **self._places[address, record["offset"]], **origin})
        return found


def _context_record(name: str, address: str, data: bytes, entry: Entry | None) -> dict[str, Any]:
    journal = {"journal": {"seq": entry.seq, "hash": entry.hash}} if entry else {}
    place = {"file": name, "offset": 0, "length": len(data), "sha256": sha256(data).hexdigest()}
    return {"type": "warcinfo", **place, "original_address": address, **journal}


def _base_name(address: str, alone: int, first: bytes) -> str:
    file, _, inner = split_address(address)[0].partition("!")
    stem = PurePosixPath(file).name
    for suffix in (".gz", ".warc", ".arc", ".wacz"):
        stem = stem.removesuffix(suffix)
    stem = stem[:16] if file.startswith("imports/") else stem
    kind = "arc" if (".arc" in (inner or file)) else "warc"
    mark = f"-damaged-{alone}" if alone >= 0 else ""
    return f"{stem}{mark}.{kind}{'.gz' if first[:2] == bytes([31, 139]) else ''}"


def _context(archive: Archive, chosen: Iterable[Entry]) -> list[Entry]:
    """The journal's entries on the crawls, WARC files and imports that the chosen captures came from."""
    chosen = list(chosen)
    crawls = {e.body.get("crawl_id") for e in chosen} - {None, ""}
    imports = {e.body["sha256"] for e in chosen if e.kind == "imported"}
    files = {e.body.get("file") for e in chosen}
    found = []
    for entry in archive.journal.entries(("crawl_started", "warc_file", "import_file")):
        body = entry.body
        if (
            (entry.kind == "crawl_started" and body["crawl_id"] in crawls)
            or (entry.kind == "warc_file" and body["file"] in files)
            or (entry.kind == "import_file" and body["sha256"] in imports)
        ):
            found.append(entry)
    return found


def _description(given: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    rows = [given] if isinstance(given, Mapping) else list(given)
    return [{k: _plain(v) for k, v in row.items() if k not in SHOWN_ELSEWHERE and v not in (None, "")} for row in rows]


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def write_digests(folder: Path) -> None:
    """manifest-sha256.txt over every other file, sorted by name."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    lines = [f"{file_sha256(folder / name)}  {name}\n" for name in names if name not in {DIGESTS, DIGESTS_SIGNATURE}]
    (folder / DIGESTS).write_text("".join(lines), encoding="utf-8")


def _put_in_place(part: Path, out: Path) -> None:
    if out.suffix.lower() != ".zip":
        part.replace(out)
    else:
        packed = out.with_name(out.name + ".zip.part")
        with packed.open("wb") as sink:
            write_zip(part, sink)
            sink.flush()
            os.fsync(sink.fileno())
        packed.replace(out)
        shutil.rmtree(part)
    sync_folder(out.parent)


def write_zip(folder: Path, sink: BinaryIO) -> None:
    """A zip with sorted names, fixed dates and no compression: the same files give the same bytes."""
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(
            (p for p in folder.rglob("*") if p.is_file()), key=lambda p: p.relative_to(folder).as_posix()
        ):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.create_system = 3
            info.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


READABLE = {
    "report.html": render_html,
    "report.txt": render_text,
    "items.csv": render_csv,
    "VERIFY.md": render_verify,
    "seals/commands.txt": render_commands,
}
