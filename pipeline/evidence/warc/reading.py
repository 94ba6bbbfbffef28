"""Read web archives by anyone: WARC, ARC, gzipped by record or as a whole, zstd, and WACZ; good, odd and broken.

A record is addressed by (file, offset, length) so that it can be read again alone:
  file                        the gzip member(s) or plain bytes at offset … offset + length
  file!inner                  the same, inside the archive file `inner` of a WACZ (zip)
  file@segment                gzip not divided by record: offset and length count in what inflates from `segment` on;
                              zstd: in what the whole file inflates to (`segment` is 0)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.evidence.warc.members import MAGIC, Member, joined, members, next_member
from pipeline.evidence.warc.records import Buffer, Fault, Span, at_record, scan
from pipeline.evidence.warc.regions import Region, regions
from pipeline.evidence.warc.zstd_frames import is_zstd, unzstd

GZIP_START = re.compile(re.escape(MAGIC))


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
            for run in segments(members(region.buffer, position, region.end)):
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


def segments(found: Iterator[Member]) -> Iterator[list[Member]]:
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
