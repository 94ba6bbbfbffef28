"""Flow: screen the open applications again and say what is new."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.running import home_for, publish_counts
from flows.stages.screening.rescreening import rescreen as rescreen_stage
from pipeline.home import open_home


@task
def rescreen(root: str) -> dict[str, int]:
    """Screen with today's standings; freeze the results in casework."""
    return rescreen_stage(open_home(Path(root)), user="scheduled screening")


@flow(name="screen")
def screen(home: str = "") -> dict[str, int]:
    """Screen every open application against the current snapshot."""
    with home_for("screen", home) as current:
        counts = rescreen(str(current.root))
    publish_counts("screen", counts)
    return counts
