"""How a home stands, without checking it: what is sealed, what waits, when it was audited, what was published."""

from __future__ import annotations

from typing import Any

from flows.stages.evidence.audit_reports import last_audit
from flows.stages.evidence.sealing import seal_status
from flows.stages.watches.notices import pending
from pipeline.errors import ImbError
from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.files import BOOKKEEPING
from pipeline.home import Home


def home_status(home: Home) -> dict[str, Any]:
    """{home, journal_entries, seals, last_audit, snapshot, watch_notices}; what is wrong is said in `trouble`."""
    archive, trouble = Archive(home), []
    head = archive.journal.head()
    seals: dict[str, Any] = {}
    try:
        seals = seal_status(archive)
        seals["unsealed_since"] = _unsealed_since(archive, seals["sealed_seq"]) if seals["unsealed_entries"] else ""
    except ImbError as error:
        trouble.append(str(error))
    audit = last_audit(home)
    if audit and audit["counts"]["problems"]:
        trouble.append(f"The audit of {audit['at']} found {audit['counts']['problems']} problems: imb evidence verify")
    try:
        snapshot = home.current_snapshot().name
    except ImbError:
        snapshot = ""
    return {
        "home": home.root.resolve(),
        "journal_entries": head.seq if head else 0,
        "seals": seals,
        "last_audit": audit,
        "snapshot": snapshot,
        "watch_notices": pending(home),
        "trouble": trouble,
    }


def _unsealed_since(archive: Archive, sealed_seq: int) -> str:
    """Journal time of the first entry that no seal covers."""
    behind = archive.journal.entries(after=sealed_seq)
    return next((entry.at for entry in behind if entry.kind not in BOOKKEEPING), "")
