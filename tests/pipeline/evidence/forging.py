"""A forger who has the program, time, and everything but the key: archive and journal changed so that they fit."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.evidence.journal import GENESIS, canonical, parse_entry
from pipeline.evidence.warc import gzip_member
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


def forge(home: Home, how: str, rng: random.Random) -> None:
    """Delete, swap or date an exchange in a WARC file, with good digests, and let the journal agree."""

    def change(entries: Entries) -> None:
        named = [e for e in entries if e["kind"] in {"warc_file", "capture"}]
        chosen = rng.choice([e for e in named if e["kind"] == "capture"])
        file = chosen["body"]["file"]
        own = [e for e in named if e["body"]["file"] == file]
        stored = {id(e): _members(home.archive / file, e) for e in own}
        if how == "deleted":
            entries.remove(chosen)
            own.remove(chosen)
        elif how == "swapped":
            other = rng.choice([e for e in own if e["kind"] == "capture" and e is not chosen])
            chosen["body"], other["body"] = other["body"], chosen["body"]
            stored[id(chosen)], stored[id(other)] = stored[id(other)], stored[id(chosen)]
        else:
            day = f"20{rng.randrange(10, 24)}-0{rng.randrange(1, 9)}-1{rng.randrange(10)}".encode()
            stored[id(chosen)] = [
                _edited(m, rb"WARC-Date: \d{4}-\d\d-\d\d", b"WARC-Date: " + day) for m in stored[id(chosen)]
            ]
            at = chosen["body"]["capture"]["captured_at"]
            chosen["body"]["capture"]["captured_at"] = day.decode() + at[10:]
        _place(home.archive / file, own, stored)

    rewritten(home, change)


def _members(path: Path, entry: dict[str, Any]) -> list[bytes]:
    data = path.read_bytes()
    return [data[r["offset"] : r["offset"] + r["length"]] for r in entry["body"]["records"]]


def _edited(member: bytes, old: bytes, new: bytes) -> bytes:
    return gzip_member(re.sub(old, new, gzip.decompress(member), count=1))


def _place(path: Path, entries: Entries, stored: dict[int, list[bytes]]) -> None:
    """Write the file anew and the journal's places and digests with it."""
    data = b""
    for entry in entries:
        for record, member in zip(entry["body"]["records"], stored[id(entry)], strict=True):
            record.update(offset=len(data), length=len(member), sha256=sha256(member).hexdigest())
            capture = entry["body"].get("capture") or {}
            if record["id"] == capture.get("capture_id"):
                capture.update(offset=len(data), length=len(member))
            data += member
    path.write_bytes(data)
