"""Flow: verify archive, intake, journal and logs."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.running import home_for, publish_counts
from flows.stages.auditing import verify_logs
from pipeline.errors import EvidenceBroken
from pipeline.evidence.verify import verify_home
from pipeline.home import open_home


@task
def verify(root: str) -> dict[str, int]:
    """Count what was checked and what is wrong."""
    home = open_home(Path(root))
    report = verify_home(home)
    logs = verify_logs(home)
    return {"records checked": report.records, "problems": report.found + len(logs)}


@flow(name="audit")
def audit(home: str = "") -> dict[str, int]:
    """Fail, after leaving the counts, when anything is wrong."""
    with home_for("audit", home) as current:
        counts = verify(str(current.root))
    publish_counts("audit", counts)
    if counts["problems"]:
        raise EvidenceBroken(f"{counts['problems']} problems. See them with: imb evidence verify")
    return counts
