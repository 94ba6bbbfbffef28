"""Flow: build and publish a snapshot."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.running import home_for, publish_counts
from flows.stages.build import build as build_stage
from pipeline.home import open_home


@task(retries=1, retry_delay_seconds=10)
def build_snapshot(root: str) -> dict[str, int]:
    """Read what is new, resolve, link, screen, publish. Safe to repeat."""
    result = build_stage(open_home(Path(root)))
    return {"new snapshot": int(result.changed), **result.counts}


@flow(name="build")
def build(home: str = "") -> dict[str, int]:
    """Publish a snapshot if anything is new."""
    with home_for("build", home) as current:
        counts = build_snapshot(str(current.root))
    publish_counts("build", counts)
    return counts
