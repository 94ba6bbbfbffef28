"""Copy records into a package, byte for byte: into the WACZ, or beside it what a WACZ cannot hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, TypedDict

from pipeline.evidence.archive import Archive
from pipeline.evidence.entries import Entry
from pipeline.evidence.package.exhibit import StoredRecord
from pipeline.evidence.package.wacz import HashingSink, WaczWriter
from pipeline.evidence.warc.record_reader import split_address

WACZ, LOOSE = "data/exhibit.wacz", "data/records"
GZIP = b"\x1f\x8b"


class _Placed(TypedDict):
    file: str
    offset: int
    length: int
    sha256: str


@dataclass
class Copier:
    """One file per source file. What is damaged gets a file of its own; it and ARC files lie beside the WACZ."""

    archive: Archive
    folder: Path
    wacz: WaczWriter
    context: list[dict[str, Any]] = field(default_factory=list)  # warcinfo records that came along

    def __post_init__(self) -> None:
        self._wanted: dict[tuple[str, int], dict[tuple[str, int], dict[str, Any]]] = {}
        self._places: dict[tuple[str, int], _Placed] = {}

    def plan(self, entry: Entry) -> None:
        capture = entry.body["capture"]
        alone = capture["offset"] if entry.body.get("damage") else -1
        for record in entry.body["records"]:
            address = record.get("file", capture["warc_file"])
            self._wanted.setdefault((address, alone), {}).setdefault((address, record["offset"]), record)

    def copy(self, context: Sequence[Entry]) -> None:
        infos = {e.body["file"]: e for e in context if e.kind == "warc_file"}
        for number, (address, alone) in enumerate(sorted(self._wanted), 1):
            records = sorted(self._wanted[address, alone].items())
            first = self._stored(records[0][0][0], records[0][1])
            info = b"" if alone >= 0 else self.archive.reader.file_information(address)
            info = info if (info[:2] == GZIP) == (first[:2] == GZIP) else b""
            name = f"{number:04d}-{_base_name(address, alone, first)}"
            loose, size = alone >= 0 or name.endswith((".arc", ".arc.gz")), sum(r["length"] for _, r in records)
            with self._opened(name, len(info) + size, loose=loose) as (file, sink):
                if info:
                    self.context.append(_context_record(file, address, info, infos.get(address)))
                    sink.write(info)
                for key, record in records:
                    self._copy_one(file, sink, key, record)

    def _copy_one(self, file: str, sink: HashingSink, key: tuple[str, int], record: Mapping[str, Any]) -> None:
        if key not in self._places:
            data, offset = self._stored(key[0], record), sink.size
            sink.write(data)
            digest = sha256(data).hexdigest()
            self._places[key] = _Placed(file=file, offset=offset, length=len(data), sha256=digest)

    @contextmanager
    def _opened(self, name: str, size: int, *, loose: bool) -> Iterator[tuple[str, HashingSink]]:
        """The file's name in items.json, and a sink for its bytes."""
        if not loose:
            with self.wacz.warc(name, size) as sink:
                yield f"{WACZ}!archive/{name}", sink
            return
        (self.folder / LOOSE).mkdir(exist_ok=True)
        with (self.folder / LOOSE / name).open("xb") as target:
            yield f"{LOOSE}/{name}", HashingSink(target)

    def _stored(self, address: str, record: Mapping[str, Any]) -> bytes:
        return self.archive.reader.stored(address, record["offset"], record["length"])

    def placed(self, entry: Entry) -> list[StoredRecord]:
        """The entry's records: where they lie in the package, and where they came from."""
        capture, found = entry.body["capture"], []
        for record in entry.body["records"]:
            address = record.get("file", capture["warc_file"])
            found.append(
                StoredRecord(
                    type=record["type"],
                    id=record["id"],
                    block=record["block"],
                    **self._places[address, record["offset"]],
                    original_address=address,
                    original_offset=record["offset"],
                )
            )
        return found


def response_record(item: Mapping[str, Any]) -> StoredRecord:
    """The record of an item that holds the response. Raises StopIteration for an item without one."""
    records: list[StoredRecord] = item["records"]
    own = next((r for r in records if r["id"] == item["capture_id"]), None)
    return own or next(r for r in records if r["original_offset"] == item["original"]["offset"])


def _context_record(name: str, address: str, data: bytes, entry: Entry | None) -> dict[str, Any]:
    journal = {"journal": {"seq": entry.seq, "hash": entry.hash}} if entry else {}
    where = {"file": name, "offset": 0, "length": len(data), "sha256": sha256(data).hexdigest()}
    return {"type": "warcinfo", **where, "original_address": address, **journal}


def _base_name(address: str, alone: int, first: bytes) -> str:
    file, _, inner = split_address(address)[0].partition("!")
    stem = PurePosixPath(file).name
    for suffix in (".gz", ".zst", ".warc", ".arc", ".wacz"):
        stem = stem.removesuffix(suffix)
    stem = stem[:16] if file.startswith("imports/") else stem
    kind = "arc" if (".arc" in (inner or file)) else "warc"
    mark = f"-damaged-{alone}" if alone >= 0 else ""
    return f"{stem}{mark}.{kind}{'.gz' if first[:2] == GZIP else ''}"
