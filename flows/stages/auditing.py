"""Check the audit and custody log against itself and against what the journal noted of it."""

from __future__ import annotations

from pipeline.evidence.archive import Archive
from pipeline.home import Home
from pipeline.store.casework import Casework


def verify_logs(home: Home) -> list[str]:
    """What is wrong with the log: altered, missing or reordered entries, or an end cut off since the last build."""
    kept: tuple[int, str] | None = None
    for entry in Archive(home).journal.entries("snapshot"):
        kept = (entry.body["log_seq"], entry.body["log_hash"])
    return Casework(home.casework_url).verify_logs(kept)
