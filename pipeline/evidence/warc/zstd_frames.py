"""Inflate web archives that are compressed with zstd, frame by frame, each as far as it goes.

A file may begin with a dictionary, plain or itself compressed, in a frame that other programs skip
(https://iipc.github.io/warc-specifications/specifications/warc-zstd/).
"""

from __future__ import annotations

import zstandard

from pipeline.evidence.warc.members import LIMIT, Sink, next_with_record
from pipeline.evidence.warc.records import Buffer

FRAME, SKIPPED, DICTIONARY = b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18", b"\x5d\x2a\x4d\x18"
STEP = 1024  # bytes; a step that fails gives nothing
GLANCE = 16 * 1024


def is_zstd(buffer: Buffer, position: int) -> bool:
    """Whether a zstd frame begins here, one to be skipped included."""
    head = bytes(buffer[position : position + 4])
    return head == FRAME or (head[1:] == SKIPPED and 0x50 <= head[0] <= 0x5F)


def unzstd(buffer: Buffer, start: int, end: int) -> tuple[Buffer, list[str]]:
    """What all frames inflate to, one behind the other, and what is wrong with them. After a broken frame it goes on
    with the next that begins with a record."""
    reader, position, faults = _reader(buffer, start, end)
    sink = Sink()
    while position < end and is_zstd(buffer, position):
        after, fault = _inflate(reader, buffer, position, end, sink)
        if fault:
            faults.append(f"frame at byte {position - start}: {fault}")
            after = _next_frame(reader, buffer, position + 1, end)
        position = after
        if sink.size > LIMIT:
            faults.append(f"inflates to over {LIMIT} bytes: the rest is not read")
            return sink.finish(), faults
    if position < end:
        faults.append(f"{end - position} bytes behind the last frame are not zstd")
    return sink.finish(), faults


def _reader(buffer: Buffer, start: int, end: int) -> tuple[zstandard.ZstdDecompressor, int, list[str]]:
    """A decompressor with the file's dictionary if it has one, where its first frame begins, and what is wrong."""
    if bytes(buffer[start : start + 4]) != DICTIONARY:
        return zstandard.ZstdDecompressor(), start, []
    stop = min(end, start + 8 + int.from_bytes(buffer[start + 4 : start + 8], "little"))
    data = bytes(buffer[start + 8 : stop])
    try:
        if data[:4] == FRAME:
            data = zstandard.ZstdDecompressor().decompress(data, max_output_size=GLANCE * 1024)
        return zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(data)), stop, []
    except zstandard.ZstdError as error:
        return zstandard.ZstdDecompressor(), stop, [f"the dictionary cannot be read ({error})"]


def _inflate(reader: zstandard.ZstdDecompressor, buffer: Buffer, start: int, end: int, sink: Sink) -> tuple[int, str]:
    """Inflate one frame into the sink: where it ends, and why it stops early."""
    frame, position = reader.decompressobj(), start
    try:
        while position < end and not frame.eof:
            chunk = bytes(buffer[position : min(end, position + STEP)])
            position += len(chunk)
            sink.add(frame.decompress(chunk))
            if sink.size > LIMIT:
                return position, ""
    except zstandard.ZstdError as error:
        return position, f"zstd data are damaged ({error})"
    return position - len(frame.unused_data), "" if frame.eof else "cut short"


def _next_frame(reader: zstandard.ZstdDecompressor, buffer: Buffer, start: int, end: int) -> int:
    """Where the next frame that begins with a record begins, or `end`."""

    def glance(buffer: Buffer, position: int, end: int) -> bytes:
        try:
            return reader.decompressobj().decompress(bytes(buffer[position : min(end, position + STEP)]))
        except zstandard.ZstdError:
            return b""

    return next_with_record(buffer, start, end, FRAME, glance)
