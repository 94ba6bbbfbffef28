"""The inbox: `inbox/<kind>/` for record files, `inbox/archives/` for WARC and WACZ made by others.

Files stay where they were dropped; one that the home already holds is passed over by its digest.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import get_args

from flows.stages.captures.collecting import import_archives
from flows.stages.progress import Progress, silent
from flows.stages.records.receiving import receive_files
from pipeline.errors import FixInput
from pipeline.evidence.archive import Archive
from pipeline.home import Home
from pipeline.model import RecordKind

ARCHIVE_ENDINGS = (".warc", ".warc.gz", ".wacz", ".arc", ".arc.gz")


def receive_inbox(home: Home, progress: Progress = silent) -> dict[str, int]:
    """Take in what is new. The caller holds the lock. Returns counts: files, records, quarantined, captures, failed."""
    counts = {"files": 0, "records": 0, "quarantined": 0, "captures": 0, "failed": 0}
    inbox = home.root / "inbox"
    held = {e.body["sha256"] for e in Archive(home).journal.entries() if "sha256" in e.body}
    kinds: tuple[RecordKind, ...] = get_args(RecordKind)
    for kind in kinds:
        for path in _new_files(inbox / kind, held):
            try:
                (report,) = receive_files(home, [path], kind, progress=progress)
            except FixInput:
                counts["failed"] += 1
                continue
            counts["files"] += 1
            counts["records"] += report["records"]
            counts["quarantined"] += report["quarantined"]
    archives = [p for p in _new_files(inbox / "archives", held) if p.name.lower().endswith(ARCHIVE_ENDINGS)]
    for imported in import_archives(home, archives, "received through the inbox", progress=progress):
        counts["files"] += 1
        counts["captures"] += imported.captures
    return counts


def _new_files(folder: Path, held: set[str]) -> list[Path]:
    if not folder.is_dir():
        return []
    files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    return [p for p in files if _digest(p) not in held]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
