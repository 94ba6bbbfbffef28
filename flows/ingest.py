"""Flow: take in the files that were dropped into the home's inbox."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.running import home_for, publish_counts
from flows.stages.inbox import receive_inbox
from pipeline.home import open_home


@task
def receive(root: str) -> dict[str, int]:
    """Receive every file of the inbox that the home does not hold yet."""
    return receive_inbox(open_home(Path(root)))


@flow(name="ingest")
def ingest(home: str = "") -> dict[str, int]:
    """Keep new inbox files byte for byte and count their rows."""
    with home_for("ingest", home) as current:
        counts = receive(str(current.root))
    publish_counts("ingest", counts)
    return counts
