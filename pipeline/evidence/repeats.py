"""Revisit records of imported archives: "seen again, unchanged", without a body of their own.

They are joined to the capture that they repeat by what they say themselves (WARC 1.1, 6.7): the record they refer to,
its address and date, or the digest of its payload, in this order. What refers to nothing that the home holds says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from pipeline.evidence.archive import CAPTURE_KINDS, Archive
from pipeline.evidence.entries import utc_text
from pipeline.evidence.recovery import record_id
from pipeline.evidence.warc.payload import parse_http
from pipeline.evidence.warc.reading import RawRecord
from pipeline.evidence.warc.records import parse_date
from pipeline.model import Capture

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """One revisit record; `of` is the capture that it repeats, "" when the home holds none, joined by `how`."""

    record: int
    place: str
    offset: int
    length: int
    block: str  # SHA-256
    url: str
    at: str  # as captured; ISO 8601 UTC, "" when the record has no date
    status: int  # 0 when the record holds no HTTP head
    of: str = ""
    of_url: str = ""
    of_at: str = ""
    how: str = ""

    def __str__(self) -> str:
        seen = f"record {self.record}: {self.url} was seen again on {self.at or 'an unknown day'}"
        if not self.of:
            return f"{seen}; the capture that it repeats is not in this home"
        return f"{seen}, unchanged since the capture {self.of} of {self.of_url} on {self.of_at} (by its {self.how})"


class Earlier(NamedTuple):
    """A capture that may be repeated, and the digest that its record states ("" without one)."""

    capture_id: str
    url: str
    at: str
    digest: str = ""


class Repeats:
    """The responses of one file as they are read, and the revisits that wait for the end of it."""

    def __init__(self) -> None:
        self._earlier: dict[Key, Earlier] = {}
        self._met: list[tuple[Repeat, dict[str, Key], str]] = []

    def note(self, record: RawRecord, capture: Capture) -> None:
        """A response of the file, which a revisit may name."""
        digest = _digest(record)
        earlier = Earlier(capture.capture_id, capture.url, utc_text(capture.captured_at), digest)
        keys: list[Key] = [("id", record_id(record.span)), ("at", capture.url, earlier.at)]
        if digest:
            keys += [("digest", digest, capture.url), ("digest", digest)]
        for key in keys:
            self._earlier.setdefault(key, earlier)

    def meet(self, record: RawRecord) -> None:
        """A revisit of the file."""
        headers, moment = record.span.headers, parse_date(record.span.headers.get("warc-date", ""))
        message = parse_http(record.block)
        met = Repeat(
            record.number,
            record.place,
            record.offset,
            record.length,
            sha256(record.block).hexdigest(),
            record.span.url,
            utc_text(moment) if moment else "",
            message.status if message else 0,
        )
        digest = _digest(record)
        before = parse_date(headers.get("warc-refers-to-date", ""))
        named = headers.get("warc-refers-to", "").strip("<>").removeprefix("urn:uuid:")
        keys: dict[str, Key] = {"record id": ("id", named)} if named else {}
        if before:
            url = headers.get("warc-refers-to-target-uri", "").strip("<>") or record.span.url
            keys["address and date"] = ("at", url, utc_text(before))
        if digest:
            keys |= {"payload": ("digest", digest, record.span.url), "payload digest": ("digest", digest)}
        self._met.append((met, keys, digest))

    def joined(self, archive: Archive) -> list[Repeat]:
        """Every revisit with what it repeats: a capture of the file, or else one that the home held before."""
        found = [(*met, _find(self._earlier, *met[1:])) for met in self._met]
        wanted = {key for _, keys, _, hit in found if hit is None for key in keys.values()}
        held = _held(archive, wanted) if wanted else {}
        return [_joined(met, hit or _find(held, keys, digest)) for met, keys, digest, hit in found]


def _joined(met: Repeat, hit: tuple[str, Earlier] | None) -> Repeat:
    if hit is None:
        return met
    how, earlier = hit
    return replace(met, of=earlier.capture_id, of_url=earlier.url, of_at=earlier.at, how=how)


def _find(earlier: dict[Key, Earlier], keys: dict[str, Key], digest: str) -> tuple[str, Earlier] | None:
    """The first that is named, unless its record states another payload than the revisit does."""
    for how, key in keys.items():
        hit = earlier.get(key)
        if hit and not _contradict(digest, hit.digest):
            return how, hit
    return None


def _contradict(one: str, other: str) -> bool:
    """Whether two digests are of one kind, written in one way, and differ."""
    is_alike = one.partition(":")[0] == other.partition(":")[0] and len(one) == len(other)
    return bool(one and other) and is_alike and one != other


def _held(archive: Archive, wanted: set[Key]) -> dict[Key, Earlier]:
    """Captures of the home that the keys name, by these. One pass over the journal."""
    held: dict[Key, Earlier] = {}
    for entry in archive.journal.entries(CAPTURE_KINDS):
        facts = entry.body.get("capture")
        if not facts or facts["capture_id"] in archive.purges.captures:
            continue
        earlier = Earlier(facts["capture_id"], facts["url"], facts["captured_at"])
        keys: list[Key] = [("at", facts["url"], facts["captured_at"])]
        keys += [("id", record["id"]) for record in entry.body["records"] if record["type"] == "response"]
        for key in wanted.intersection(keys):
            held.setdefault(key, earlier)
    return held


def _digest(record: RawRecord) -> str:
    """The payload digest that the record states, "algorithm:value"."""
    name, colon, value = record.span.headers.get("warc-payload-digest", "").partition(":")
    return f"{name.strip()}:{value.strip().rstrip('=')}".lower() if colon else ""
