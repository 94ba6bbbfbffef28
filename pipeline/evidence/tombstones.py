"""What stands in the place of a purged record: a WARC record of exactly the same number of stored bytes.

The journal names every record by its offset, so nothing behind a purged one may move. The tombstone is padded: inside
a gzip member by stored (uncompressed) deflate blocks of spaces, in a plain file by spaces.
"""

from __future__ import annotations

import zlib

from pipeline.evidence.warc.members import MAGIC, inflate

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
STORED = 65_535  # bytes of one stored deflate block
WORDS = "purged: see archive/purges in the home this file belongs to"


class NoTombstone(Exception):
    """The record is not of a form in which a tombstone can take its place; the message says why."""


def tombstone(stored: bytes, record_id: str, purge_id: str, when: str) -> bytes:
    """A record for the place of `stored` (one gzip member or one plain WARC record), as long as it.

    `when` is the time of the purge (ISO 8601 UTC). The same arguments give the same bytes. Raises NoTombstone.
    """
    if stored[:3] == MAGIC:
        member = inflate(stored, 0, len(stored))
        if member.fault or member.end != len(stored) or bytes(member.data[:5]) != b"WARC/":
            raise NoTombstone("it is not one gzip member with one WARC record")
        return _member(len(stored), record_id, purge_id, when)
    if stored[:5] != b"WARC/":
        raise NoTombstone("it is no WARC record")
    return _plain(len(stored), record_id, purge_id, when)


def _record(record_id: str, purge_id: str, when: str, padding: int, filler: int = 0) -> bytes:
    """Head and words of the record; `padding` spaces and two line ends follow."""
    words = f"{WORDS}{'.' * filler}\r\n".encode()
    lines = [
        "WARC/1.1",
        "WARC-Type: metadata",
        f"WARC-Record-ID: <urn:uuid:{purge_id[:-12]}{record_id[-12:]}>",
        f"WARC-Date: {when}",
        f"WARC-Refers-To: <urn:uuid:{record_id}>",
        "Content-Type: text/plain",
        f"Content-Length: {len(words) + padding:010d}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + words


def _plain(length: int, record_id: str, purge_id: str, when: str) -> bytes:
    padding = length - len(_record(record_id, purge_id, when, 0)) - 4
    if padding < 0:
        raise NoTombstone(f"its {length} bytes hold no tombstone")
    return _record(record_id, purge_id, when, padding) + b" " * padding + b"\r\n\r\n"


def _member(length: int, record_id: str, purge_id: str, when: str) -> bytes:
    """What the head says (the padding's length) changes how well it packs: tried until head and padding fit."""
    for filler in range(40):
        padding = 0
        for _ in range(8):
            head = _packed(_record(record_id, purge_id, when, padding, filler))
            room = length - len(GZIP_HEAD) - len(head) - 8 - 4  # 4: the line ends after the block
            blocks = max(1, -(-(room + 4) // (STORED + 5)))
            found = room - 5 * blocks
            if found == padding:
                plain = _record(record_id, purge_id, when, padding, filler)
                return _assembled(head, plain, b" " * padding + b"\r\n\r\n", blocks)
            if found < 0:
                break
            padding = found
    raise NoTombstone(f"its {length} bytes hold no tombstone")


def _packed(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def _assembled(head: bytes, plain: bytes, rest: bytes, blocks: int) -> bytes:
    parts = [GZIP_HEAD, head]
    for n in range(blocks):
        chunk = rest[n * STORED : (n + 1) * STORED]
        size = len(chunk)
        parts.append(bytes([n == blocks - 1]) + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little"))
        parts.append(chunk)
    whole = plain + rest
    parts.append(zlib.crc32(whole).to_bytes(4, "little") + (len(whole) & 0xFFFFFFFF).to_bytes(4, "little"))
    return b"".join(parts)
