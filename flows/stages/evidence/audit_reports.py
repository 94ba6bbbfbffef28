"""The repeated check of a home: seal, verify everything, leave a report in the home.

audits/<UTC time>.json holds every problem and note, with record ids, file names and entry numbers, as
`imb evidence verify` prints them. Only its counts go to the scheduler, which has no roles.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.stages.evidence.auditing import verify_evidence, verify_logs
from flows.stages.evidence.sealing import seal_now
from pipeline.errors import ImbError
from pipeline.evidence.provenance import software
from pipeline.home import Home, full_disk_named, write_atomically

LISTED = 1000  # problems written out; all are counted


@dataclass(frozen=True, slots=True)
class AuditReport:
    """One audit. `counts` holds numbers only: what may leave the house."""

    path: Path
    counts: Mapping[str, int]
    first_problem: str  # "" when nothing is wrong

    @property
    def ok(self) -> bool:
        return not self.counts["problems"]


def audit_home(home: Home) -> AuditReport:
    """Seal what is not sealed, retry what is pending, check archive, intake, journal, seals and logs.

    The caller holds the lock. What cannot be sealed or read is a problem of the report and no exception.
    """
    wrong = []
    try:
        seal_now(home)
    except ImbError as error:
        wrong.append(f"cannot seal: {error}")
    report = verify_evidence(home, "audit flow")
    wrong += [str(problem) for problem in report.problems]
    logs = [f"log: {problem}" for problem in verify_logs(home)]
    counts = {
        "problems": report.found + len(logs) + sum(text.startswith("cannot seal") for text in wrong),
        "records checked": report.records,
        "journal entries checked": report.checked.get("entries", 0),
        "files checked": report.checked.get("files", 0),
        "seals checked": report.seals["seals"],
        "copies outside compared": report.checked.get("copies", 0),
        "entries sealed": report.seals["sealed_seq"],
        "entries time-stamped": report.seals["stamped_seq"],
        "entries not sealed": report.seals["unsealed_entries"],
        "seals and copies pending": len(report.seals["pending"]),
    }
    facts = {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "counts": counts,
        "problems": (wrong + logs)[:LISTED],
        "notes": report.notes,
        "journal_head": report.head,
        "seals": report.seals,
        "checked": asdict(report)["checked"],
        "software": software(),
    }
    return AuditReport(_write(home, facts), counts, next(iter(wrong + logs), ""))


def _write(home: Home, facts: Mapping[str, Any]) -> Path:
    folder = home.root / "audits"
    path = folder / f"{facts['at'].replace(':', '')}.json"
    number = 1
    while path.exists():
        number += 1
        path = path.with_stem(f"{facts['at'].replace(':', '')}-{number}")
    with full_disk_named(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        write_atomically(path, json.dumps(facts, indent=1) + "\n")
    return path


def last_audit(home: Home) -> dict[str, Any]:
    """The newest report as it was written, with its file's name; {} when there is none."""
    for path in sorted((home.root / "audits").glob("*.json"), key=lambda p: (p.stem[:18], len(p.stem)), reverse=True):
        try:
            facts = json.loads(path.read_bytes())
            return {"file": path.name, "at": facts["at"], "counts": facts["counts"], "problems": facts["problems"]}
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return {}
