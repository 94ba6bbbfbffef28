"""A forger who has the program, time, and everything but the key: archive and journal changed so that they fit."""

from __future__ import annotations

import gzip
import json
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pipeline.evidence.entries import GENESIS, canonical, parse_entry
from pipeline.evidence.package.wacz import datapackage_digest, resource, zip_entry
from pipeline.evidence.warc.writing import gzip_member
from pipeline.home import Home

Entries = list[dict[str, Any]]


def rewritten(home: Home, change: Callable[[Entries], object]) -> None:
    """Change the journal's entries and make every hash anew."""
    entries = [json.loads(line) for line in home.journal.read_bytes().splitlines()]
    change(entries)
    lines, prev = [], GENESIS
    for seq, entry in enumerate(entries, 1):
        entry.update(seq=seq, prev=prev)
        made = replace(parse_entry(canonical({**entry, "hash": ""})), hash="")
        made = replace(made, hash=sha256(canonical(made.unhashed())).hexdigest())
        lines.append(made.line())
        prev = made.hash
    home.journal.write_bytes(b"".join(lines))


def forge(home: Home, how: str, rng: random.Random) -> int:
    """Change an exchange in a WARC file (see CHANGES), with digests that are good, and let the journal agree.

    Returns the seq of the first entry that is not as it was.
    """
    before = [json.loads(line) for line in home.journal.read_bytes().splitlines()]

    def change(entries: Entries) -> None:
        chosen = rng.choice([e for e in entries if e["kind"] == "capture"])
        file = chosen["body"]["file"]
        own = [e for e in entries if e["kind"] in {"warc_file", "capture"} and e["body"]["file"] == file]
        stored = {id(e): _members(home.archive / file, e) for e in own}
        CHANGES[how](_Forgery(entries, own, stored, chosen, rng))
        _place(home.archive / file, own, stored)

    rewritten(home, change)
    after = [json.loads(line) for line in home.journal.read_bytes().splitlines()]
    pairs = zip_longest(before, after)
    return next(n for n, (a, b) in enumerate(pairs, 1) if not (a and b) or _said(a) != _said(b))


def _said(entry: dict[str, Any]) -> list[Any]:
    return [entry["at"], entry["kind"], entry["body"]]


@dataclass
class _Forgery:
    entries: Entries  # of the whole journal
    own: Entries  # those of the file, in its order
    stored: dict[int, list[bytes]]  # their members, by id() of the entry
    chosen: dict[str, Any]
    rng: random.Random

    def edit(self, change: Callable[[bytes], bytes]) -> None:
        self.stored[id(self.chosen)] = [edited(member, change) for member in self.stored[id(self.chosen)]]

    def drop(self, entry: dict[str, Any]) -> None:
        for entries in (self.entries, self.own):
            entries[:] = [e for e in entries if e is not entry]

    def delete(self) -> None:
        self.drop(self.chosen)

    def cut(self) -> None:
        """The file ends before the exchange."""
        place = next(n for n, e in enumerate(self.own) if e is self.chosen)
        for entry in self.own[place:]:
            self.drop(entry)

    def swap(self) -> None:
        other = self.rng.choice([e for e in self.own if e["kind"] == "capture" and e is not self.chosen])
        one = self.chosen
        one["body"], other["body"] = other["body"], one["body"]
        self.stored[id(one)], self.stored[id(other)] = self.stored[id(other)], self.stored[id(one)]

    def date(self) -> None:
        rng = self.rng
        day = f"20{rng.randrange(10, 24)}-0{rng.randrange(1, 9)}-1{rng.randrange(10)}".encode()
        self.edit(lambda record: re.sub(rb"WARC-Date: \d{4}-\d\d-\d\d", b"WARC-Date: " + day, record, count=1))
        capture = self.chosen["body"]["capture"]
        capture["captured_at"] = day.decode() + capture["captured_at"][10:]


CHANGES: dict[str, Callable[[_Forgery], None]] = {
    "deleted": _Forgery.delete,
    "swapped": _Forgery.swap,
    "dated": _Forgery.date,
    "body edited": lambda f: f.edit(lambda record: with_digests(other_body(record))),
    "digests stripped": lambda f: f.edit(without_digests),
    "cut": _Forgery.cut,
}


def edited(member: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A gzip member with another record inside."""
    return gzip_member(change(gzip.decompress(member)))


def other_body(record: bytes) -> bytes:
    """The ad names another business."""
    return record.replace(b"Lotus", b"Lutos")


def without_digests(record: bytes) -> bytes:
    return re.sub(rb"WARC-(Block|Payload)-Digest: [^\r]*\r\n", b"", record)


def with_digests(record: bytes) -> bytes:
    """The digest headers as they belong to the record's content."""
    block, body = _block(record), _body(record)
    for name, content in ((b"Block", block), (b"Payload", body)):
        line = b"WARC-%s-Digest: sha256:%s" % (name, sha256(content).hexdigest().encode())
        record = re.sub(rb"WARC-%s-Digest: [^\r]*" % name, line, record, count=1)
    return record


def _block(record: bytes) -> bytes:
    return record.partition(b"\r\n\r\n")[2][:-4]


def _body(record: bytes) -> bytes:
    block = _block(record)
    return block.partition(b"\r\n\r\n")[2] if b"application/http" in record.partition(b"\r\n\r\n")[0] else block


def _members(path: Path, entry: dict[str, Any]) -> list[bytes]:
    data = path.read_bytes()
    return [data[r["offset"] : r["offset"] + r["length"]] for r in entry["body"]["records"]]


def _place(path: Path, entries: Entries, stored: dict[int, list[bytes]]) -> None:
    """Write the file anew and the journal's places and digests with it."""
    data = b""
    for entry in entries:
        for record, member in zip(entry["body"]["records"], stored[id(entry)], strict=True):
            plain = gzip.decompress(member)
            record.update(offset=len(data), length=len(member), sha256=sha256(member).hexdigest())
            record["block"] = sha256(_block(plain)).hexdigest()
            capture = entry["body"].get("capture") or {}
            if record["id"] == capture.get("capture_id"):
                payload = sha256(_body(plain)).hexdigest()
                capture.update(offset=len(data), length=len(member), sha256=payload)
                record["payload"] = payload
            data += member
    path.write_bytes(data)


def rewrapped(wacz: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """A WACZ whose parts were changed, and whose description was made to fit."""
    with zipfile.ZipFile(wacz) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    described = json.loads(parts["datapackage.json"])
    inside = sorted(name for name in parts if not name.startswith("datapackage"))
    described["resources"] = [resource(n, sha256(parts[n]).hexdigest(), len(parts[n])) for n in inside]
    parts["datapackage.json"] = json.dumps(described, indent=1).encode() + b"\n"
    parts["datapackage-digest.json"] = datapackage_digest(parts["datapackage.json"])
    with zipfile.ZipFile(wacz, "w") as packed:
        for name, data in parts.items():
            packed.writestr(zip_entry(name), data)
