"""Entries of the journal and their one serialization.

A line is canonical JSON (sorted keys, no spaces, ASCII) of {at, body, hash, kind, prev, seq}; `hash` is the SHA-256 of
the same object without `hash`; `prev` is the hash of the line before (64 zeros in the first).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson

GENESIS = "0" * 64
ENDING = re.compile(rb'"hash":"([0-9a-f]{64})","kind":"([^"]*)","prev":"[0-9a-f]{64}","seq":(\d+)\}\n$')
ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
WITHOUT_FLOATS = frozenset(
    {"capture", "failure", "imported", "recovered", "warc_file"}
)  # the kinds that come by the million


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `at` is ISO 8601 UTC with microseconds; `body` is what the kind of entry says."""

    seq: int
    at: str
    kind: str
    prev: str
    body: dict[str, Any]
    hash: str

    def line(self) -> bytes:
        return canonical({**self.unhashed(), "hash": self.hash}) + b"\n"

    def unhashed(self) -> dict[str, Any]:
        return {"seq": self.seq, "at": self.at, "kind": self.kind, "prev": self.prev, "body": self.body}

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.at)


def canonical(value: Any) -> bytes:
    """The one serialization that is hashed."""
    return ENCODER.encode(value).encode("ascii")


def canonical_without_floats(value: Any) -> bytes:
    """`canonical` of what holds no floats, whose exponents orjson writes in its own way; a tenth of the time."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a surrogate, a number beyond 64 bits
        return canonical(value)
    return text if text.isascii() and b"\x7f" not in text else canonical(value)


@lru_cache(maxsize=64)
def kind_text(kind: str) -> bytes:
    """A kind of entry as it stands in the journal."""
    return canonical(kind)


@lru_cache(maxsize=64)  # each time of an exchange is written in several records
def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC, always six digits of a second, ending in Z."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"


def make_entry(seq: int, at: str, kind: str, prev: str, body: dict[str, Any]) -> tuple[Entry, bytes]:
    """An entry and its line, with the line end."""
    text = canonical_without_floats(body) if kind in WITHOUT_FLOATS else canonical(body)
    before = b'{"at":"%b","body":%b,' % (at.encode(), text)
    after = b'"kind":%b,"prev":"%b","seq":%d}' % (kind_text(kind), prev.encode(), seq)
    digest = sha256(before + after).hexdigest()
    return Entry(seq, at, kind, prev, body, digest), b'%b"hash":"%b",%b\n' % (before, digest.encode(), after)


def parse_entry(line: bytes) -> Entry:
    """One line as an Entry, hashes unchecked. Raises ValueError when it is not a journal line."""
    return _entry(json.loads(line))


def read_line(line: bytes) -> tuple[Entry, bool]:
    """One line as an Entry, and whether it is written in the canonical form. Raises ValueError like `parse_entry`.

    What orjson reads and writes again to the same bytes is canonical (it has its own way with DEL, and with exponents,
    which no entry holds). Whatever differs is judged by the one serialization that is hashed.
    """
    try:
        value = orjson.loads(line)
        again = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
    except (ValueError, TypeError):
        again = b""
    if again == line and b"\x7f" not in line and line.isascii():
        return _entry(value), True
    entry = parse_entry(line)
    return entry, entry.line() == line


def _entry(value: Any) -> Entry:
    if not isinstance(value, dict) or set(value) != {"seq", "at", "kind", "prev", "body", "hash"}:
        raise ValueError("not a journal entry")
    entry = Entry(**value)
    texts = (entry.at, entry.kind, entry.prev, entry.hash)
    if type(entry.seq) is not int or not isinstance(entry.body, dict) or not all(isinstance(t, str) for t in texts):
        raise ValueError("a field of the entry has the wrong type")
    return entry


def faults(entry: Entry, line: bytes, is_canonical: bool, previous: Entry | None) -> Iterator[tuple[str, str]]:
    """(property, detail) of what is wrong with a line that should follow `previous`."""
    if is_canonical and (end := ENDING.search(line)):
        hashed = b"%b%b" % (line[: end.start()], line[end.start(1) + 66 : -1])
        if sha256(hashed).hexdigest() != entry.hash:
            yield "hash", f"entry {entry.seq} ({entry.kind}) does not have the content its hash was made from"
    elif sha256(canonical(entry.unhashed())).hexdigest() != entry.hash:
        yield "hash", f"entry {entry.seq} ({entry.kind}) does not have the content its hash was made from"
    elif not is_canonical and line.endswith(b"\n"):
        yield "canonical form", f"entry {entry.seq} is not written as it was hashed"
    seq, prev = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
    if entry.seq != seq:
        yield "seq", f"entry {entry.seq} stands where {seq} belongs: entries are missing, repeated or reordered"
    if entry.prev != prev:
        yield "prev", f"entry {entry.seq} does not follow the entry before it"
