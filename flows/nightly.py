"""Flow: everything a night does."""

from __future__ import annotations

from prefect import flow

from flows.build import build_snapshot
from flows.collect import collect_site
from flows.ingest import receive
from flows.running import home_for, publish_counts
from flows.screen import rescreen
from flows.stages.collecting import scheduled_sites


@flow(name="nightly")
def nightly(home: str = "") -> dict[str, int]:
    """Collect, ingest, build, screen."""
    with home_for("nightly", home) as current:
        root = str(current.root)
        crawls = [collect_site(root, site) for site in scheduled_sites(current)]
        received = receive(root)
        built = build_snapshot(root)
        screened = rescreen(root)
    counts = {
        "pages": sum(c["pages"] for c in crawls),
        "unhealthy sites": sum(not c["healthy"] for c in crawls),
        **{f"received {name}": count for name, count in received.items()},
        **built,
        **screened,
    }
    publish_counts("nightly", counts)
    return counts
