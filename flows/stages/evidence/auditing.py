"""Check the evidence, and the audit and custody log against itself and against what the journal noted of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from flows.stages.evidence.custody import note
from pipeline.errors import ImbError
from pipeline.evidence.archive import Archive
from pipeline.evidence.check import Report
from pipeline.evidence.verify import verify_home
from pipeline.home import Home
from pipeline.store.casework import Casework
from pipeline.store.roles import user_key


def verify_logs(home: Home) -> list[str]:
    """What is wrong with the log: altered, missing or reordered entries, or an end cut off since the last build."""
    kept: tuple[int, str] | None = None
    for entry in Archive(home).journal.entries("snapshot"):
        kept = (entry.body["log_seq"], entry.body["log_hash"])
    return Casework(home.casework_url).verify_logs(kept)


def log_entries(
    home: Home, actor: str = "", about: str = "", since: date | None = None, until: date | None = None
) -> list[dict[str, Any]]:
    """Entries of the audit and custody log, oldest first: of one user, with these words, of a period by UTC days."""
    return [
        entry
        for entry in Casework(home.casework_url).entries()
        if (not actor or user_key(entry["actor"]) == user_key(actor))
        and about.casefold() in f"{entry['object']} {entry['reason']}".casefold()
        and (since is None or entry["at"][:10] >= since.isoformat())
        and (until is None or entry["at"][:10] <= until.isoformat())
    ]


def verify_evidence(
    home: Home, user: str, *, against: Sequence[Path] = (), progress: Callable[[int], None] | None = None
) -> Report:
    """Check everything in a home (see verify_home), and say so in the custody log.

    A log that cannot be written, on a read-only copy for example, is a note in the report.
    """
    report = verify_home(home, progress, against=against)
    note_verified(home, user, "the whole home", report, report.head[1] if report.head else "")
    return report


def note_verified(home: Home, user: str, what: str, report: Report, head: str) -> None:
    """The custody entry of a check; `head` is the hash that stands for what was checked."""
    words = f"{report.records} records checked, {report.found} problems"
    if not home.settings.casework_url and not (home.root / "casework.sqlite").exists():
        report.notes.append("No custody entry was made: this copy has no casework.")
        return
    try:
        note(home, user, "verify", what, words, before=head, after=head)
    except ImbError as error:
        report.notes.append(f"No custody entry was made: {error}")
