"""The archive files in a buffer: itself, or those inside a zip (WACZ), even one cut short or without its directory."""

from __future__ import annotations

import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.evidence.warc.members import Sink
from pipeline.evidence.warc.records import Buffer, Fault

ARCHIVE_NAME = re.compile(r"(^|/)[^/]+\.w?arc(\.gz|\.zst)?$", re.IGNORECASE)
ZIP_MAGIC = b"PK\x03\x04"


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


def regions(buffer: Buffer) -> Iterator[Region]:
    """The archive files in a buffer: itself, or those inside a zip (also one whose directory is gone)."""
    if buffer[:4] != ZIP_MAGIC:
        yield Region(buffer, 0, len(buffer))
        return
    for entry in zip_entries(buffer):
        if ARCHIVE_NAME.search(entry.name):
            yield unzipped(buffer, entry)


def unzipped(buffer: Buffer, entry: ZipEntry, *, check: bool = True) -> Region:
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


def zip_entries(buffer: Buffer) -> list[ZipEntry]:
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
