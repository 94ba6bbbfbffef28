"""Read single records of archive files again, by the address under which the journal has them."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import EvidenceBroken
from pipeline.evidence.warc.members import MAGIC, inflate, joined, members
from pipeline.evidence.warc.reading import segments
from pipeline.evidence.warc.records import Buffer, Span, scan
from pipeline.evidence.warc.regions import ARCHIVE_NAME, ZIP_MAGIC, Region, ZipEntry, map_file, unzipped, zip_entries
from pipeline.evidence.warc.zstd_frames import is_zstd, unzstd


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
            entries = zip_entries(buffer) if buffer[:4] == ZIP_MAGIC else []
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
        return unzipped(buffer, entries[inner], check=False)

    def _inflated(self, file: str, segment: int) -> Buffer:
        region, key = self._open(file), f"{file}@{segment}"
        if self._segment[0] != key and is_zstd(region.buffer, region.start):
            self._segment = (key, unzstd(region.buffer, region.start, region.end)[0])
        elif self._segment[0] != key:
            run = next(segments(members(region.buffer, region.start + segment, region.end)), [])
            self._segment = (key, joined(run) if run else b"")
        return self._segment[1]


def split_address(address: str) -> tuple[str, int | None]:
    """(file or file!inner, segment or None) of "file[!inner][@segment]"."""
    found = re.fullmatch(r"(.*)@(\d+)", address, re.DOTALL)
    return (found[1], int(found[2])) if found else (address, None)
