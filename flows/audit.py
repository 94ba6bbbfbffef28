"""Flow: seal what is left, then verify archive, intake, journal, seals and logs."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.running import home_for, publish_counts
from flows.stages.auditing import verify_evidence, verify_logs
from flows.stages.sealing import seal_now
from pipeline.errors import EvidenceBroken, ImbError
from pipeline.home import open_home


@task
def verify(root: str) -> dict[str, int]:
    """Seal what is not sealed, retry what is pending, then count what was checked and what is wrong."""
    home = open_home(Path(root))
    cannot_seal = 0
    try:
        seal_now(home)
    except ImbError:
        cannot_seal = 1
    report = verify_evidence(home, "audit flow")
    logs = verify_logs(home)
    return {
        "records checked": report.records,
        "problems": report.found + len(logs) + cannot_seal,
        "seals": report.seals["seals"],
        "entries not sealed": report.seals["unsealed_entries"],
        "seals pending": len(report.seals["pending"]),
    }


@flow(name="audit")
def audit(home: str = "") -> dict[str, int]:
    """Fail, after leaving the counts, when anything is wrong."""
    with home_for("audit", home) as current:
        counts = verify(str(current.root))
    publish_counts("audit", counts)
    if counts["problems"]:
        raise EvidenceBroken(f"{counts['problems']} problems. See them with: imb evidence verify")
    return counts
