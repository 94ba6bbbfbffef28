"""Read web archives by anyone: WARC, ARC, gzipped by record or as a whole, zstd, and WACZ; good, odd and broken.

A record is addressed by (file, offset, length) so that it can be read again alone:
  file                        the gzip member(s) or plain bytes at offset … offset + length
  file!inner                  the same, inside the archive file `inner` of a WACZ (zip)
  file@segment                gzip not divided by record: offset and length count in what inflates from `segment` on;
                              zstd: in what the whole file inflates to (`segment` is 0)
"""

from __future__ import annotations

import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import EvidenceBroken
from pipeline.evidence.members import MAGIC, Member, Sink, inflate, joined, members, next_member
from pipeline.evidence.records import Buffer, Fault, Span, at_record, scan
from pipeline.evidence.zstd_frames import is_zstd, unzstd

ARCHIVE_NAME = re.compile(r"(^|/)[^/]+\.w?arc(\.gz|\.zst)?$", re.IGNORECASE)
GZIP_START = re.compile(re.escape(MAGIC))
ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as found. `place` is what follows the file's name in an address: "", "!inner", "@segment"."""

    number: int  # 1-based, over the whole file
    place: str
    offset: int
    length: int
    span: Span
    block: bytes
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch that gave no record."""

    number: int  # of the record that should stand here
    place: str
    offset: int
    length: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of a buffer that is one archive file; offsets are told relative to its start."""

    buffer: Buffer
    start: int
    end: int
    inner: str = ""
    faults: tuple[Fault, ...] = ()


def map_file(path: Path) -> Buffer:
    """The file's bytes, mapped. Empty files give b""."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""


def read_records(buffer: Buffer) -> Iterator[RawRecord | Damage]:
    """Every readable record of a web archive and every stretch that is none, in order of the file."""
    number = 0
    for region in regions(buffer):
        place = f"!{region.inner}" if region.inner else ""
        for fault in region.faults:
            yield Damage(number + 1, place, 0, region.end - region.start, fault)
        for found in _read_region(region, place):
            number += isinstance(found, RawRecord)
            yield replace(found, number=number if isinstance(found, RawRecord) else number + 1)


def _read_region(region: Region, place: str) -> Iterator[RawRecord | Damage]:
    if is_zstd(region.buffer, region.start):
        yield from _read_zstd(region, f"{place}@0")
        return
    position = region.start
    while position < region.end:
        if region.buffer[position : position + 3] == MAGIC:
            for run in _segments(members(region.buffer, position, region.end)):
                yield from _read_segment(run, region.start, place)
                position = run[-1].end
            continue
        before = position
        for span in scan(region.buffer, position, region.end, GZIP_START):
            if span.format == "junk" and (gzip_at := next_member(region.buffer, span.start, span.end)) < span.end:
                yield _junk(span, gzip_at, place, region.start)
                position = gzip_at
                break
            yield _found(span, region.buffer, place, span.start - region.start, span.end - span.start)
            position = span.end
        else:
            newlines = re.compile(rb"[\r\n]*").match(region.buffer, position)
            position = newlines.end() if newlines else position
        if position == before:
            return


def _read_zstd(region: Region, place: str) -> Iterator[RawRecord | Damage]:
    data, faults = unzstd(region.buffer, region.start, region.end)
    for span in scan(data, 0, len(data)):
        yield _found(span, data, place, span.start, span.end - span.start)
    for fault in faults:
        yield Damage(0, place, 0, region.end - region.start, Fault("zstd", fault, True))


def _junk(span: Span, end: int, place: str, base: int) -> Damage:
    length = end - span.start
    fault = Fault("record start", f"{length} bytes that are no record", True)
    return Damage(0, place, span.start - base, length, fault)


def _found(span: Span, buffer: Buffer, place: str, offset: int, length: int) -> RawRecord | Damage:
    if span.format == "junk":
        return Damage(0, place, offset, length, span.faults[0])
    block = bytes(buffer[span.block_start : span.block_end])
    return RawRecord(0, place, offset, length, span, block, span.faults)


def _segments(found: Iterator[Member]) -> Iterator[list[Member]]:
    """Runs of members that begin with a record; a broken member ends its run."""
    run: list[Member] = []
    for member in found:
        if run and (at_record(member.data, 0) or run[-1].fault):
            yield run
            run = []
        run.append(member)
    if run:
        yield run


def _read_segment(run: list[Member], base: int, place: str) -> Iterator[RawRecord | Damage]:
    data, first = joined(run), run[0].start - base
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    size = 0
    for member in run:
        starts.setdefault(size, member.start - base)
        size += len(member.data)
        ends[size] = member.end - base
    broken = Fault("gzip member", run[-1].fault) if run[-1].fault else None
    spans = list(scan(data, 0, len(data)))
    whole = len(spans) == len(run) or len(spans) <= 1
    for n, span in enumerate(spans):
        start, end = starts.get(span.start), ends.get(span.end)
        if start is not None and end is not None:
            found = _found(span, data, place, start, end - start)
        else:
            found = _found(span, data, f"{place}@{first}", span.start, span.end - span.start)
            if not whole and n == 0:
                found = _with_fault(found, Fault("gzip members", "records are not compressed one by one"))
        if broken and n == len(spans) - 1:
            found = _with_fault(found, broken)
        yield found
    if not spans:
        detail = broken.detail if broken else "holds no record"
        yield Damage(0, place, first, run[-1].end - run[0].start, Fault("gzip member", detail, True))


def _with_fault(found: RawRecord | Damage, fault: Fault) -> RawRecord | Damage:
    if isinstance(found, RawRecord):
        return replace(found, faults=(*found.faults, fault))
    return replace(found, fault=Fault(fault.prop, f"{fault.detail}; {found.fault.detail}", True))


def regions(buffer: Buffer) -> Iterator[Region]:
    """The archive files in a buffer: itself, or those inside a zip (also one whose directory is gone)."""
    if buffer[:4] != ZIP_MAGIC:
        yield Region(buffer, 0, len(buffer))
        return
    for entry in _zip_entries(buffer):
        if ARCHIVE_NAME.search(entry.name):
            yield _unzipped(buffer, entry)


def _unzipped(buffer: Buffer, entry: ZipEntry, *, check: bool = True) -> Region:
    """One archive file of a zip; `check` its CRC-32 as well, which reads all of it."""
    name, start = entry.name, entry.start
    faults = (Fault("zip", entry.fault),) if entry.fault else ()
    if entry.method == zipfile.ZIP_STORED:
        end = min(start + entry.size, len(buffer))
        return Region(buffer, start, end, name, faults + (_crc_faults(buffer, start, end, entry.crc) if check else ()))
    if entry.method == zipfile.ZIP_DEFLATED:
        data, problem = _unzip(buffer, start, entry.size)
        more = (Fault("zip", problem),) if problem else _crc_faults(data, 0, len(data), entry.crc)
        return Region(data, 0, len(data), name, (*faults, *more))
    return Region(buffer, start, start, name, (Fault("zip", f"unknown compression method {entry.method}", True),))


def _crc_faults(buffer: Buffer, start: int, end: int, crc: int | None) -> tuple[Fault, ...]:
    found = 0
    for position in range(start, end, 1 << 20):
        found = zlib.crc32(buffer[position : min(end, position + (1 << 20))], found)
    return () if crc is None or crc == found else (Fault("zip", "CRC-32 of the file inside does not hold"),)


class ZipEntry(NamedTuple):
    """A file in a zip: where its stored bytes lie, its CRC-32 when known, and what is wrong with its place."""

    name: str
    method: int
    start: int
    size: int
    crc: int | None
    fault: str


def _zip_entries(buffer: Buffer) -> list[ZipEntry]:
    try:
        with zipfile.ZipFile(_Reader(buffer)) as archive:
            listed = [
                (i.filename, i.compress_type, i.header_offset, i.compress_size, i.CRC) for i in archive.infolist()
            ]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return _scan_zip(buffer)
    found: list[ZipEntry] = []
    for name, method, header, size, crc in listed:
        start = _data_start(buffer, header)
        if start is None:
            return _scan_zip(buffer)
        fault = "" if start + size <= len(buffer) else "file is cut short"
        found.append(ZipEntry(name, method, start, size, crc, fault))
    return found


def _data_start(buffer: Buffer, header: int) -> int | None:
    if buffer[header : header + 4] != ZIP_MAGIC or len(buffer) < header + 30:
        return None
    name, extra = struct.unpack("<HH", buffer[header + 26 : header + 30])
    return int(header + 30 + name + extra)


def _scan_zip(buffer: Buffer) -> list[ZipEntry]:
    """The files of a zip without directory, from their local headers."""
    found: list[ZipEntry] = []
    header = 0
    while (header := buffer.find(ZIP_MAGIC, header)) >= 0:
        start = _data_start(buffer, header)
        if start is None:
            break
        flags, method = struct.unpack("<HH", buffer[header + 6 : header + 10])
        crc, size, _, name_length = struct.unpack("<IIIH", buffer[header + 14 : header + 28])
        name = bytes(buffer[header + 30 : header + 30 + name_length]).decode("utf-8", "replace")
        if flags & 8 or size == 0xFFFFFFFF:
            mark = buffer.find(b"PK\x07\x08", start)
            size = (mark if mark >= 0 else len(buffer)) - start
        size = min(size, len(buffer) - start)
        known = None if flags & 8 else crc
        found.append(ZipEntry(name, method, start, size, known, "the zip's directory is damaged or missing"))
        header = start + (size if method == zipfile.ZIP_STORED else 0)
    return found


def _unzip(buffer: Buffer, start: int, size: int) -> tuple[Buffer, str]:
    reader, sink, end = zlib.decompressobj(-15), Sink(), min(start + size, len(buffer))
    try:
        for position in range(start, end, 4096):
            sink.add(reader.decompress(buffer[position : min(end, position + 4096)]))
    except zlib.error as error:
        return sink.finish(), f"deflated data are damaged ({error})"
    return sink.finish(), "" if reader.eof else "deflated data are cut short"


class _Reader:
    """A seekable file over a buffer, for zipfile."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer, self._position = buffer, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = max(0, offset + (0, self._position, len(self._buffer))[whence])
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        end = len(self._buffer) if size < 0 else self._position + size
        data = bytes(self._buffer[self._position : end])
        self._position += len(data)
        return data

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


class RecordReader:
    """Read single records of archive files again by their address. Keeps the last file and segment at hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._whole: tuple[str, Buffer, dict[str, ZipEntry]] = ("", b"", {})
        self._name = ("", "")
        self._region = Region(b"", 0, 0)
        self._segment: tuple[str, Buffer] = ("", b"")

    def stored(self, address: str, offset: int, length: int) -> bytes:
        """The bytes of the record as they lie in the file (inflated ones for file@segment)."""
        file, segment = split_address(address)
        if segment is not None:
            return bytes(self._inflated(file, segment)[offset : offset + length])
        region = self._open(file)
        start = region.start + offset
        return bytes(region.buffer[start : min(start + length, region.end)])

    def span(self, address: str, offset: int, length: int) -> tuple[Span, bytes]:
        """The record and its block. Raises EvidenceBroken when no record lies there."""
        _, segment = split_address(address)
        data: Buffer = self.stored(address, offset, length)
        if segment is None and data[:3] == MAGIC:
            data = joined(list(members(data, 0, len(data))))
        span = next(scan(data, 0, len(data)), None)
        if span is None or span.format == "junk":
            raise EvidenceBroken(
                f"{address}, offset {offset}: no record where the journal says one lies. Run: imb evidence verify"
            )
        return span, bytes(data[span.block_start : span.block_end])

    def file_information(self, address: str) -> bytes:
        """The stored bytes of the first record when it describes the file (warcinfo, ARC version block), or b""."""
        file, segment = split_address(address)
        region = self._open(file)
        data: Buffer = region.buffer
        start, end = region.start, region.end
        if segment is not None:
            data, start = self._inflated(file, segment), 0
            end = len(data)
        elif data[start : start + 3] == MAGIC:
            member = inflate(data, start, end)
            span = next(scan(member.data, 0, len(member.data)), None)
            is_info = span is not None and span.type == "warcinfo" and span.end == len(member.data) and not member.fault
            return bytes(data[start : member.end]) if is_info else b""
        span = next(scan(data, start, end), None)
        return bytes(data[span.start : span.end]) if span is not None and span.type == "warcinfo" else b""

    def _open(self, file: str) -> Region:
        name, _, inner = file.partition("!")
        stat = (self._folder / name).stat() if (self._folder / name).exists() else None
        if stat is None:
            raise EvidenceBroken(
                f"{self._folder / name} is missing. Restore it from a backup; run: imb evidence verify"
            )
        key = f"{name}:{stat.st_size}:{stat.st_mtime_ns}"
        if key != self._whole[0]:
            buffer = map_file(self._folder / name)
            entries = _zip_entries(buffer) if buffer[:4] == ZIP_MAGIC else []
            self._whole = key, buffer, {e.name: e for e in reversed(entries) if ARCHIVE_NAME.search(e.name)}
        if (key, inner) != self._name:
            self._region, self._segment = self._inside(name, inner), ("", b"")
            self._name = key, inner
        return self._region

    def _inside(self, name: str, inner: str) -> Region:
        _, buffer, entries = self._whole
        if not inner and buffer[:4] != ZIP_MAGIC:
            return Region(buffer, 0, len(buffer))
        if inner not in entries:
            raise EvidenceBroken(f"{self._folder / name} holds no {inner!r}. Run: imb evidence verify")
        return _unzipped(buffer, entries[inner], check=False)

    def _inflated(self, file: str, segment: int) -> Buffer:
        region, key = self._open(file), f"{file}@{segment}"
        if self._segment[0] != key and is_zstd(region.buffer, region.start):
            self._segment = (key, unzstd(region.buffer, region.start, region.end)[0])
        elif self._segment[0] != key:
            run = next(_segments(members(region.buffer, region.start + segment, region.end)), [])
            self._segment = (key, joined(run) if run else b"")
        return self._segment[1]


def split_address(address: str) -> tuple[str, int | None]:
    """(file or file!inner, segment or None) of "file[!inner][@segment]"."""
    found = re.fullmatch(r"(.*)@(\d+)", address, re.DOTALL)
    return (found[1], int(found[2])) if found else (address, None)


__all__ = ["Damage", "RawRecord", "RecordReader", "inflate", "map_file", "read_records", "split_address"]
