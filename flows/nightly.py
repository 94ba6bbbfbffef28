"""Flow: everything a night does."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.build import build_snapshot
from flows.collect import collect_site
from flows.ingest import receive
from flows.running import home_for, publish_counts
from flows.screen import rescreen
from flows.stages.captures.collecting import scheduled_sites
from flows.stages.watches.watching import watch_snapshot
from pipeline.home import open_home


@task
def match_watches(root: str) -> dict[str, int]:
    """New hits, and places that could not be told: counts, as nothing else may go into a run. Safe to repeat."""
    watched = watch_snapshot(open_home(Path(root)))
    counts = {"new watch hits": watched.new_hits, "watch notices pending": len(watched.failed)}
    publish_counts("watch", counts)
    return counts


@flow(name="nightly")
def nightly(home: str = "") -> dict[str, int]:
    """Collect, ingest, build, screen, match the watches."""
    with home_for("nightly", home) as current:
        root = str(current.root)
        crawls = [collect_site(root, site) for site in scheduled_sites(current)]
        received = receive(root)
        built = build_snapshot(root)
        screened = rescreen(root)
        watched = match_watches(root)
    counts = {
        "pages": sum(c["pages"] for c in crawls),
        "unhealthy sites": sum(not c["healthy"] for c in crawls),
        **{f"received {name}": count for name, count in received.items()},
        **built,
        **screened,
        **watched,
    }
    publish_counts("nightly", counts)
    return counts
