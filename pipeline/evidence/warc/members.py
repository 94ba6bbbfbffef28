"""Inflate gzip members one by one, each as far as it goes."""

from __future__ import annotations

import mmap
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.evidence.warc.records import Buffer, at_record
from pipeline.evidence.warc.writing import deflate

MAGIC = b"\x1f\x8b\x08"
STEP = 32 * 1024
IN_MEMORY = 64 * 1024 * 1024
LIMIT = 8 * 1024 * 1024 * 1024  # inflated bytes of one member: beyond it is a bomb, not an archive


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member: its place in the file and what it inflates to; `fault` says why it stops early."""

    start: int
    end: int
    data: Buffer
    fault: str = ""


def members(buffer: Buffer, start: int, end: int) -> Iterator[Member]:
    """Members from `start` while they follow each other; after a broken one, from the next that holds a record."""
    position = start
    while position < end and buffer[position : position + 3] == MAGIC:
        member = inflate(buffer, position, end)
        yield member
        position = member.end


def inflate(buffer: Buffer, start: int, end: int) -> Member:
    """The member at `start`. When it is broken, it extends to the next member that begins with a record."""
    reader, sink, position = deflate.decompressobj(31), Sink(), start
    try:
        while position < end and not reader.eof:
            chunk = buffer[position : min(end, position + STEP)]
            position += len(chunk)
            sink.add(reader.decompress(chunk))
            if sink.size > LIMIT:
                return Member(
                    start, next_member(buffer, start + 1, end), sink.finish(), f"inflates to over {LIMIT} bytes"
                )
    except (zlib.error, deflate.error) as error:
        sink.close()
        return _salvage(buffer, start, end, f"gzip data are damaged ({error})")
    if not reader.eof:
        following = next_member(buffer, start + 1, end)
        return Member(start, following, sink.finish(), "gzip member is cut short")
    return Member(start, position - len(reader.unused_data), sink.finish())


def _salvage(buffer: Buffer, start: int, end: int, fault: str) -> Member:
    """Everything that comes out before the fault; small steps, because a failing step gives nothing."""
    following = next_member(buffer, start + 1, end)
    reader, sink = zlib.decompressobj(31), Sink()
    try:
        for position in range(start, following, 16):
            sink.add(reader.decompress(buffer[position : min(following, position + 16)]))
            if sink.size > LIMIT:
                break
    except zlib.error:
        pass
    return Member(start, following, sink.finish(), fault)


def next_member(buffer: Buffer, start: int, end: int) -> int:
    """Offset of the next gzip member whose content begins with a record, or `end`."""
    return next_with_record(buffer, start, end, MAGIC, _glance)


def _glance(buffer: Buffer, position: int, end: int) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(buffer[position : min(end, position + STEP)], 16 * 1024)
    except zlib.error:
        return b""


def next_with_record(
    buffer: Buffer, start: int, end: int, magic: bytes, glance: Callable[[Buffer, int, int], bytes]
) -> int:
    """Offset of the next place with this magic number whose content begins with a record, or `end`.

    `glance(buffer, position, end)` inflates the beginning of what lies there; b"" when it is nothing.
    """
    position = buffer.find(magic, start, end)
    while position >= 0:
        if at_record(glance(buffer, position, end), 0):
            return position
        position = buffer.find(magic, position + 1, end)
    return end


class Sink:
    """Collects inflated bytes in memory, beyond a limit in a temporary file."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []
        self._file: tempfile._TemporaryFileWrapper[bytes] | None = None

    def add(self, data: bytes) -> None:
        self.size += len(data)
        if self._file is not None:
            self._file.write(data)
            return
        self._parts.append(data)
        if self.size > IN_MEMORY:
            self._file = tempfile.NamedTemporaryFile()  # noqa: SIM115
            self._file.writelines(self._parts)
            self._parts = []

    def finish(self) -> Buffer:
        if self._file is None:
            return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._file.flush()
        view = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        self.close()
        return view

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def joined(parts: list[Member]) -> Buffer:
    """What a run of members inflates to, as one buffer."""
    if len(parts) == 1:
        return parts[0].data
    sink = Sink()
    for part in parts:
        for start in range(0, len(part.data), 1 << 20):
            sink.add(part.data[start : start + (1 << 20)])
    return sink.finish()
