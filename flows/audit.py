"""Flow: seal what is left, then verify archive, intake, journal, seals, copies outside and logs."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.running import home_for, publish_counts
from flows.stages.evidence.audit_reports import audit_home
from pipeline.errors import EvidenceBroken
from pipeline.home import open_home


@task
def verify(root: str) -> dict[str, int]:
    """Check the home; the report goes into it, the counts come back."""
    return dict(audit_home(open_home(Path(root))).counts)


@flow(name="audit")
def audit(home: str = "") -> dict[str, int]:
    """Fail, after leaving the counts, when anything is wrong."""
    with home_for("audit", home) as current:
        counts = verify(str(current.root))
    publish_counts("audit", counts)
    if counts["problems"]:
        raise EvidenceBroken(f"{counts['problems']} problems. See the newest file in audits/, or: imb evidence verify")
    return counts
